package org.osteon.conformance.check;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osteon.protocol.document.DocumentException;

/** Tables that whoever runs the checks hands in, by name; each check that needs one says which. */
public final class Tables {
    /** Point pairs measured on a phantom: reference and measured position, in millimetres. */
    public static final String PHANTOM = "phantom.csv";

    /** Predictions made by the model on sample persons. */
    public static final String PREDICTIONS = "predictions.csv";

    /** Keyed hashes of patients with the side of the split each is on, by site. */
    public static final String SPLITS = "splits.csv";

    /** Header elements of DICOM files after de-identification. */
    public static final String HEADERS = "headers.csv";

    /** Every name there is. */
    public static final List<String> NAMES = List.of(PHANTOM, PREDICTIONS, SPLITS, HEADERS);

    /** The largest size of one table, in bytes. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private final Map<String, byte[]> tables = new TreeMap<>();

    /**
     * These tables.
     *
     * @throws DocumentException {@code TABLE_UNKNOWN} for another name, {@code TABLE_TOO_LARGE}
     */
    public Tables(Map<String, byte[]> tables) {
        tables.forEach((name, bytes) -> {
            if (!NAMES.contains(name)) {
                throw new DocumentException("TABLE_UNKNOWN", "tables of evidence are " + String.join(", ", NAMES));
            }
            if (bytes.length > MAX_BYTES) {
                throw new DocumentException(
                        "TABLE_TOO_LARGE",
                        "a table of evidence may have " + MAX_BYTES + " bytes, " + name + " has " + bytes.length);
            }
            this.tables.put(name, bytes.clone());
        });
    }

    /** No table. */
    public static Tables none() {
        return new Tables(Map.of());
    }

    /** The bytes of a table, if it was handed in. */
    public Optional<byte[]> get(String name) {
        return Optional.ofNullable(tables.get(name)).map(byte[]::clone);
    }

    /** Each table by name. */
    public Map<String, byte[]> all() {
        return Collections.unmodifiableMap(tables);
    }
}
