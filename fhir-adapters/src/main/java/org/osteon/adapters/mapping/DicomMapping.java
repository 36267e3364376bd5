package org.osteon.adapters.mapping;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.dicom.HeaderRow;
import org.osteon.adapters.dicom.PixelFormat;
import org.osteon.adapters.dicom.PixelFrames;
import org.osteon.adapters.parquet.ColumnKind;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.protocol.document.Digest;

/**
 * The two tables made from DICOM files: one row an image in {@code image}, one row a frame with its samples in
 * {@code frame}. The columns and their actions are those of the header de-identification and cannot be widened.
 *
 * @param image headers
 * @param frame samples: {@code pixels} is {@code [rows, columns, samples]} in this order, little endian, of
 *     {@code dtype}
 * @param digest digest of the profile's part
 */
public record DicomMapping(TableSchema image, TableSchema frame, Digest digest) {
    private static final String KEEP = "keep";
    private static final String LISTED = "code list";
    private static final String UID = "pseudonym uid";

    static DicomMapping of(String image, String frame, Digest digest) {
        return new DicomMapping(
                new TableSchema(
                        image,
                        List.of(
                                text("patient", "pseudonym patient"),
                                text("sex", LISTED),
                                text("age_band", "age-band"),
                                text("modality", LISTED),
                                text("body_part", LISTED),
                                text("laterality", LISTED),
                                text("view_position", LISTED),
                                text("sop_class", LISTED),
                                text("study", UID),
                                text("series", UID),
                                text("instance", UID),
                                number("row_spacing"),
                                number("column_spacing"),
                                number("rescale_slope"),
                                number("rescale_intercept"),
                                count("frames"),
                                count("rows"),
                                count("columns"),
                                count("samples"),
                                count("bits_stored"),
                                text("photometric", LISTED),
                                text("dtype", LISTED))),
                new TableSchema(
                        frame,
                        List.of(
                                text("patient", "pseudonym patient"),
                                text("instance", UID),
                                count("frame"),
                                count("rows"),
                                count("columns"),
                                count("samples"),
                                text("dtype", LISTED),
                                new TableColumn("pixels", ColumnKind.BYTES, KEEP))),
                digest);
    }

    /** The row of an image. */
    public @Nullable Object[] imageRow(HeaderRow header, PixelFrames pixels) {
        PixelFormat format = pixels.format();
        return new @Nullable Object[] {
            header.patient(),
            header.sex(),
            header.ageBand(),
            header.modality(),
            header.bodyPart(),
            header.laterality(),
            header.viewPosition(),
            header.sopClass(),
            header.studyUid(),
            header.seriesUid(),
            header.instanceUid(),
            header.rowSpacing(),
            header.columnSpacing(),
            header.rescaleSlope(),
            header.rescaleIntercept(),
            (long) format.frames(),
            (long) format.rows(),
            (long) format.columns(),
            (long) format.samplesPerPixel(),
            (long) format.bitsStored(),
            format.photometric(),
            pixels.dtype()
        };
    }

    /** The row of one frame from 0. */
    public @Nullable Object[] frameRow(HeaderRow header, PixelFrames pixels, int frame) {
        PixelFormat format = pixels.format();
        return new @Nullable Object[] {
            header.patient(),
            header.instanceUid(),
            (long) frame,
            (long) format.rows(),
            (long) format.columns(),
            (long) format.samplesPerPixel(),
            pixels.dtype(),
            pixels.frameBytes(frame)
        };
    }

    /** Both tables. */
    public List<TableSchema> schemas() {
        return new ArrayList<>(List.of(image, frame));
    }

    private static TableColumn text(String name, String action) {
        return new TableColumn(name, ColumnKind.STRING, action);
    }

    private static TableColumn number(String name) {
        return new TableColumn(name, ColumnKind.DOUBLE, KEEP);
    }

    private static TableColumn count(String name) {
        return new TableColumn(name, ColumnKind.INT64, KEEP);
    }
}
