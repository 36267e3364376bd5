package org.osteon.site.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osteon.adapters.cohort.CohortLimits;
import org.osteon.adapters.cohort.CohortQuery;
import org.osteon.adapters.cohort.CohortRefused;
import org.osteon.adapters.cohort.CohortTable;
import org.osteon.adapters.parquet.ColumnKind;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableReader;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.adapters.snapshot.SnapshotException;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.learning.LearningException;
import org.osteon.learning.TrainingData;
import org.osteon.learning.exact.SmallestCell;
import org.osteon.learning.template.Network;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.VerificationKey;
import org.osteon.site.approval.CohortFacts;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Cohorts;
import org.osteon.site.withdrawal.Withdrawals;

/**
 * The snapshots that the agent keeps under its own folder; studies see the newest one only, without the patients who
 * withdrew.
 */
public final class Snapshots implements CohortSource, Cohorts {
    private static final int REMEMBERED = 16;

    private final SiteStore store;
    private final SiteEvents events;
    private final SiteFolder site;
    private final VerificationKey manifestKey;
    private final Withdrawals withdrawals;
    private final Map<String, Cohort> cohorts = new ConcurrentHashMap<>();

    /** Pseudonyms by snapshot, or by snapshot and study: a snapshot never changes. */
    private final Map<String, Set<String>> members = new ConcurrentHashMap<>();

    /** The snapshots of this site. */
    public Snapshots(SiteStore store, SiteEvents events, SiteFolder site, Withdrawals withdrawals) {
        this.store = store;
        this.events = events;
        this.site = site;
        this.withdrawals = withdrawals;
        this.manifestKey = KeyFile.readPublic(site.folder().resolve("manifest.key"));
    }

    /** A cohort drawn from a snapshot. */
    private record Cohort(TrainingData rows, CohortFacts facts) {}

    /**
     * Takes a snapshot in: verifies every digest and the manifest's signature by this site's own key, copies it under
     * the agent's folder, and makes it the newest.
     */
    public Snapshot add(Path folder, String person) {
        try {
            Snapshot given = Snapshot.open(folder);
            if (!given.signed().signedBy(manifestKey)) {
                throw CallException.refused(
                        "MANIFEST_SIGNER_UNKNOWN",
                        "the snapshot's manifest is not signed with this site's manifest key; map with --site "
                                + site.settings().site());
            }
            given.verify();
            Digest commitment = given.commitment();
            Path home =
                    site.folder().resolve("snapshots").resolve(commitment.hex().substring(0, 16));
            if (!Files.isDirectory(home)) {
                copy(folder, home);
            }
            Snapshot kept = Snapshot.open(home);
            kept.verify();
            store.write(sql -> {
                int added = sql.sql(
                                "INSERT INTO snapshot(commitment, manifest, folder, patients, added) VALUES (?, ?, ?, ?, ?) ON CONFLICT (commitment) DO NOTHING")
                        .params(
                                commitment.hex(),
                                kept.signed().digest().hex(),
                                home.getFileName().toString(),
                                kept.manifest().patients(),
                                Instant.now().toEpochMilli())
                        .update();
                if (added == 1) {
                    events.add(
                            sql,
                            EventDraft.of(EventType.SNAPSHOT_ADDED, person, "operator")
                                    .ref("snapshot", commitment));
                }
                return added;
            });
            events.publish();
            return kept;
        } catch (SnapshotException e) {
            throw CallException.wrong(
                    e.code(), e.getMessage() == null ? "the snapshot cannot be used" : e.getMessage());
        }
    }

    /** The newest snapshot. */
    public Optional<Snapshot> newest() {
        return store.read(sql -> sql.sql("SELECT folder FROM snapshot ORDER BY added DESC, commitment LIMIT 1")
                        .query(String.class)
                        .optional())
                .map(name -> Snapshot.open(site.folder().resolve("snapshots").resolve(name)));
    }

