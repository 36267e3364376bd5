package org.osteon.cli.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osteon.adapters.dicom.DicomException;
import org.osteon.adapters.dicom.DicomLimits;
import org.osteon.adapters.dicom.HeaderListing;
import org.osteon.cli.hub.Chunks;
import org.osteon.cli.hub.HubVerb;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.evaluation.HeldOutSplit;
import org.osteon.learning.template.Network;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.StudyRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Verbs that make tables of evidence. The tables of predictions and of splits hold a line a person: they are made of
 * sample persons, or stay where those persons' data may be seen.
 */
final class EvidenceTables {
    private EvidenceTables() {}

    private static void answer(Verb verb, Path file, int rows) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("file", file.toString());
        view.put("rows", rows);
        verb.output().answer(view);
    }

    @Command(
            name = "predict",
            mixinStandardHelpOptions = true,
            description = "Make predictions.csv: a model's scores for persons of a sample snapshot.",
            footer =
                    "Example:  osteon conformance predict 1a2b3c4d --snapshot sample --out tables/predictions.csv --hub hub")
    static final class Predict extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(
                names = "--snapshot",
                required = true,
                paramLabel = "DIR",
                description = "snapshot of sample persons; their inputs are written and handed in")
        private Path snapshot = Path.of("");

        @Option(names = "--rows", paramLabel = "N", defaultValue = "200", description = "persons at most (default 200)")
        private int rows = 200;

        @Option(names = "--out", required = true, paramLabel = "F", description = "table to write")
        private Path out = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            ModelVersion version = SignedDocument.read(
                            hub.showModel(ModelRef.newBuilder().setModel(model).build())
                                    .getEnvelope()
                                    .toByteArray(),
                            ModelVersion.class)
                    .document();
            Study study = SignedDocument.read(
                            hub.showStudy(StudyRef.newBuilder()
                                            .setStudy(version.study().hex())
                                            .build())
                                    .getEnvelope()
                                    .toByteArray(),
                            Study.class)
                    .document();
            CohortRows cohort = CohortRows.draw(study, snapshot);
            int count = Math.min(rows, cohort.patients().size());
            double[] scores = scores(study, arrays(hub, version), Arrays.copyOf(cohort.inputs(), count));
            List<String> columns = new ArrayList<>(List.of("id", "model", "score"));
            study.cohort().features().forEach(feature -> columns.add(feature.column()));
            CsvWriter table = new CsvWriter(columns);
            for (int row = 0; row < count; row++) {
                List<String> cells = new ArrayList<>(
                        List.of(Integer.toString(row + 1), version.digest().hex(), Double.toString(scores[row])));
                for (double value : cohort.inputs()[row]) {
                    cells.add(Double.isNaN(value) ? "" : Double.toString(value));
                }
                table.row(cells);
            }
            table.write(out, false);
            answer(this, out, table.rows());
            return ExitCode.DONE;
        }

        private static double[] scores(Study study, NamedArrays arrays, double[][] raw) {
            Network network = Network.of(
                    study.model(),
                    study.cohort().features().size(),
                    study.cohort().classes());
            String[] nobody =
                    IntStream.range(0, raw.length).mapToObj(Integer::toString).toArray(String[]::new);
            TrainingData data = TrainingData.scaled(study.cohort().features(), raw, new int[raw.length], nobody);
            Batch batch = new Batch(
                    data,
                    IntStream.range(0, raw.length).toArray(),
                    IntStream.rangeClosed(1, raw.length).toArray());
            try (JavaGradientEngine engine = new JavaGradientEngine()) {
                double[][] outputs = engine.probabilities(network, arrays.flat(), batch);
                return Arrays.stream(outputs)
                        .mapToDouble(output -> network.binary() ? output[0] : output[1])
                        .toArray();
            }
        }

        /** The model's arrays, over the format that everybody else takes too. */
        private static NamedArrays arrays(HubGrpc.HubBlockingStub hub, ModelVersion version) throws IOException {
            Path file = Files.createTempFile("osteon", ".safetensors");
            try {
                Chunks.write(
                        hub.exportModel(ModelRef.newBuilder()
                                .setModel(version.digest().hex())
                                .setFormat("safetensors")
                                .build()),
                        file);
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
                int header = Math.toIntExact(bytes.getLong());
                byte[] payload = new byte[bytes.remaining() - header];
                bytes.position(8 + header).get(payload);
                return NamedArrays.ofPayload(version.specs(), payload);
            } finally {
                Files.deleteIfExists(file);
            }
        }
    }

    @Command(
            name = "splits",
            mixinStandardHelpOptions = true,
            description =
                    "Make splits.csv: on which side of a study's split each patient of a snapshot is, by keyed hash.",
            footer =
                    "Example:  osteon conformance splits --site hospital-a --name hospital-a --snapshot sample --study study.json --out splits.csv")
    static final class SplitTable extends Verb {
        @Option(
                names = "--site",
                required = true,
                paramLabel = "DIR",
                description = "the site's folder, for its split key")
        private Path site = Path.of("");

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "the site's name")
        private String name = "";

        @Option(names = "--snapshot", required = true, paramLabel = "DIR", description = "snapshot the site trains on")
        private Path snapshot = Path.of("");

        @Option(names = "--study", required = true, paramLabel = "F", description = "the study's file")
        private Path study = Path.of("");

        @Option(names = "--out", required = true, paramLabel = "F", description = "table to write")
        private Path out = Path.of("");

        @Option(names = "--append", description = "add to a table that is there, for the next site")
        private boolean append;

        @Override
        protected ExitCode run() throws IOException {
            ConformanceVerbs.readable(study);
            Path secret = site.resolve("split.key");
            ConformanceVerbs.readable(secret);
            Study asked = Study.read(Files.readAllBytes(study));
            byte[] key = HexFormat.of().parseHex(Files.readString(secret).strip());
            HeldOutSplit split =
                    new HeldOutSplit(key, asked.name(), asked.evaluation().heldOutFraction());
            byte[] hashing = new byte[32];
            new SecureRandom().nextBytes(hashing);
            CsvWriter table = new CsvWriter(List.of("site", "split", "patient"));
            for (String patient : CohortRows.draw(asked, snapshot).patients()) {
                table.row(List.of(name, split.heldOut(patient) ? "test" : "train", hash(hashing, patient)));
            }
            table.write(out, append);
            answer(this, out, table.rows());
            return ExitCode.DONE;
        }

        /** Under a key made for this table and kept nowhere, so that the table tells nothing beside itself. */
        private static String hash(byte[] key, String patient) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                return HexFormat.of().formatHex(mac.doFinal(patient.getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
            }
        }
    }

    @Command(
            name = "headers",
            mixinStandardHelpOptions = true,
            description = "Make headers.csv: what is left of DICOM headers after de-identification.",
            footer = "Example:  osteon conformance headers --images images --out headers.csv")
    static final class HeaderTable extends Verb {
        @Option(names = "--images", required = true, paramLabel = "DIR", description = "folder with DICOM files")
        private Path images = Path.of("");

        @Option(names = "--out", required = true, paramLabel = "F", description = "table to write")
        private Path out = Path.of("");

        @Override
        protected ExitCode run() throws IOException {
            if (!Files.isDirectory(images)) {
                throw CliException.wrongCall("error.folder.missing", images);
            }
            byte[] uids = new byte[32];
            new SecureRandom().nextBytes(uids);
            HeaderListing listing = new HeaderListing(DicomLimits.standard(), uids);
            CsvWriter table = new CsvWriter(List.of("file", "path", "vr", "value"));
            List<Path> files;
            try (Stream<Path> found = Files.walk(images)) {
                files = found.filter(Files::isRegularFile).sorted().toList();
            }
            int number = 0;
            for (Path file : files) {
                // A file's own name can say whose it is.
                String name = "file-%04d".formatted(++number);
                try {
                    for (HeaderListing.Attribute attribute : listing.list(Files.readAllBytes(file))) {
                        table.row(List.of(name, attribute.path(), attribute.vr(), attribute.value()));
                    }
                } catch (DicomException e) {
                    throw CliException.told(
                            ExitCode.WRONG_CALL, e.code().name(), images.relativize(file) + ": " + e.getMessage());
                }
            }
            table.write(out, false);
            answer(this, out, table.rows());
            return ExitCode.DONE;
        }
    }
}
