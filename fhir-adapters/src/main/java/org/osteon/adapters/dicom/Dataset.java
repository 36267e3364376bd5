package org.osteon.adapters.dicom;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a data set or of one sequence item, by ascending tag; an item inherits its parent's character sets.
 */
final class Dataset {
    private final TreeMap<Integer, Element> elements = new TreeMap<>(Integer::compareUnsigned);
    private final @Nullable Dataset parent;

    Dataset(@Nullable Dataset parent) {
        this.parent = parent;
    }

    /** Adds an element; a tag that is there already makes the data set ambiguous, which is malformed. */
    void add(Element element) {
        if (elements.putIfAbsent(element.tag(), element) != null) {
            throw new DicomException(DicomCode.MALFORMED, Tag.text(element.tag()) + " appears twice in one data set");
        }
    }

    Collection<Element> elements() {
        return Collections.unmodifiableCollection(elements.values());
    }

    Optional<Element> element(int tag) {
        return Optional.ofNullable(elements.get(tag));
    }

    /** The bytes of an element that is present, is no sequence and is not empty. */
    Optional<ByteRange> bytes(int tag) {
        return elements.get(tag) instanceof Element.Value value && value.bytes().length() > 0
                ? Optional.of(value.bytes())
                : Optional.empty();
    }

    /** The values of an ASCII element, split at backslashes, without padding; empty when absent. */
    List<String> codes(int tag) {
        return bytes(tag)
                .map(bytes -> Arrays.stream(bytes.ascii().split("\\\\", -1))
                        .map(Dataset::unpadded)
                        .toList())
                .orElse(List.of());
    }

    /** The first value of an ASCII element, unless absent or blank. */
    Optional<String> code(int tag) {
        return codes(tag).stream().findFirst().filter(value -> !value.isEmpty());
    }

    /** The first US value; another length than a multiple of two is malformed. */
    Optional<Integer> unsignedShort(int tag) {
        return bytes(tag).map(bytes -> {
            if (bytes.length() % 2 != 0) {
                throw new DicomException(DicomCode.MALFORMED, Tag.text(tag) + " has an odd length");
            }
            return bytes.u16(0);
        });
    }

    /** The text of an element in the character sets that hold here; all values, backslashes included. */
    Optional<String> text(int tag) {
        return bytes(tag)
                .map(bytes -> unpadded(characterSets().decode(bytes.copy())))
                .filter(text -> !text.isEmpty());
    }

    CharacterSets characterSets() {
        if (elements.containsKey(Tag.SPECIFIC_CHARACTER_SET) || parent == null) {
            return CharacterSets.of(codes(Tag.SPECIFIC_CHARACTER_SET));
        }
        return parent.characterSets();
    }

    private static String unpadded(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) <= ' ') {
            end--;
        }
        int start = 0;
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start, end);
    }
}
