package org.osteon.adapters.view;

/**
 * A view definition cannot be used, or a resource does not fit it. Messages name the place in the definition and never
 * hold a value of the resource.
 */
public final class ViewException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong; the names are stable. */
    public enum Code {
        /** The definition lacks something, or holds something it must not. */
        DEFINITION,
        /** An expression does not compile; the cause is a {@code FhirPathException}. */
        EXPRESSION,
        /** The branches of a {@code unionAll} have different columns, or two columns have one name. */
        COLUMNS,
        /** The definition, or the rows of one resource, exceed a limit. */
        LIMIT,
        /** An expression has no meaning for this resource; the cause is a {@code FhirPathException}. */
        EVALUATION,
        /** A {@code where} gave something other than one boolean. */
        WHERE_NOT_BOOLEAN,
        /** A column that is no collection has more than one value. */
        MANY_VALUES,
        /** A value does not have the type of its column. */
        VALUE_TYPE,
        /** The text is not the JSON of one resource. */
        BAD_JSON
    }

    private final Code code;

    /** A failure with its stable code and a message for the author of the view. */
    public ViewException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /** As the other constructor, with what caused it. */
    public ViewException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable code. */
    public Code code() {
        return code;
    }
}
