package org.osteon.adapters.dicom;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies the Basic Application Level Confidentiality Profile (PS3.15 Annex E, Table E.1-1) to a header, and is
 * stricter where the table is silent: private and unknown attributes, curve and overlay groups, group lengths, unlisted
 * free text, names, dates and times go; unlisted UIDs are replaced unless DICOM registered them (1.2.840.10008).
 */
final class Deidentifier {
    private static final String REGISTERED = "1.2.840.10008.";

    private final AttributeTable attributes = AttributeTable.standard();
    private final PseudoUids uids;

    Deidentifier(PseudoUids uids) {
        this.uids = uids;
    }

    /** A new data set with the marks of PS3.15 section E.1.1 (item 6): what was done, and that it was done. */
    Dataset deidentify(Dataset original) {
        Dataset result = apply(original, null);
        result.add(text(Tag.IDENTITY_REMOVED, Vr.CS, "YES"));
        result.add(text(Tag.DEIDENTIFICATION_METHOD, Vr.LO, "Osteon PS3.15 Basic Profile 2025-01"));
        Dataset code = new Dataset(result);
        code.add(text(Tag.CODE_VALUE, Vr.SH, "113100"));
        code.add(text(Tag.CODING_SCHEME, Vr.SH, "DCM"));
        code.add(text(Tag.CODE_MEANING, Vr.LO, "Basic Application Confidentiality Profile"));
        result.add(new Element.Sequence(Tag.DEIDENTIFICATION_CODES, List.of(code)));
        result.add(text(Tag.LONGITUDINAL_TIME, Vr.CS, "REMOVED"));
        return result;
    }

    private Dataset apply(Dataset original, @Nullable Dataset parent) {
        Dataset result = new Dataset(parent);
        for (Element element : original.elements()) {
            attributes
                    .find(element.tag())
                    .filter(known -> !goesUnasked(element.tag()))
                    .flatMap(known -> act(element, known, result))
                    .ifPresent(result::add);
        }
        return result;
    }

    /** Attributes that go whatever the table says, or that the marks of de-identification replace. */
    private static boolean goesUnasked(int tag) {
        int series = Tag.group(tag) & 0xFF00;
        boolean mark = tag == Tag.IDENTITY_REMOVED
                || tag == Tag.DEIDENTIFICATION_METHOD
                || tag == Tag.DEIDENTIFICATION_CODES
                || tag == Tag.LONGITUDINAL_TIME;
        return Tag.isPrivate(tag) || (tag & 0xFFFF) == 0 || series == 0x5000 || series == 0x6000 || mark;
    }

    private Optional<Element> act(Element element, AttributeTable.Attribute known, Dataset result) {
        Action.Performed performed =
                known.action().map(Action::performed).orElseGet(() -> unlisted(element.vr(), known.vr()));
        if (performed == Action.Performed.REMOVE) {
            return Optional.empty();
        }
        boolean empty = performed == Action.Performed.EMPTY;
        if (element instanceof Element.Sequence sequence) {
            List<Dataset> items = empty
                    ? List.of()
                    : sequence.items().stream().map(item -> apply(item, result)).toList();
            return Optional.of(new Element.Sequence(element.tag(), items));
        }
        Element.Value value = (Element.Value) element;
        if (known.vr() == Vr.SQ) {
            // A sequence whose items could not be seen, since its bytes carry another VR.
            return Optional.of(new Element.Sequence(element.tag(), List.of()));
        }
        if (empty) {
            return Optional.of(text(element.tag(), known.vr(), ""));
        }
        boolean uid = known.vr() == Vr.UI || element.vr() == Vr.UI;
        if (performed == Action.Performed.DUMMY && !uid) {
            return Optional.of(text(element.tag(), known.vr(), known.vr().dummy()));
        }
        return uid ? Optional.of(replaced(value, known.action().isPresent())) : Optional.of(value);
    }

    private static Action.Performed unlisted(Vr written, Vr known) {
        return written.freeOrDated() || known.freeOrDated() || known == Vr.UN
                ? Action.Performed.REMOVE
                : Action.Performed.KEEP;
    }

    /** All UIDs of a value replaced; those that DICOM registered stay where Table E.1-1 does not list the attribute. */
    private Element replaced(Element.Value value, boolean listed) {
        Dataset one = new Dataset(null);
        one.add(value);
        String text = one.codes(value.tag()).stream()
                .map(uid -> uid.isEmpty() || (!listed && uid.startsWith(REGISTERED)) ? uid : uids.replace(uid))
                .collect(Collectors.joining("\\"));
        return text(value.tag(), Vr.UI, text);
    }

    private static Element text(int tag, Vr vr, String text) {
        String even = text.length() % 2 == 0 ? text : text + (vr == Vr.UI ? "\0" : " ");
        return new Element.Value(tag, vr, ByteRange.ofAscii(even));
    }
}
