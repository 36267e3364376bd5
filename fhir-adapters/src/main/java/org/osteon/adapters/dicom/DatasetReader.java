package org.osteon.adapters.dicom;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads data elements in little endian, explicit or implicit VR (PS3.5 section 7 and Annex A.1, A.2), within limits.
 */
final class DatasetReader {
    private final DicomLimits limits;
    private final AttributeTable attributes = AttributeTable.standard();
    private int elements;

    DatasetReader(DicomLimits limits) {
        this.limits = limits;
    }

    /** Reads to the end of the cursor. */
    Dataset read(Cursor in, boolean explicit) {
        return dataset(in, explicit, null, 0, false);
    }

    /** Reads elements as long as they are of one group; explicit VR. */
    Dataset readGroup(Cursor in, int group) {
        Dataset dataset = new Dataset(null);
        while (in.remaining() > 0 && in.peekGroup() == group) {
            dataset.add(element(in, in.tag(), true, dataset, 0));
        }
        return dataset;
    }

    private Dataset dataset(Cursor in, boolean explicit, @Nullable Dataset parent, int depth, boolean delimited) {
        Dataset dataset = new Dataset(parent);
        while (in.remaining() > 0) {
            int tag = in.tag();
            if (tag == Tag.ITEM_END && delimited) {
                requireZeroLength(in);
                return dataset;
            }
            dataset.add(element(in, tag, explicit, dataset, depth));
        }
        if (delimited) {
            throw new DicomException(DicomCode.TRUNCATED, "an item of undefined length has no end");
        }
        return dataset;
    }

    private Element element(Cursor in, int tag, boolean explicit, Dataset dataset, int depth) {
        count();
        if (Tag.group(tag) == 0xFFFE || Tag.group(tag) == 0) {
            throw malformed(in, Tag.text(tag) + " where a data element is due");
        }
        Vr vr = explicit ? explicitVr(in) : known(tag);
        long length = explicit && !vr.longForm() ? in.u16() : length(in, explicit);
        if (length == Cursor.UNDEFINED) {
            // PS3.5 section 6.2.2: UN of undefined length is a sequence in implicit VR, whatever the transfer syntax.
            if (vr != Vr.SQ && vr != Vr.UN) {
                throw malformed(in, Tag.text(tag) + " has an undefined length but is no sequence");
            }
            return sequence(in, tag, explicit && vr == Vr.SQ, dataset, depth, true);
        }
        boolean hiddenSequence = vr == Vr.UN && length > 0 && known(tag) == Vr.SQ;
        if (vr == Vr.SQ || hiddenSequence) {
            return sequence(in.inner(length), tag, explicit && vr == Vr.SQ, dataset, depth, false);
        }
        return new Element.Value(tag, vr, in.take(length));
    }

    private Element sequence(Cursor in, int tag, boolean explicit, Dataset parent, int depth, boolean delimited) {
        if (depth >= limits.depth()) {
            throw new DicomException(
                    DicomCode.TOO_DEEP, "at byte " + in.at() + ": sequences nest deeper than " + limits.depth());
        }
        List<Dataset> items = new ArrayList<>();
        while (in.remaining() > 0) {
            int marker = in.tag();
            if (marker == Tag.SEQUENCE_END && delimited) {
                requireZeroLength(in);
                return new Element.Sequence(tag, items);
            }
            if (marker != Tag.ITEM) {
                throw malformed(in, Tag.text(marker) + " where an item of " + Tag.text(tag) + " is due");
            }
            count();
            long length = in.u32();
            boolean open = length == Cursor.UNDEFINED;
            items.add(dataset(open ? in : in.inner(length), explicit, parent, depth + 1, open));
        }
        if (delimited) {
            throw new DicomException(DicomCode.TRUNCATED, "a sequence of undefined length has no end");
        }
        return new Element.Sequence(tag, items);
    }

    private static long length(Cursor in, boolean explicit) {
        if (explicit && in.u16() != 0) {
            throw malformed(in, "reserved bytes are not zero");
        }
        return in.u32();
    }

    private static Vr explicitVr(Cursor in) {
        int first = in.u8();
        int second = in.u8();
        if (first < 'A' || first > 'Z' || second < 'A' || second > 'Z') {
            throw malformed(in, "no value representation where one is due");
        }
        // PS3.5 section 6.2 note: VRs that a later edition defines have the long form and can be passed over as UN.
        return Vr.named("" + (char) first + (char) second).orElse(Vr.UN);
    }

    private Vr known(int tag) {
        Optional<AttributeTable.Attribute> attribute = attributes.find(tag);
        return attribute.map(AttributeTable.Attribute::vr).orElse(Vr.UN);
    }

    private void count() {
        if (++elements > limits.elements()) {
            throw new DicomException(DicomCode.TOO_LARGE, "more than " + limits.elements() + " data elements");
        }
    }

    private static void requireZeroLength(Cursor in) {
        if (in.u32() != 0) {
            throw malformed(in, "a delimiter has a length");
        }
    }

    private static DicomException malformed(Cursor in, String what) {
        return new DicomException(DicomCode.MALFORMED, "before byte " + in.at() + ": " + what);
    }
}
