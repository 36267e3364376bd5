package org.osteon.adapters.dicom;

import java.util.Set;

/**
 * How the samples of native pixel data lie (PS3.3 section C.7.6.3.1, PS3.5 section 8.1.1).
 *
 * @param frames number of frames, 1 when (0028,0008) is absent
 * @param rows samples from top to bottom
 * @param columns samples from left to right
 * @param samplesPerPixel 1 or 3
 * @param photometric MONOCHROME1, MONOCHROME2 or RGB
 * @param bitsAllocated 8 or 16
 * @param bitsStored 1 to bitsAllocated
 * @param highBit bitsStored − 1 to bitsAllocated − 1
 * @param signed two's complement
 * @param planar colour by plane instead of by pixel
 */
public record PixelFormat(
        int frames,
        int rows,
        int columns,
        int samplesPerPixel,
        String photometric,
        int bitsAllocated,
        int bitsStored,
        int highBit,
        boolean signed,
        boolean planar) {
    private static final Set<String> PHOTOMETRIC = Set.of("MONOCHROME1", "MONOCHROME2", "RGB");

    /** Refuses formats that cannot be read, with {@link DicomException}. */
    public PixelFormat {
        if (!PHOTOMETRIC.contains(photometric) || (bitsAllocated != 8 && bitsAllocated != 16)) {
            throw new DicomException(
                    DicomCode.PIXELS_UNSUPPORTED, "only MONOCHROME1, MONOCHROME2 and RGB of 8 or 16 bits are read");
        }
        boolean sane = frames > 0
                && rows > 0
                && columns > 0
                && samplesPerPixel == (photometric.equals("RGB") ? 3 : 1)
                && bitsStored > 0
                && bitsStored <= bitsAllocated
                && highBit >= bitsStored - 1
                && highBit < bitsAllocated;
        if (!sane) {
            throw new DicomException(
                    DicomCode.PIXELS_INCONSISTENT, "frames, rows, columns, samples or bits do not fit");
        }
    }

    static PixelFormat of(Dataset header) {
        if (header.bytes(Tag.PIXEL_DATA).isEmpty()) {
            throw new DicomException(DicomCode.NO_PIXELS, "the object carries no pixel data");
        }
        String photometric = header.code(Tag.PHOTOMETRIC).orElse("");
        int bitsAllocated = header.unsignedShort(Tag.BITS_ALLOCATED).orElse(0);
        int bitsStored = header.unsignedShort(Tag.BITS_STORED).orElse(bitsAllocated);
        return new PixelFormat(
                frames(header),
                header.unsignedShort(Tag.ROWS).orElse(0),
                header.unsignedShort(Tag.COLUMNS).orElse(0),
                header.unsignedShort(Tag.SAMPLES_PER_PIXEL).orElse(1),
                photometric,
                bitsAllocated,
                bitsStored,
                header.unsignedShort(Tag.HIGH_BIT).orElse(bitsStored - 1),
                header.unsignedShort(Tag.PIXEL_REPRESENTATION).orElse(0) == 1,
                header.unsignedShort(Tag.PLANAR_CONFIGURATION).orElse(0) == 1);
    }

    /** Samples of all frames; a long, since a hostile header can make it larger than any file. */
    long samples() {
        return Math.multiplyExact((long) frames * samplesPerPixel, (long) rows * columns);
    }

    private static int frames(Dataset header) {
        String text = header.code(Tag.FRAMES).orElse("1");
        if (!text.matches("[0-9]{1,7}")) {
            throw new DicomException(DicomCode.PIXELS_INCONSISTENT, "(0028,0008) is not a number of frames");
        }
        return Integer.parseInt(text);
    }
}
