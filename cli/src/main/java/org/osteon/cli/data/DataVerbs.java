package org.osteon.cli.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.ProfileException;
import org.osteon.adapters.snapshot.DataMapping;
import org.osteon.adapters.snapshot.ImportProgress;
import org.osteon.adapters.snapshot.MappingException;
import org.osteon.adapters.snapshot.MappingKeys;
import org.osteon.adapters.snapshot.MappingResult;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.adapters.snapshot.SnapshotException;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Progress;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.v1.Empty;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code osteon data …}: from a hospital's files to a frozen snapshot, and what is in it. Needs no hub and no agent.
 */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description = "Hospital data: map, inspect, verify, budget.",
        footer = {"", "Example:  osteon data map --input export/ --out snapshots/2026-11 --site hospital-a"},
        subcommands = {DataVerbs.MapFiles.class, DataVerbs.Inspect.class, DataVerbs.Verify.class, DataVerbs.Budget.class
        })
public final class DataVerbs {

    @Command(
            name = "map",
            mixinStandardHelpOptions = true,
            description =
                    "Map FHIR, CSV or DICOM (found by content, mixed folders too) to a de-identified, frozen snapshot.",
            footer = "Example:  osteon data map --input export/ --out snapshots/2026-11 --site hospital-a")
    static final class MapFiles extends Verb {
        @Option(names = "--input", required = true, paramLabel = "PATH", description = "file or folder")
        private Path input = Path.of("");

        @Option(
                names = "--profile",
                paramLabel = "P",
                description = "mapping profile (default: the built-in orthopaedic one)")
        private String profile = "";

        @Option(names = "--out", required = true, paramLabel = "DIR", description = "snapshot folder to make")
        private Path out = Path.of("");

        @Option(names = "--site", paramLabel = "DIR", description = "site whose pseudonym and manifest keys are used")
        private String site = "";

        @Option(
                names = "--key",
                paramLabel = "F",
                description = "file with the pseudonym key, 64 hex digits; F.manifest beside it signs")
        private String key = "";

        @Override
        protected ExitCode run() throws IOException {
            if (!site.isEmpty() && !key.isEmpty()) {
                throw CliException.wrongCall("error.data.keys");
            }
            MappingKeys keys = !site.isEmpty()
                    ? KeyFiles.ofSite(Path.of(site))
                    : !key.isEmpty() ? KeyFiles.of(Path.of(key)) : KeyFiles.ofUser(output());
            Optional<ImportProgress> shown = site.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ImportProgress.begin(Path.of(site), out, Clock.systemUTC()));
            try (Progress progress = new Progress(output())) {
                Profile chosen = profile.isEmpty() ? Profile.builtIn() : Profile.read(Path.of(profile));
                MappingResult result = DataMapping.map(input, out, chosen, keys, (source, units) -> {
                    progress.at(source, units);
                    shown.ifPresent(one -> one.at(source, units));
                });
                shown.ifPresent(one -> one.done(result.read()));
                progress.close();
                output().answer(view(result));
                return balances(result) ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
            } catch (MappingException e) {
                String code = e.code();
                shown.ifPresent(one -> one.failed(code));
                throw CliException.told(
                        "OUTPUT_UNWRITABLE".equals(e.code()) ? ExitCode.TRY_AGAIN : ExitCode.WRONG_CALL,
                        e.code(),
                        String.valueOf(e.getMessage()));
            } catch (ProfileException e) {
                throw CliException.told(ExitCode.WRONG_CALL, "PROFILE_MALFORMED", String.valueOf(e.getMessage()));
            } finally {
                shown.ifPresent(ImportProgress::close);
            }
        }

        private static boolean balances(MappingResult result) {
            return result.manifest().document().sources().stream().allMatch(Manifest.SourceCount::balances);
        }

