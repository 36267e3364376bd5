package org.osteon.cli.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.cli.connect.Passphrase;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon model …}: the registry. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        description = "Model versions: list, show, export, release.",
        footer = {"", "Example:  osteon model export 1a2b3c4d --out model.safetensors --hub hub"},
        subcommands = {
            ModelVerbs.ListModels.class,
            ModelVerbs.Show.class,
            ModelVerbs.Export.class,
            ModelVerbs.ReleaseModel.class
        })
public final class ModelVerbs {

    private static ModelVersion read(HubGrpc.HubBlockingStub hub, String model) {
        byte[] envelope = hub.showModel(ModelRef.newBuilder().setModel(model).build())
                .getEnvelope()
                .toByteArray();
        return SignedDocument.read(envelope, ModelVersion.class).document();
    }

    /** What every verb about one version answers. */
    private static Map<String, Object> facts(ModelVersion version) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("model", version.digest().hex());
        view.put("digest", version.digest().hex());
        view.put(
                "parents",
                version.parent().equals(Reply.NOTHING)
                        ? List.of()
                        : List.of(version.parent().hex()));
        view.put(
                "parameters",
                version.specs().stream().mapToLong(spec -> spec.elements()).sum());
        return view;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "All model versions.",
            footer = "Example:  osteon model list --hub hub")
    static final class ListModels extends HubVerb {
        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(hub.listModels(Empty.getDefaultInstance()).getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "A model version with its lineage.",
            footer = "Example:  osteon model show 1a2b3c4d --hub hub")
    static final class Show extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            ModelVersion version = read(hub, model);
            ObjectNode tree = (ObjectNode) CanonicalJson.tree(version).deepCopy();
            facts(version).forEach((name, value) -> tree.set(name, CanonicalJson.tree(value)));
            String flags = hub.modelFlags(ModelRef.newBuilder()
                            .setModel(version.digest().hex())
                            .build())
                    .getJson();
            tree.set(
                    "flags",
                    CanonicalJson.readTree(flags.getBytes(StandardCharsets.UTF_8))
                            .path("flags"));
            output().answer(tree);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Write a model's arrays; the file's ending chooses .safetensors or .npz.",
            footer = "Example:  osteon model export 1a2b3c4d --out model.npz --hub hub")
    static final class Export extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(names = "--out", required = true, paramLabel = "F", description = "file to write")
        private Path out = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            String format = out.toString().endsWith(".npz") ? "npz" : "safetensors";
            if (!out.toString().endsWith("." + format)) {
                throw CliException.wrongCall("error.model.ending");
            }
            ModelVersion version = read(hub, model);
            Digest sha = Chunks.write(
                    hub.exportModel(ModelRef.newBuilder()
                            .setModel(version.digest().hex())
                            .setFormat(format)
                            .build()),
                    out);
            Map<String, Object> view = facts(version);
            view.put("file", out.toString());
            view.put("sha256", sha.hex());
            output().answer(view);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Release a model with your own key; needs passing suites.",
            footer = "Example:  osteon model release 1a2b3c4d --key li.key --by 'Dr Li' --hub hub")
    static final class ReleaseModel extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(names = "--key", required = true, paramLabel = "F", description = "the releaser's encrypted key file")
        private Path key = Path.of("");

        @Option(names = "--by", required = true, paramLabel = "NAME", description = "your name")
        private String by = "";

        @Option(names = "--statement", paramLabel = "TEXT", description = "what you declare")
        private String statement = "I have read the conformance report and release this model for the study's purpose.";

        @Mixin
        private final Passphrase passphrase = new Passphrase();

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            if (!Files.isReadable(key)) {
                throw CliException.wrongCall("error.file.missing", key);
            }
            ModelVersion version = read(hub, model);
            ModelRef reference =
                    ModelRef.newBuilder().setModel(version.digest().hex()).build();
            byte[] report = hub.conformanceReport(reference).getEnvelope().toByteArray();
            Digest reportDigest =
                    Digest.of(CanonicalJson.write(CanonicalJson.readTree(report).path("document")));
            Release release = new Release(
                    Release.SCHEMA,
                    version.federation(),
                    version.study(),
                    version.digest(),
                    version.arrays(),
                    reportDigest,
                    by,
                    statement,
                    Instant.now().truncatedTo(ChronoUnit.SECONDS));
            char[] typed = passphrase.read(output().messages().say("prompt.passphrase", key.getFileName()));
            try {
                SigningKey signing = KeyFile.readEncrypted(key, typed);
                byte[] signed = SignedDocument.sign(release, signing).bytes();
                String answer = hub.releaseModel(Document.newBuilder()
                                .setEnvelope(ByteString.copyFrom(signed))
                                .build())
                        .getJson();
                ObjectNode tree = (ObjectNode) CanonicalJson.readTree(answer.getBytes(StandardCharsets.UTF_8));
                facts(version).forEach((name, value) -> tree.set(name, CanonicalJson.tree(value)));
                output().answer(tree);
            } finally {
                Arrays.fill(typed, '\0');
            }
            return ExitCode.DONE;
        }
    }
}
