package org.osteon.adapters.source;

/**
 * What one file and one unit may cost.
 *
 * @param fileBytes most bytes of a file after decompression
 * @param documentBytes most bytes of a JSON document that is no NDJSON
 * @param lineBytes most bytes of an NDJSON line
 * @param rowBytes most bytes of a row of a delimited file
 */
public record SourceLimits(long fileBytes, long documentBytes, int lineBytes, int rowBytes) {
    /** Refuses limits that are not positive. */
    public SourceLimits {
        if (fileBytes <= 0 || documentBytes <= 0 || lineBytes <= 0 || rowBytes <= 0) {
            throw new IllegalArgumentException("limits must be > 0");
        }
    }

    /** 64 GiB, 256 MiB, 32 MiB, 1 MiB. */
    public static SourceLimits standard() {
        return new SourceLimits(64L << 30, 256L << 20, 32 << 20, 1 << 20);
    }
}
