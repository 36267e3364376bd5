package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.adapters.dicom.phantom.ElementWriter;

class DeidentifierTest {
    private static final String CANARY = "CANARY-3391";
    private final PseudoUids uids = new PseudoUids(ImageFile.KEY);
    private final Deidentifier deidentifier = new Deidentifier(uids);
    private final AttributeTable table = AttributeTable.standard();

    @Test
    void theTableHasEveryRuleOfTheEdition() {
        // Given / When
        long listed = table.tags().stream()
                .filter(tag -> table.find(tag)
                        .flatMap(AttributeTable.Attribute::action)
                        .isPresent())
                .count();
        // Then 621 rules: 617 single attributes, three repeating groups, one for private attributes written in code
        assertThat(listed).isEqualTo(617);
        assertThat(table.find(0x60023000).flatMap(AttributeTable.Attribute::action))
                .contains(Action.X);
        assertThat(table.find(0x00100010).flatMap(AttributeTable.Attribute::action))
                .contains(Action.Z);
    }

    @Test
    void everyListedAttributeGetsItsAction() {
        // Given a canary in each listed attribute, for sequences in an item
        Dataset original = listedAttributesWithCanaries();
        assertThat(texts(original)).as("the scan sees canaries").contains(CANARY);
        // When
        Dataset result = deidentifier.deidentify(original);
        // Then
        List<String> wrong = new ArrayList<>();
        for (Element element : original.elements()) {
            AttributeTable.Attribute known = table.find(element.tag()).orElseThrow();
            Action action = known.action().orElseThrow();
            Optional<Element> after = result.element(element.tag());
            boolean marked = Tag.group(element.tag()) == 0x0012
                    && (element.tag() & 0xFFFF) >= 0x62
                    && (element.tag() & 0xFFFF) <= 0x64;
            boolean right = switch (action.performed()) {
                case REMOVE -> after.isEmpty();
                case EMPTY -> after.isPresent() && isEmpty(after.orElseThrow());
                case DUMMY, NEW_UIDS, KEEP ->
                    after.isPresent() && (known.vr() == Vr.SQ || !isEmpty(after.orElseThrow()));
            };
            if (!right && !marked) {
                wrong.add(Tag.text(element.tag()) + " " + action);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(texts(result)).doesNotContain(CANARY).contains("113100", "REMOVED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void privateOverlayNestedAndUnknownAttributesGo(boolean explicit) {
        // Given
        ElementWriter nested = ImageFile.elements(explicit)
                .text(0x00100010, "PN", CANARY)
                .sequence(0x00400008, false, ImageFile.elements(explicit).text(0x00100020, "LO", CANARY));
        byte[] file = ImageFile.file(ImageFile.identity(explicit)
                .text(0x00090010, "LO", CANARY)
                .sequence(0x00091001, false, ImageFile.elements(explicit).text(0x00100010, "PN", CANARY))
                .text(0x00104001, "LT", CANARY)
                .sequence(0x00081115, true, nested)
                .sequence(0x00400275, false, nested)
                .text(0x60003000, "OW", CANARY)
                .text(0x60000022, "LO", CANARY)
                .text(0x50000022, "LO", CANARY));
        Dataset original = new PartTenReader(DicomLimits.standard()).read(file);
        assertThat(texts(original)).contains(CANARY);
        // When
        Dataset result = deidentifier.deidentify(original);
        // Then
        assertThat(texts(result)).doesNotContain(CANARY);
    }

    @Test
    void aSequenceDisguisedAsUnknownIsStillSearched() {
        // Given Referenced Series Sequence as UN, its items in implicit VR
        byte[] items = ImageFile.elements(false)
                .sequence(0x00081115, true, ImageFile.elements(false).text(0x00100010, "PN", CANARY))
                .toBytes();
        byte[] value = Arrays.copyOfRange(items, 8, items.length);
        byte[] file = ImageFile.file(ImageFile.identity(true).bytes(0x00081115, "UN", value));
        Dataset original = new PartTenReader(DicomLimits.standard()).read(file);
        // When
        Dataset result = deidentifier.deidentify(original);
        // Then
        assertThat(texts(original)).contains(CANARY);
        assertThat(texts(result)).doesNotContain(CANARY);
    }

    @Test
    void unlistedTextGoesAndUnlistedUidsAreReplacedUnlessRegistered() {
        // Given attributes that Table E.1-1 does not list
        byte[] file = ImageFile.file(ImageFile.elements(true)
                .text(Tag.SOP_CLASS, "UI", "1.2.840.10008.5.1.4.1.1.1")
                .text(0x00081167, "UI", "1.2.3.4\\1.2.3.5")
                .text(0x00140028, "ST", CANARY)
                .text(Tag.BODY_PART, "LO", CANARY));
        // When
        Dataset result = deidentifier.deidentify(new PartTenReader(DicomLimits.standard()).read(file));
        // Then
        assertThat(result.codes(Tag.SOP_CLASS)).containsExactly("1.2.840.10008.5.1.4.1.1.1");
        assertThat(result.codes(0x00081167)).containsExactly(uids.replace("1.2.3.4"), uids.replace("1.2.3.5"));
        assertThat(texts(result)).doesNotContain(CANARY);
    }

    @Test
    void uidsAreReplacedConsistentlyAndDependOnTheKey() {
        // Given
        PseudoUids other = new PseudoUids("another key, of 32 bytes as well".getBytes(StandardCharsets.US_ASCII));
        // When
        String uid = uids.replace("1.2.3.4");
        // Then
        assertThat(uid).matches("2\\.25\\.[1-9][0-9]{30,38}").isEqualTo(uids.replace("1.2.3.4"));
        assertThat(uid).isNotEqualTo(uids.replace("1.2.3.5")).isNotEqualTo(other.replace("1.2.3.4"));
        assertThat(uid.length()).isLessThanOrEqualTo(64);
    }

    private Dataset listedAttributesWithCanaries() {
        Dataset original = new Dataset(null);
        for (int tag : new TreeSet<>(table.tags())) {
            Optional<AttributeTable.Attribute> listed =
                    table.find(tag).filter(known -> known.action().isPresent());
            if (listed.isEmpty() || Tag.group(tag) < 8) {
                continue;
            }
            Vr vr = listed.orElseThrow().vr();
            if (vr == Vr.SQ) {
                Dataset item = new Dataset(original);
                item.add(new Element.Value(0x00100010, Vr.PN, ByteRange.ofAscii(CANARY)));
                original.add(new Element.Sequence(tag, List.of(item)));
            } else {
                original.add(new Element.Value(tag, vr, ByteRange.ofAscii(CANARY)));
            }
        }
        return original;
    }

    private static boolean isEmpty(Element element) {
        return element instanceof Element.Sequence sequence
                ? sequence.items().isEmpty()
                : ((Element.Value) element).bytes().length() == 0;
    }

    private static String texts(Dataset dataset) {
        StringBuilder all = new StringBuilder();
        for (Element element : dataset.elements()) {
            if (element instanceof Element.Sequence sequence) {
                sequence.items().forEach(item -> all.append(texts(item)));
            } else {
                all.append(((Element.Value) element).bytes().ascii()).append('\n');
            }
        }
        return all.toString();
    }
}
