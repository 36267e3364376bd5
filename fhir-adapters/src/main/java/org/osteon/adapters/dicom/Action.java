package org.osteon.adapters.dicom;

import java.util.Arrays;

/**
 * Action codes of PS3.15 Table E.1-1a. For a combined code the table lets the weakest action stand that the object's
 * IOD allows; as no IOD is consulted, {@link #performed} is the one that is conformant in every IOD.
 */
enum Action {
    D("D", Performed.DUMMY),
    Z("Z", Performed.EMPTY),
    X("X", Performed.REMOVE),
    K("K", Performed.KEEP),
    C("C", Performed.REMOVE),
    U("U", Performed.NEW_UIDS),
    Z_D("Z/D", Performed.DUMMY),
    X_Z("X/Z", Performed.EMPTY),
    X_D("X/D", Performed.DUMMY),
    X_Z_D("X/Z/D", Performed.DUMMY),
    X_Z_U("X/Z/U*", Performed.NEW_UIDS);

    /** What is done to the element. */
    enum Performed {
        /** Replaced by a value that says nothing; the items of a sequence are de-identified one by one. */
        DUMMY,
        /** Kept without a value. */
        EMPTY,
        /** Taken out. */
        REMOVE,
        /** Kept; the items of a sequence are de-identified one by one. */
        KEEP,
        /** UIDs replaced consistently; in a sequence, those inside. */
        NEW_UIDS
    }

    private final String code;
    private final Performed performed;

    Action(String code, Performed performed) {
        this.code = code;
        this.performed = performed;
    }

    static Action ofCode(String code) {
        return Arrays.stream(values())
                .filter(action -> action.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no action code of PS3.15 Table E.1-1a: " + code));
    }

    /** Cleaning (C) asks for judgement of text; nothing here claims to have it, so the element goes. */
    Performed performed() {
        return performed;
    }
}
