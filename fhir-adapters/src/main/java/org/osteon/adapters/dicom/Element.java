package org.osteon.adapters.dicom;

import java.util.List;

/** One data element (PS3.5 section 7.1): a value of bytes, or a sequence of items. */
sealed interface Element permits Element.Value, Element.Sequence {
    int tag();

    Vr vr();

    /** A value as it stands in the file, without a copy. */
    record Value(int tag, Vr vr, ByteRange bytes) implements Element {}

    /** A sequence (PS3.5 section 7.5), its items in file order. */
    record Sequence(int tag, List<Dataset> items) implements Element {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public Vr vr() {
            return Vr.SQ;
        }
    }
}
