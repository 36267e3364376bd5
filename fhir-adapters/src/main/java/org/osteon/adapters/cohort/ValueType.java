package org.osteon.adapters.cohort;

/** The types of cohort SQL; there is no implicit conversion between them. */
enum ValueType {
    /** A double. */
    NUMBER,
    /** A text. */
    TEXT,
    /** True or false. */
    TRUTH,
    /** The type of the constant null, which goes with each of the others. */
    NOTHING;

    /** The type of values that come from either. */
    ValueType with(ValueType other, String where) {
        if (this == other || other == NOTHING) {
            return this;
        }
        if (this == NOTHING) {
            return other;
        }
        throw new CohortRefused("COHORT_TYPE", where + " mixes " + word() + " and " + other.word());
    }

    void need(ValueType wanted, String where) {
        if (this != wanted && this != NOTHING) {
            throw new CohortRefused("COHORT_TYPE", where + " needs " + wanted.word() + ", has " + word());
        }
    }

    String word() {
        return switch (this) {
            case NUMBER -> "a number";
            case TEXT -> "a text";
            case TRUTH -> "a truth value";
            case NOTHING -> "NULL";
        };
    }
}