    @Override
    public Digest snapshot() {
        return required().commitment();
    }

    @Override
    public void requireFits(Study study) {
        fits(study.cohort(), () -> {
            if (!(study.plan() instanceof TrainingPlan.Hosted)) {
                Network.of(
                        study.model(),
                        study.cohort().features().size(),
                        study.cohort().classes());
            }
        });
    }

    @Override
    public void requireFits(Study.Cohort named) {
        fits(named, () -> {});
    }

    private void fits(Study.Cohort cohort, Runnable more) {
        Snapshot snapshot = required();
        try {
            List<String> columns = CohortQuery.compile(cohort.sql()).resultColumns(snapshot);
            cohort.features().forEach(feature -> requireColumn(columns, feature.column()));
            requireColumn(columns, cohort.label());
            more.run();
        } catch (CohortRefused e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "ml-engineer"));
        } catch (LearningException e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "ml-engineer"));
        } catch (SnapshotException e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "operator"));
        }
    }

    private Snapshot required() {
        return newest().orElseThrow(() -> new CohortUnavailable(new Reason("NO_SNAPSHOT", Map.of(), "operator")));
    }

    @Override
    public CohortFacts facts(Study study) {
        return cohort(study).facts();
    }

    @Override
    public CohortFacts facts(Study.Cohort named) {
        return cohort(named).facts();
    }

    @Override
    public TrainingData rows(Study study, Digest snapshot) {
        return rows(cohort(study), snapshot);
    }

    @Override
    public TrainingData rows(Study.Cohort named, Digest snapshot) {
        return rows(cohort(named), snapshot);
    }

    private static TrainingData rows(Cohort cohort, Digest snapshot) {
        if (!cohort.facts().snapshot().equals(snapshot)) {
            throw new LearningException(
                    "SNAPSHOT_CHANGED", "a newer snapshot was added since the instruction was judged");
        }
        return cohort.rows();
    }

    private Cohort cohort(Study study) {
        return cohort(study.digest(), study.cohort(), !study.plan().differentiallyPrivate());
    }

    private Cohort cohort(Study.Cohort named) {
        return cohort(Digest.of(CanonicalJson.write(named)), named, true);
    }

    private Cohort cohort(Digest asked, Study.Cohort cohort, boolean exact) {
        Snapshot snapshot = required();
        Withdrawals.Excluded excluded = withdrawals.excluded();
        String key = snapshot.commitment().hex() + asked.hex() + excluded.generation();
        Cohort known = cohorts.get(key);
        if (known != null) {
            return known;
        }
        Cohort drawn = drawn(cohort, exact, snapshot, excluded.patients());
        if (cohorts.size() >= REMEMBERED) {
            cohorts.clear();
        }
        cohorts.put(key, drawn);
        return drawn;
    }

    private static Cohort drawn(Study.Cohort cohort, boolean exact, Snapshot snapshot, Set<String> without) {
        return guarded(() -> draw(cohort, exact, snapshot, without));
    }

    private static <T> T guarded(Supplier<T> drawing) {
        try {
            return drawing.get();
        } catch (CohortRefused e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "ml-engineer"));
        } catch (LearningException e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "ml-engineer"));
        } catch (SnapshotException e) {
            throw new CohortUnavailable(new Reason(e.code(), Map.of(), "operator"));
        }
    }

    /** Whether a patient is in a study's cohort now; false where there is none to speak of. */
    public boolean inCohort(Study study, String pseudonym) {
        try {
            return members(study, snapshot()).contains(pseudonym)
                    && !withdrawals.excluded().patients().contains(pseudonym);
        } catch (CohortUnavailable e) {
            return false;
        }
    }

    /**
     * All patients of a study's cohort on a snapshot of this site, whoever has withdrawn since.
     *
     * @throws CohortUnavailable when the cohort cannot be drawn
     */
    public Set<String> members(Study study, Digest commitment) {
        return members(study.digest(), study.cohort(), !study.plan().differentiallyPrivate(), commitment);
    }

    /**
     * All patients of a cohort that an officer named, likewise.
     *
     * @throws CohortUnavailable when the cohort cannot be drawn
     */
    public Set<String> members(Study.Cohort named, Digest commitment) {
        return members(Digest.of(CanonicalJson.write(named)), named, true, commitment);
    }

    private Set<String> members(Digest asked, Study.Cohort cohort, boolean exact, Digest commitment) {
        String key = commitment.hex() + asked.hex();
        Set<String> known = members.get(key);
        if (known != null) {
            return known;
        }
        TrainingData rows = drawn(cohort, exact, kept(commitment), Set.of()).rows();
        Set<String> drawn =
                IntStream.range(0, rows.size()).mapToObj(rows::patient).collect(Collectors.toSet());
        if (members.size() >= REMEMBERED) {
            members.clear();
        }
        members.put(key, drawn);
        return drawn;
    }

    private Snapshot kept(Digest commitment) {
        String folder = store.read(sql -> sql.sql("SELECT folder FROM snapshot WHERE commitment = ?")
                        .param(commitment.hex())
                        .query(String.class)
                        .optional())
                .orElseThrow(() -> new CohortUnavailable(new Reason("NO_SNAPSHOT", Map.of(), "operator")));
        return Snapshot.open(site.folder().resolve("snapshots").resolve(folder));
    }

    /** Whether the newest snapshot has a row of a patient, withdrawn or not. */
    public boolean has(String pseudonym) {
        return newest().map(snapshot -> patients(snapshot).contains(pseudonym)).orElse(false);
    }

    private Set<String> patients(Snapshot snapshot) {
        String key = snapshot.commitment().hex();
        Set<String> known = members.get(key);
        if (known != null) {
            return known;
        }
        Set<String> patients = new HashSet<>();
        List<TableColumn> column = List.of(new TableColumn("patient", ColumnKind.STRING, ""));
        try {
            for (Manifest.Table table : snapshot.manifest().tables()) {
                TableReader.read(snapshot.file(table), column, row -> patients.add(String.valueOf(row[0])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        members.put(key, patients);
        return patients;
    }

    /**
     * A few rows as the study would see them, drawn by the same query and features; for the data officer alone. Which
     * rows, and in which order, follows from a keyed hash of the patients: nothing of where a row stood, and the same
     * rows whoever asks however often.
     *
     * @param k smaller groups are not shown
     * @throws CohortUnavailable when the cohort cannot be drawn
     */
    public Preview preview(Study study, int k, int most) {
        Raw raw = guarded(
                () -> raw(study.cohort(), required(), withdrawals.excluded().patients()));
        List<Preview.Column> columns = new ArrayList<>();
        study.cohort()
                .features()
                .forEach(feature -> columns.add(
                        new Preview.Column(feature.column(), "feature", feature.center(), feature.scale(), 0)));
        columns.add(new Preview.Column(study.cohort().label(), "label", 0, 1, 0));
        double[][] values = new double[raw.features().length][columns.size()];
        for (int row = 0; row < values.length; row++) {
            System.arraycopy(raw.features()[row], 0, values[row], 0, columns.size() - 1);
            values[row][columns.size() - 1] = raw.labels()[row];
        }
        String[] places = Arrays.stream(raw.patients())
                .map(patient -> place(study, patient))
                .toArray(String[]::new);
        int[] order = IntStream.range(0, places.length)
                .boxed()
                .sorted(Comparator.comparing(row -> places[row]))
                .limit(most)
                .mapToInt(Integer::intValue)
                .toArray();
        return Preview.of(k, columns, values, order);
    }

    private String place(Study study, String patient) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(site.splitKey(), "HmacSHA256"));
            byte[] full =
                    mac.doFinal(("preview|" + study.digest().hex() + "|" + patient).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(full);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    /** Unscaled inputs, labels and pseudonyms, row by row, with the query that drew them. */
    private record Raw(CohortQuery query, double[][] features, int[] labels, String[] patients) {}

    private static Cohort draw(Study.Cohort cohort, boolean exact, Snapshot snapshot, Set<String> without) {
        Raw raw = raw(cohort, snapshot, without);
        TrainingData rows = TrainingData.scaled(cohort.features(), raw.features(), raw.labels(), raw.patients());
        return new Cohort(rows, facts(cohort, exact, snapshot, raw.query(), rows));
    }

    private static Raw raw(Study.Cohort cohort, Snapshot snapshot, Set<String> without) {
        snapshot.verify();
        CohortQuery query = CohortQuery.compile(cohort.sql());
        CohortTable table = query.run(snapshot, CohortLimits.standard(), without);
        int label = column(table, cohort.label());
        int[] features = cohort.features().stream()
                .mapToInt(feature -> column(table, feature.column()))
                .toArray();
        List<double[]> raw = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> patients = new ArrayList<>();
        for (int row = 0; row < table.values().length; row++) {
            double outcome = table.values()[row][label];
            if (Double.isNaN(outcome)) {
                continue;
            }
            if (outcome != Math.rint(outcome) || outcome < 0 || outcome >= cohort.classes()) {
                throw new CohortUnavailable(
                        new Reason("LABEL_OUT_OF_RANGE", Map.of("column", cohort.label()), "ml-engineer"));
            }
            double[] inputs = new double[features.length];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = table.values()[row][features[i]];
            }
            raw.add(inputs);
            labels.add((int) outcome);
            patients.add(table.patients().get(row));
        }
        return new Raw(
                query,
                raw.toArray(double[][]::new),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                patients.toArray(String[]::new));
    }

    private static CohortFacts facts(
            Study.Cohort cohort, boolean exact, Snapshot snapshot, CohortQuery query, TrainingData rows) {
        long cell = !exact
                ? -1
                : SmallestCell.of(
                                rows,
                                cohort.features().stream()
                                        .map(Study.Feature::column)
                                        .toList(),
                                cohort.label())
                        .patients();
        List<Manifest.Column> columns = new ArrayList<>();
        for (String source : new TreeSet<>(query.sourceColumns(snapshot))) {
            int dot = source.indexOf('.');
            snapshot.manifest().tables().stream()
                    .filter(table -> table.name().equals(source.substring(0, Math.max(0, dot))))
                    .flatMap(table -> table.columns().stream())
                    .filter(column -> column.name().equals(source.substring(dot + 1)))
                    .forEach(column -> columns.add(new Manifest.Column(source, column.type(), column.action())));
        }
        return new CohortFacts(snapshot.commitment(), rows.size(), columns, cell);
    }

    private static void requireColumn(List<String> columns, String name) {
        if (!columns.contains(name)) {
            throw new CohortUnavailable(new Reason("COHORT_COLUMN_MISSING", Map.of("column", name), "ml-engineer"));
        }
    }

    private static int column(CohortTable table, String name) {
        requireColumn(table.columns(), name);
        return table.indexOf(name);
    }

    private static void copy(Path from, Path home) {
        Path draft = home.resolveSibling("." + home.getFileName() + ".part");
        try {
            erase(draft);
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Path target = draft.resolve(from.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(file, target);
                        sync(target, StandardOpenOption.WRITE);
                    }
                }
            }
            Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
            sync(home.resolveSibling("."), StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sync(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    private static void erase(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What {@code site data add} answers. */
    public static Map<String, Object> view(Snapshot snapshot) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("snapshot", snapshot.commitment().hex());
        view.put("patients", snapshot.manifest().patients());
        view.put(
                "tables",
                snapshot.manifest().tables().stream().map(Manifest.Table::name).toList());
        return view;
    }
}
