package org.osteon.adapters.mapping;

/** What became of one input unit; each unit has exactly one. */
public enum Disposition {
    /** It became rows. */
    MAPPED,
    /** The profile leaves it out. */
    FILTERED,
    /** It was seen before. */
    DUPLICATE,
    /** It cannot be used. */
    REJECTED,
    /** It waits for a person. */
    QUARANTINED
}
