package org.osteon.adapters.dicom;

import java.util.Arrays;

/**
 * The samples of an image, shape {@code [frame, row, column, sample]} in this order, colour always by pixel. Values are
 * the stored ones (no rescale, no window); bits above and below the stored ones, where old overlays hide, are cut off.
 */
public final class PixelFrames {
    private final PixelFormat format;
    private final int[] samples;

    private PixelFrames(PixelFormat format, int[] samples) {
        this.format = format;
        this.samples = samples;
    }

    static PixelFrames read(PixelFormat format, ByteRange bytes, DicomLimits limits) {
        long count = format.samples();
        if (count > limits.samples()) {
            throw new DicomException(DicomCode.TOO_LARGE, count + " samples, at most " + limits.samples());
        }
        long size = count * format.bitsAllocated() / 8;
        if (bytes.length() < size) {
            throw new DicomException(
                    DicomCode.PIXELS_INCONSISTENT,
                    "pixel data of " + bytes.length() + " bytes where " + size + " are due");
        }
        if (bytes.length() > size + size % 2) {
            throw new DicomException(
                    DicomCode.PIXELS_INCONSISTENT, "pixel data of " + bytes.length() + " bytes, more than " + size);
        }
        int[] samples = new int[(int) count];
        int plane = format.rows() * format.columns();
        int width = format.samplesPerPixel();
        for (int i = 0; i < samples.length; i++) {
            int source = i;
            if (format.planar()) {
                int pixel = i / width % plane;
                source = (i / width / plane * width + i % width) * plane + pixel;
            }
            samples[i] = stored(format, format.bitsAllocated() == 8 ? bytes.u8(source) : bytes.u16(2 * source));
        }
        return new PixelFrames(format, samples);
    }

    private static int stored(PixelFormat format, int cell) {
        int unused = 31 - format.highBit();
        int moved = cell << unused;
        int drop = 32 - format.bitsStored();
        return format.signed() ? moved >> drop : moved >>> drop;
    }

    /** Shape and encoding. */
    public PixelFormat format() {
        return format;
    }

    /** The samples of one frame from 0, a copy, {@code rows × columns × samplesPerPixel} long. */
    public int[] frame(int index) {
        if (index < 0 || index >= format.frames()) {
            throw new IndexOutOfBoundsException("frame " + index + " of " + format.frames());
        }
        int length = format.rows() * format.columns() * format.samplesPerPixel();
        return Arrays.copyOfRange(samples, index * length, (index + 1) * length);
    }

    /**
     * One frame as {@code bitsAllocated / 8} little-endian bytes a sample, for a binary column; sign by two's
     * complement.
     */
    public byte[] frameBytes(int index) {
        int[] frame = frame(index);
        int width = format.bitsAllocated() / 8;
        byte[] bytes = new byte[frame.length * width];
        for (int i = 0; i < frame.length; i++) {
            bytes[i * width] = (byte) frame[i];
            if (width == 2) {
                bytes[i * width + 1] = (byte) (frame[i] >> 8);
            }
        }
        return bytes;
    }

    /** {@code i1}, {@code u1}, {@code i2} or {@code u2}: signedness and bytes of a sample in {@link #frameBytes}. */
    public String dtype() {
        return (format.signed() ? "i" : "u") + format.bitsAllocated() / 8;
    }

    @Override
    public String toString() {
        return "PixelFrames[" + format + "]";
    }
}
