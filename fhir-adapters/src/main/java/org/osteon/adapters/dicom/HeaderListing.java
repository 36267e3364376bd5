package org.osteon.adapters.dicom;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.osteon.protocol.document.Digest;

/**
 * What is left of a DICOM file's header after de-identification, attribute by attribute, for somebody who checks it
 * without this code. Pixel data is not listed.
 */
public final class HeaderListing {
    private static final int SHOWN = 64;
    private static final List<String> TEXTS = List.of(
            "AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT");

    private final PartTenReader reader;
    private final Deidentifier deidentifier;

    /**
     * A listing.
     *
     * @param limits what one file may cost
     * @param uidKey secret for UIDs, at least 16 bytes
     */
    public HeaderListing(DicomLimits limits, byte[] uidKey) {
        this.reader = new PartTenReader(limits);
        this.deidentifier = new Deidentifier(new PseudoUids(uidKey));
    }

    /**
     * One attribute.
     *
     * @param path tag as eight hex digits; within a sequence behind its tag and item, such as
     *     {@code 00081140[0].00081155}
     * @param vr its VR
     * @param value its text; the bytes in hex where it is no text, a SHA-256 where they are many; empty for a sequence
     */
    public record Attribute(String path, String vr, String value) {}

    /**
     * De-identifies a file's header and lists it.
     *
     * @throws DicomException when the file cannot be read
     */
    public List<Attribute> list(byte[] file) {
        List<Attribute> attributes = new ArrayList<>();
        list(deidentifier.deidentify(reader.read(file)), "", attributes);
        return List.copyOf(attributes);
    }

    private static void list(Dataset dataset, String before, List<Attribute> into) {
        for (Element element : dataset.elements()) {
            if (element.tag() == Tag.PIXEL_DATA) {
                continue;
            }
            String path = before + "%08X".formatted(element.tag());
            into.add(new Attribute(path, element.vr().name(), value(dataset, element)));
            if (element instanceof Element.Sequence sequence) {
                for (int item = 0; item < sequence.items().size(); item++) {
                    list(sequence.items().get(item), path + "[" + item + "].", into);
                }
            }
        }
    }

    private static String value(Dataset dataset, Element element) {
        if (!(element instanceof Element.Value value) || value.bytes().length() == 0) {
            return "";
        }
        if (TEXTS.contains(element.vr().name())) {
            return dataset.text(element.tag()).orElse("");
        }
        byte[] bytes = value.bytes().copy();
        return bytes.length <= SHOWN
                ? HexFormat.of().formatHex(bytes)
                : "sha256:" + Digest.of(bytes).hex();
    }
}
