package org.osteon.conformance.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The table of splits: for each site the keyed hash of each patient and the side the patient is on. The key of the
 * hashes is the site's and differs between sites, so patients are compared within a site.
 */
final class Splits {
    private static final List<String> SIDES = List.of("train", "tune", "test");

    /** A site's patients: by keyed hash, the sides they are on. */
    private final Map<String, Map<String, TreeSet<String>>> sites = new TreeMap<>();

    private final Map<String, Map<String, Integer>> rows = new TreeMap<>();

    private Splits() {}

    static Splits read(byte[] bytes) throws Csv.Malformed {
        Csv table = Csv.read(Tables.SPLITS, bytes);
        int site = table.column("site");
        int side = table.column("split");
        int patient = table.column("patient");
        Splits splits = new Splits();
        for (int row = 0; row < table.size(); row++) {
            String hash = table.cell(row, patient);
            String where = table.cell(row, side);
            String name = table.cell(row, site);
            if (!hash.matches("[0-9a-f]{64}") || !SIDES.contains(where) || name.isBlank() || name.length() > 100) {
                throw table.malformed(row);
            }
            splits.sites
                    .computeIfAbsent(name, key -> new HashMap<>())
                    .computeIfAbsent(hash, key -> new TreeSet<>())
                    .add(where);
            splits.rows.computeIfAbsent(name, key -> new TreeMap<>()).merge(where, 1, Integer::sum);
        }
        return splits;
    }

    /** Rows of a site on one side. */
    int rows(String site, String side) {
        return rows.getOrDefault(site, Map.of()).getOrDefault(side, 0);
    }

    /** Patients of a site. */
    int patients(String site) {
        return sites.getOrDefault(site, Map.of()).size();
    }

    /** Rows of a site beyond one a patient and side. */
    int repeated(String site) {
        int all = rows.getOrDefault(site, Map.of()).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        int distinct = sites.getOrDefault(site, Map.of()).values().stream()
                .mapToInt(TreeSet::size)
                .sum();
        return all - distinct;
    }

    /** Patients of a site that are on both of two sides. */
    long onBoth(String site, String one, String other) {
        return sites.getOrDefault(site, Map.of()).values().stream()
                .filter(sides -> sides.contains(one) && sides.contains(other))
                .count();
    }

    /** A site whose training or test side has no patient. */
    static Optional<Fault> empty(Splits splits, String site) {
        for (String side : List.of("train", "test")) {
            if (splits.rows(site, side) == 0) {
                return Optional.of(Fault.inconclusive("SPLIT_EMPTY", "site", site, "split", side));
            }
        }
        return Optional.empty();
    }
}
