package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.osteon.adapters.dicom.phantom.ElementWriter;

/** No bytes make the mapper throw, and none make it allocate much more than the file is long. */
class HostileFilesTest {
    /** Elements, items and samples cost up to this many bytes for each byte of the file; the rest is fixed. */
    private static final long BYTES_PER_BYTE = 200;

    private static final long FIXED_BYTES = 4 << 20;

    private final DicomMapper mapper = ImageFile.mapper();
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Property(tries = 2000)
    void randomBytesAfterAValidStart(@ForAll byte[] noise, @ForAll boolean explicit) {
        byte[] start = ImageFile.file(ImageFile.identity(explicit));
        byte[] file = Arrays.copyOf(start, start.length + noise.length);
        System.arraycopy(noise, 0, file, start.length, noise.length);
        assertBounded(file);
        assertBounded(noise);
    }

    @Property(tries = 4000)
    void mutationsOfValidFiles(@ForAll("files") byte[] valid, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] file = Arrays.copyOf(valid, random.nextInt(8) == 0 ? random.nextInt(valid.length) : valid.length);
        byte[] nasty = {0, 1, 2, 8, 0x10, 0x28, 0x7F, (byte) 0x80, (byte) 0xE0, (byte) 0xFE, (byte) 0xFF, 0x1B, 'S', 'Q'
        };
        for (int i = random.nextInt(6); i >= 0 && file.length > 132; i--) {
            int at = 132 + random.nextInt(file.length - 132);
            int run = Math.min(1 + random.nextInt(4), file.length - at);
            Arrays.fill(file, at, at + run, nasty[random.nextInt(nasty.length)]);
        }
        assertBounded(file);
    }

    @Property(tries = 50)
    void hugeClaimsAreNotBelieved(@ForAll boolean explicit) {
        ElementWriter claims = ImageFile.identity(explicit)
                .text(Tag.PATIENT_ID, "LO", "1")
                .unsignedShort(Tag.SAMPLES_PER_PIXEL, 1)
                .text(Tag.PHOTOMETRIC, "CS", "MONOCHROME2")
                .text(Tag.FRAMES, "IS", "1000")
                .unsignedShort(Tag.ROWS, 200)
                .unsignedShort(Tag.COLUMNS, 200)
                .unsignedShort(Tag.BITS_ALLOCATED, 16)
                .bytes(Tag.PIXEL_DATA, "OW", new byte[8]);
        assertBounded(ImageFile.file(claims));
    }

    @Example
    void theBoundCanBeBroken() {
        DicomMapper wasteful = new DicomMapper(
                DicomLimits.standard(), ImageFile.KEY, id -> "wasted " + new byte[(int) (3 * FIXED_BYTES)].length);
        byte[] file = ImageFile.of(true, between -> between);
        assertThatThrownBy(() -> assertBounded(wasteful, file)).isInstanceOf(AssertionError.class);
    }

    @Provide
    Arbitrary<byte[]> files() {
        ElementWriter item = ImageFile.elements(true).text(0x00100010, "PN", "王^明");
        ElementWriter implicit = ImageFile.elements(false).text(0x00100010, "PN", "王^明");
        return Arbitraries.of(List.of(
                ImageFile.of(true, file -> file.sequence(0x00181012, false, item, item)),
                ImageFile.of(false, file -> file.sequence(0x00181012, true, implicit)),
                ImageFile.of(true, file -> file.text(Tag.BODY_PART, "CS", "HIP").text(Tag.FRAMES, "IS", "1"))));
    }

    private void assertBounded(byte[] file) {
        assertBounded(mapper, file);
    }

    private void assertBounded(DicomMapper mapper, byte[] file) {
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        DicomOutcome outcome = mapper.map(file);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;
        assertThat(outcome).isNotNull();
        assertThat(allocated).isLessThan(FIXED_BYTES + BYTES_PER_BYTE * file.length);
    }
}
