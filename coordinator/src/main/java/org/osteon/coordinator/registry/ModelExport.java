package org.osteon.coordinator.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.flower.NumpyFormat;

/** A model's arrays in formats others read: safetensors and NumPy's npz. */
public final class ModelExport {
    private static final long MOST = 512L * 1024 * 1024;

    private ModelExport() {}

    /** The file's bytes. */
    public static byte[] write(ModelVersion model, Path arrays, String format) {
        try {
            if (Files.size(arrays) > MOST) {
                throw CallException.refused(
                        "MODEL_TOO_LARGE", "an export of more than " + MOST + " bytes is not supported yet");
            }
            byte[] raw = Files.readAllBytes(arrays);
            return switch (format) {
                case "safetensors" -> safetensors(model, raw);
                case "npz" -> npz(model, raw);
                default ->
                    throw CallException.wrong("FORMAT_UNKNOWN", "format must be safetensors or npz, was " + format);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] safetensors(ModelVersion model, byte[] raw) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put(
                "__metadata__",
                Map.of("osteon.model", model.digest().hex(), "osteon.governed", Boolean.toString(model.governed())));
        long offset = 0;
        for (ArraySpec spec : model.specs()) {
            String dtype = switch (spec.dtype()) {
                case "float32" -> "F32";
                case "float64" -> "F64";
                default -> "I64";
            };
            header.put(
                    spec.name(),
                    Map.of(
                            "dtype",
                            dtype,
                            "shape",
                            spec.shape(),
                            "data_offsets",
                            List.of(offset, offset + spec.bytes())));
            offset += spec.bytes();
        }
        byte[] json = CanonicalJson.write(header);
        int padded = (json.length + 7) / 8 * 8;
        byte[] head = Arrays.copyOf(json, padded);
        Arrays.fill(head, json.length, padded, (byte) ' ');
        return ByteBuffer.allocate(8 + padded + raw.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(head)
                .put(raw)
                .array();
    }

    private static byte[] npz(ModelVersion model, byte[] raw) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            int offset = 0;
            for (ArraySpec spec : model.specs()) {
                ByteArrayOutputStream npy = new ByteArrayOutputStream();
                npy.writeBytes(NumpyFormat.headerBytes(spec.dtype(), spec.shape()));
                npy.write(raw, offset, (int) spec.bytes());
                offset += (int) spec.bytes();
                byte[] bytes = npy.toByteArray();
                ZipEntry entry = new ZipEntry(spec.name().replace('/', '.') + ".npy");
                entry.setTimeLocal(LocalDateTime.of(2020, 1, 1, 0, 0));
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(bytes.length);
                CRC32 crc = new CRC32();
                crc.update(bytes);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(bytes);
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }
}
