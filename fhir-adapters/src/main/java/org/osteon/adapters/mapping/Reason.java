package org.osteon.adapters.mapping;

/**
 * Why a unit was not mapped. Each code belongs to exactly one disposition.
 *
 * @param code stable code, never with a value of the unit
 * @param disposition the count it enters
 */
public record Reason(String code, Disposition disposition) {
    /** No view of the profile is for this type of resource. */
    public static final Reason NO_VIEW = new Reason("NO_VIEW", Disposition.FILTERED);
    /** The conditions of all views leave the resource out, or a view finds no row in it. */
    public static final Reason NOT_SELECTED = new Reason("NOT_SELECTED", Disposition.FILTERED);
    /** A value is outside a list that the profile filters by. */
    public static final Reason CODE_NOT_LISTED = new Reason("CODE_NOT_LISTED", Disposition.FILTERED);
    /** The patient has withdrawn at this site. */
    public static final Reason PATIENT_WITHDRAWN = new Reason("PATIENT_WITHDRAWN", Disposition.FILTERED);
    /** The same unit came before. */
    public static final Reason REPEATED = new Reason("REPEATED", Disposition.DUPLICATE);
    /** Not one well-formed JSON object. */
    public static final Reason BAD_JSON = new Reason("BAD_JSON", Disposition.REJECTED);
    /** JSON without a FHIR resource type. */
    public static final Reason NOT_A_RESOURCE = new Reason("NOT_A_RESOURCE", Disposition.REJECTED);
    /** A bundle entry that carries no resource, such as a deletion. */
    public static final Reason NO_RESOURCE = new Reason("NO_RESOURCE", Disposition.REJECTED);
    /** A bundle where a single resource is due; give bundles as files of their own. */
    public static final Reason NESTED_BUNDLE = new Reason("NESTED_BUNDLE", Disposition.REJECTED);
    /** Longer than a unit may be. */
    public static final Reason TOO_LARGE = new Reason("TOO_LARGE", Disposition.REJECTED);
    /** Bytes that are not text in the file's character set. */
    public static final Reason CHARSET_INVALID = new Reason("CHARSET_INVALID", Disposition.REJECTED);
    /** More or fewer fields than the header. */
    public static final Reason COLUMN_COUNT = new Reason("COLUMN_COUNT", Disposition.REJECTED);
    /** A quoted field that does not end, or text after its end. */
    public static final Reason QUOTE_BROKEN = new Reason("QUOTE_BROKEN", Disposition.REJECTED);
    /** A table whose header no mapping of the profile fits. */
    public static final Reason HEADER_UNKNOWN = new Reason("HEADER_UNKNOWN", Disposition.REJECTED);
    /** A file of no known kind. */
    public static final Reason FILE_UNKNOWN = new Reason("FILE_UNKNOWN", Disposition.REJECTED);
    /** An empty file. */
    public static final Reason FILE_EMPTY = new Reason("FILE_EMPTY", Disposition.REJECTED);
    /** A file that the operating system does not let us read, or whose compression is broken. */
    public static final Reason FILE_UNREADABLE = new Reason("FILE_UNREADABLE", Disposition.REJECTED);
    /** A symbolic link or special file; give the folder it points to. */
    public static final Reason FILE_LINK = new Reason("FILE_LINK", Disposition.REJECTED);
    /** No patient to govern the row by. */
    public static final Reason PATIENT_MISSING = new Reason("PATIENT_MISSING", Disposition.QUARANTINED);
    /** A value that is neither what the column expects nor one of its marks for a missing value. */
    public static final Reason VALUE_UNEXPECTED = new Reason("VALUE_UNEXPECTED", Disposition.QUARANTINED);
    /** A number outside the column's range. */
    public static final Reason VALUE_OUT_OF_RANGE = new Reason("VALUE_OUT_OF_RANGE", Disposition.QUARANTINED);
    /** A column that must have a value has none. */
    public static final Reason VALUE_MISSING = new Reason("VALUE_MISSING", Disposition.QUARANTINED);
    /** The same key as an earlier unit, with other content. */
    public static final Reason CONFLICT = new Reason("CONFLICT", Disposition.QUARANTINED);
    /** The view cannot be evaluated on this resource. */
    public static final Reason VIEW_FAILED = new Reason("VIEW_FAILED", Disposition.QUARANTINED);

    /** Refuses a reason for what was mapped, and codes that are no identifiers. */
    public Reason {
        if (disposition == Disposition.MAPPED || !code.matches("[A-Z][A-Z0-9_]{1,63}")) {
            throw new IllegalArgumentException("not a reason: " + disposition);
        }
    }
}
