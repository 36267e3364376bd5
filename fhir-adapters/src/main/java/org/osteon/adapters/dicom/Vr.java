package org.osteon.adapters.dicom;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Value representations of PS3.5 section 6.2. */
enum Vr {
    AE(Kind.TEXT, "ANON"),
    AS(Kind.CODE, "000D"),
    AT(Kind.BINARY, Vr.ZEROS),
    CS(Kind.CODE, "ANON"),
    DA(Kind.TEXT, "19000101"),
    DS(Kind.CODE, "0"),
    DT(Kind.TEXT, "19000101000000"),
    FD(Kind.BINARY, Vr.ZEROS),
    FL(Kind.BINARY, Vr.ZEROS),
    IS(Kind.CODE, "0"),
    LO(Kind.TEXT, "ANON"),
    LT(Kind.TEXT, "ANON"),
    OB(Kind.BINARY_LONG, Vr.ZEROS),
    OD(Kind.BINARY_LONG, Vr.ZEROS),
    OF(Kind.BINARY_LONG, Vr.ZEROS),
    OL(Kind.BINARY_LONG, Vr.ZEROS),
    OV(Kind.BINARY_LONG, Vr.ZEROS),
    OW(Kind.BINARY_LONG, Vr.ZEROS),
    PN(Kind.TEXT, "ANON"),
    SH(Kind.TEXT, "ANON"),
    SL(Kind.BINARY, Vr.ZEROS),
    SQ(Kind.ITEMS, ""),
    SS(Kind.BINARY, Vr.ZEROS),
    ST(Kind.TEXT, "ANON"),
    SV(Kind.BINARY_LONG, Vr.ZEROS),
    TM(Kind.TEXT, "000000"),
    UC(Kind.TEXT_LONG, "ANON"),
    UI(Kind.UID, ""),
    UL(Kind.BINARY, Vr.ZEROS),
    UN(Kind.BINARY_LONG, Vr.ZEROS),
    UR(Kind.TEXT_LONG, "about:blank"),
    US(Kind.BINARY, Vr.ZEROS),
    UT(Kind.TEXT_LONG, "ANON"),
    UV(Kind.BINARY_LONG, Vr.ZEROS);

    private enum Kind {
        TEXT,
        TEXT_LONG,
        CODE,
        UID,
        BINARY,
        BINARY_LONG,
        ITEMS
    }

    /** Eight zero bytes: a whole number of values of every binary representation. */
    private static final String ZEROS = "\0\0\0\0\0\0\0\0";

    private static final Map<String, Vr> BY_NAME = new HashMap<>();

    static {
        for (Vr vr : values()) {
            BY_NAME.put(vr.name(), vr);
        }
    }

    private final Kind kind;
    private final String dummy;

    Vr(Kind kind, String dummy) {
        this.kind = kind;
        this.dummy = dummy;
    }

    static Optional<Vr> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Whether the explicit form has a four-byte length after two reserved bytes (PS3.5 Table 7.1-1). */
    boolean longForm() {
        return kind == Kind.TEXT_LONG || kind == Kind.BINARY_LONG || kind == Kind.ITEMS;
    }

    /** Whether people write into it freely, or it is a date or time: names, descriptions, addresses, titles, dates. */
    boolean freeOrDated() {
        return kind == Kind.TEXT || kind == Kind.TEXT_LONG;
    }

    /** A value of this representation that says nothing: zero bytes for binary kinds, empty for sequences and UIDs. */
    String dummy() {
        return dummy;
    }
}
