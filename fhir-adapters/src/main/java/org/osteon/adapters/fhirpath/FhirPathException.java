package org.osteon.adapters.fhirpath;

/**
 * An expression cannot be compiled or has no meaning for the resource at hand. Messages quote the expression, which is
 * the author's, and never a value of the resource.
 */
public final class FhirPathException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong; the names are stable. */
    public enum Code {
        /** The text is not FHIRPath. */
        SYNTAX,
        /** The text is longer, deeper or has more operations than is allowed. */
        LIMIT,
        /** FHIRPath, but a function, operator or literal outside the supported part. */
        UNSUPPORTED,
        /** A function has the wrong number or kind of arguments. */
        ARGUMENTS,
        /** A {@code %name} that is not defined. */
        UNKNOWN_CONSTANT,
        /** A type name that FHIR does not have. */
        UNKNOWN_TYPE,
        /** While evaluating: an operand has a type that the operation does not take. */
        TYPE,
        /** While evaluating: the type of an element cannot be told from its JSON. */
        TYPE_UNKNOWN,
        /** While evaluating: more than one value where one is needed. */
        MANY_VALUES,
        /** While evaluating: a number outside the supported precision or scale. */
        NUMBER_LIMIT
    }

    private final Code code;

    /** A failure with its stable code and a message for the author of the expression. */
    public FhirPathException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code. */
    public Code code() {
        return code;
    }
}
