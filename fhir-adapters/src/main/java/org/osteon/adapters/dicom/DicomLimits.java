package org.osteon.adapters.dicom;

/**
 * What one file may cost.
 *
 * @param fileBytes most bytes of a file
 * @param elements most data elements and items of a file, at all depths together
 * @param depth deepest nesting of sequences
 * @param samples most pixel samples of a file: frames × rows × columns × samples per pixel; each takes four bytes of
 *     memory
 */
public record DicomLimits(long fileBytes, int elements, int depth, int samples) {
    /** Refuses limits that are not positive. */
    public DicomLimits {
        if (fileBytes <= 0 || fileBytes > Integer.MAX_VALUE - 8 || elements <= 0 || depth <= 0 || samples <= 0) {
            throw new IllegalArgumentException(
                    "limits must be > 0 and fileBytes below 2 GiB, were %d bytes, %d elements, depth %d, %d samples"
                            .formatted(fileBytes, elements, depth, samples));
        }
    }

    /** 256 MiB, 200,000 elements, 32 levels, 64 Mi samples. */
    public static DicomLimits standard() {
        return new DicomLimits(256L << 20, 200_000, 32, 64 << 20);
    }
}