        private Map<String, Object> view(MappingResult result) throws IOException {
            Manifest manifest = result.manifest().document();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("snapshot", Snapshot.open(out).commitment().hex());
            view.put("read", result.read());
            view.put("mapped", result.mapped());
            view.put("filtered", result.filtered());
            view.put("duplicate", result.duplicate());
            view.put("rejected", result.rejected());
            view.put("quarantined", result.quarantined());
            view.put("reasons", result.reasons());
            view.put("sources", manifest.sources());
            List<Map<String, Object>> files = new ArrayList<>();
            for (Manifest.Table table : manifest.tables()) {
                Map<String, Object> file = new LinkedHashMap<>();
                file.put("path", table.file());
                file.put("rows", table.rows());
                file.put("sha256", table.sha256().hex());
                files.add(file);
            }
            view.put("files", files);
            view.put("patients", manifest.patients());
            Map<String, Object> risk = new LinkedHashMap<>();
            risk.put("k", manifest.risk().k());
            risk.put("uniqueShare", manifest.risk().uniqueShare());
            risk.put("quasiIdentifiers", manifest.risk().quasiIdentifiers());
            view.put("risk", risk);
            if (site.isEmpty()) {
                view.put("keyFile", key.isEmpty() ? KeyFiles.userFile().toString() : key);
            }
            return view;
        }
    }

    /** A verb about one snapshot folder. */
    private abstract static class SnapshotVerb extends Verb {
        @Parameters(paramLabel = "SNAPSHOT", description = "snapshot folder")
        private Path folder = Path.of("");

        /** Whether the columns are shown. */
        abstract boolean schema();

        @Override
        protected final ExitCode run() {
            if (!Files.isDirectory(folder)) {
                throw CliException.wrongCall("error.file.missing", folder);
            }
            try {
                Snapshot snapshot = Snapshot.open(folder);
                snapshot.verify();
                output().answer(view(snapshot));
                return ExitCode.DONE;
            } catch (SnapshotException e) {
                throw CliException.told(
                        "SNAPSHOT_MISSING".equals(e.code()) ? ExitCode.WRONG_CALL : ExitCode.DOES_NOT_HOLD,
                        e.code(),
                        String.valueOf(e.getMessage()));
            }
        }

        private Map<String, Object> view(Snapshot snapshot) {
            List<Manifest.Table> tables = snapshot.manifest().tables();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("ok", true);
            view.put("snapshot", snapshot.commitment().hex());
            view.put("patients", snapshot.manifest().patients());
            view.put("rows", tables.stream().mapToLong(Manifest.Table::rows).sum());
            if (schema()) {
                view.put("schema", columns(tables));
            }
            return view;
        }

        private static List<Map<String, Object>> columns(List<Manifest.Table> tables) {
            List<Map<String, Object>> schema = new ArrayList<>();
            for (Manifest.Table table : tables) {
                for (Manifest.Column column : table.columns()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("table", table.name());
                    row.put("column", column.name());
                    row.put("type", column.type());
                    row.put("action", column.action());
                    schema.add(row);
                }
            }
            return schema;
        }
    }

    @Command(
            name = "inspect",
            mixinStandardHelpOptions = true,
            description =
                    "What a study would see: tables, columns and how each was de-identified; digests are recomputed first.",
            footer = "Example:  osteon data inspect snapshots/2026-11")
    static final class Inspect extends SnapshotVerb {
        @Override
        boolean schema() {
            return true;
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Recompute every digest of a snapshot.",
            footer = "Example:  osteon data verify snapshots/2026-11")
    static final class Verify extends SnapshotVerb {
        @Override
        boolean schema() {
            return output().json();
        }
    }

    @Command(
            name = "budget",
            mixinStandardHelpOptions = true,
            description = "What the patients of a site have spent and may still spend.",
            footer = "Example:  osteon data budget hospital-a")
    static final class Budget extends Verb {
        @Parameters(paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");

        @Override
        protected ExitCode run() {
            try (DaemonFolder site = DaemonFolder.site(folder, "officer")) {
                output().answerJson(
                                site.site().budget(Empty.getDefaultInstance()).getJson());
            }
            return ExitCode.DONE;
        }
    }
}
