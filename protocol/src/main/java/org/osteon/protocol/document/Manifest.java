package org.osteon.protocol.document;

import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * What a frozen snapshot is. It stays at the site; what leaves is {@link #commitment}.
 *
 * @param schema {@value #SCHEMA}
 * @param created when it was frozen, cut to the day so that a re-run gives the same bytes on that day; see
 *     {@code docs/spec/manifest.md}
 * @param predecessor hex digest of the manifest this one refreshes, empty for none
 * @param profile digest of the mapping profile
 * @param views digests of the view definitions and table mappings, by table
 * @param tables the Parquet tables
 * @param sources one balance of counts a source
 * @param patients distinct patients over all tables
 * @param risk measured re-identification risk
 */
public record Manifest(
        String schema,
        String created,
        String predecessor,
        Digest profile,
        Map<String, Digest> views,
        List<Table> tables,
        List<SourceCount> sources,
        long patients,
        Risk risk)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.manifest/1";

    /** Takes copies. */
    public Manifest {
        Require.schema(schema, SCHEMA);
        if (!predecessor.isEmpty()) {
            new Digest(predecessor);
        }
        views = Map.copyOf(views);
        tables = List.copyOf(tables);
        sources = List.copyOf(sources);
    }

    /**
     * What leaves the site in place of the manifest: SHA-256 of the 32-byte random salt followed by the manifest's raw
     * digest. The salt stays at the site.
     */
    public Digest commitment(byte[] salt) {
        Require.hold(salt.length == 32, "SALT_MALFORMED", "a commitment salt has 32 bytes, had " + salt.length);
        MessageDigest sha = Digest.sha256();
        sha.update(salt);
        sha.update(digest().raw());
        return Digest.ofRaw(sha.digest());
    }

    /**
     * A Parquet table.
     *
     * @param name table name in cohort SQL
     * @param file path below the snapshot folder
     * @param sha256 of the file
     * @param rows rows
     * @param columns columns in order
     */
    public record Table(String name, String file, Digest sha256, long rows, List<Column> columns) {
        /** Takes a copy. */
        public Table {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A column and how it was de-identified.
     *
     * @param name column name
     * @param type {@code string}, {@code double}, {@code int64}, {@code boolean} or {@code bytes}
     * @param action de-identification action applied
     */
    public record Column(String name, String type, String action) {}

    /**
     * One source's balance: {@code read = mapped + filtered + duplicate + rejected + quarantined}.
     *
     * @param source label of the source, never a path
     * @param unit what is counted: {@code line}, {@code row}, {@code file} or {@code entry}
     * @param read units read
     * @param mapped units that became rows
     * @param filtered units the profile leaves out
     * @param duplicate units seen before
     * @param rejected units that cannot be used
     * @param quarantined units put aside for a person
     * @param reasons counts by reason code for all that was not mapped
     */
    public record SourceCount(
            String source,
            String unit,
            long read,
            long mapped,
            long filtered,
            long duplicate,
            long rejected,
            long quarantined,
            Map<String, Long> reasons) {
        /** Takes a copy. */
        public SourceCount {
            reasons = Map.copyOf(reasons);
        }

        /** Whether the counts add up. */
        public boolean balances() {
            return read == mapped + filtered + duplicate + rejected + quarantined;
        }
    }

    /**
     * Measured re-identification risk over the declared quasi-identifiers.
     *
     * @param quasiIdentifiers {@code table.column} names
     * @param k smallest equivalence class, 0 when there are no patients
     * @param uniqueShare share of patients alone in their class
     */
    public record Risk(List<String> quasiIdentifiers, long k, double uniqueShare) {
        /** Takes a copy. */
        public Risk {
            quasiIdentifiers = List.copyOf(quasiIdentifiers);
        }
    }
}
