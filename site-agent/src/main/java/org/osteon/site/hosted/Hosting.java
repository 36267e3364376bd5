package org.osteon.site.hosted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.TrainingData;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.RecordDict;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.settings.SiteSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Studies whose training is a hosted app, and foreign runs. The bundles of studies lie in the site's folder, where its
 * operator put them; a study names one by its digest. What leaves of a study is what the app changed the model by, of a
 * foreign run what the app answered; both without noise.
 */
public final class Hosting implements PolicyEvaluator.Hosts, RunHost {
    /** Folder of the bundles below the site's. */
    public static final String BUNDLES = "bundles";

    private static final Logger LOG = LoggerFactory.getLogger(Hosting.class);
    private static final String ARRAYS = "arrays";
    private static final String METRICS = "metrics";
    private static final int MOST_DEPTH = 8;
    private static final long MOST_BUNDLE = 16L * 1024 * 1024;

    private final Optional<HostedApps> apps;
    private final Path folder;

    private Hosting(Optional<HostedApps> apps, Path folder) {
        this.apps = apps;
        this.folder = folder;
    }

    /**
     * Opens hosting where the settings ask for it.
     *
     * @throws HostedFailure when they do, and this machine cannot shut an app in
     */
    public static Hosting open(SiteSettings settings) {
        Path folder = settings.folder();
        return new Hosting(
                settings.hosted().map(hosted -> HostedApps.open(hosted, folder, settings.hub())),
                folder.resolve(HostedApps.FOLDER));
    }

    @Override
    public Optional<String> objection(TrainingPlan.Hosted plan) {
        if (apps.isEmpty()) {
            return Optional.of("HOSTING_OFF");
        }
        return bundle(plan.app().fab()).isPresent()
                ? apps.orElseThrow().objection()
                : Optional.of("HOSTED_APP_UNKNOWN");
    }

    /**
     * Has an app train one round.
     *
     * @param message metadata of the message, with its id
     * @param base the model's arrays as a file; beside it lie the message's objects
     * @param rows the approved cohort, scaled; the app finds it as a file
     * @return what the app changed the shared arrays by
     * @throws LearningException with a code of hosting when nothing may leave
     */
    public NamedArrays update(Study study, TrainingPlan.Hosted plan, Metadata message, Path base, TrainingData rows) {
        HostedApps hosted = apps.orElseThrow(() -> new LearningException("HOSTING_OFF", "this site hosts no apps"));
        byte[] bundle = bundle(plan.app().fab())
                .orElseThrow(() -> new LearningException("HOSTED_APP_UNKNOWN", "the bundle is not here"));
        HostedApp app = new HostedApp(
                plan.app().fab(),
                plan.app().id(),
                plan.app().version(),
                settings(plan.settings()),
                Set.of("train"),
                ARRAYS,
                study.model().shared(),
                plan.metrics().isEmpty() ? "" : METRICS,
                plan.metrics());
        Path draft = base.resolveSibling("answer");
        run(hosted, app, bundle, message, base.resolveSibling(""), table(study.cohort(), rows), draft);
        try {
            NamedArrays before = NamedArrays.ofPayload(study.model().arrays(), Files.readAllBytes(base))
                    .scope("shared");
            double[] change = NamedArrays.ofPayload(study.model().shared(), Files.readAllBytes(draft))
                    .flat();
            double[] from = before.flat();
            for (int i = 0; i < change.length; i++) {
                change[i] -= from[i];
            }
            return NamedArrays.of(study.model().shared(), change);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the site's settings ask for it. */
    public boolean on() {
        return apps.isPresent();
    }

    @Override
    public Optional<String> objection() {
        return apps.map(HostedApps::objection).orElse(Optional.of("HOSTING_NOT_SET_UP"));
    }

    @Override
    public HostedReply answer(
            HostedRun asked,
            List<String> releases,
            byte[] bundle,
            Metadata message,
            Path objects,
            Map<String, byte[]> files,
            Path draft) {
        String type = message.getMessageType();
        if (!asked.covers(releases, type)) {
            throw new LearningException("HOSTED_MESSAGE_NOT_APPROVED", "the app may not be asked this type of message");
        }
        boolean training = HostedRun.training(type);
        HostedApp app = new HostedApp(
                asked.fab(),
                asked.app(),
                asked.version(),
                config(asked.config()),
                Set.of(type),
                training ? HostedRun.ARRAY_RECORD : "",
                training ? asked.arrays() : List.of(),
                HostedRun.METRIC_RECORD,
                training ? asked.metrics() : asked.numbers(releases),
                true);
        return run(
                apps.orElseThrow(() -> new LearningException("HOSTING_NOT_SET_UP", "this site hosts no apps")),
                app,
                bundle,
                message,
                objects,
                files,
                draft);
    }

    private static HostedReply run(
            HostedApps hosted,
            HostedApp app,
            byte[] bundle,
            Metadata message,
            Path objects,
            Map<String, byte[]> files,
            Path draft) {
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft);
            return hosted.run(
                    app,
                    bundle,
                    Message.newBuilder()
                            .setMetadata(message)
                            .setContent(RecordDict.getDefaultInstance())
                            .build(),
                    tree(objects, message.getMessageId(), 0),
                    objects,
                    files,
                    draft);
        } catch (HostedFailure e) {
            LOG.atWarn()
                    .addKeyValue("message", message.getMessageId())
                    .addKeyValue("code", e.code())
                    .log("nothing of a hosted app leaves: {}", e.getMessage());
            throw new LearningException(e.code(), e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<byte[]> bundle(Digest fab) {
        Path bundles = folder.resolve(BUNDLES);
        if (!Files.isDirectory(bundles)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(bundles)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (Files.size(file) <= MOST_BUNDLE) {
                    byte[] bytes = Files.readAllBytes(file);
                    if (Digest.of(bytes).equals(fab)) {
                        return Optional.of(bytes);
                    }
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Value> settings(List<TrainingPlan.Setting> settings) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (TrainingPlan.Setting setting : settings) {
            values.put(setting.name(), value(setting.kind(), setting.value()));
        }
        return values;
    }

    private static Map<String, Value> config(List<HostedRun.Setting> settings) {
        Map<String, Value> values = new LinkedHashMap<>();
        settings.forEach(setting -> values.put(setting.key(), value(setting.kind(), setting.value())));
        return values;
    }

    private static Value value(String kind, String text) {
        return switch (kind) {
            case "integer" -> integer(new BigInteger(text));
            case "real" -> new Value.Real(Double.parseDouble(text));
            case "truth" -> new Value.Truth(Boolean.parseBoolean(text));
            default -> new Value.Text(text);
        };
    }

    private static Value integer(BigInteger number) {
        if (number.bitLength() < Long.SIZE) {
            return new Value.Signed(number.longValue());
        }
        if (number.signum() > 0 && number.bitLength() == Long.SIZE) {
            return new Value.Unsigned(number.longValue());
        }
        throw new LearningException("RUN_UNREADABLE", "a setting is beyond 64 bits");
    }

    /**
     * A cohort as its app finds it, a file by its name: scaled, a column a feature, and the outcome last; no patient is
     * named.
     */
    public static Map<String, byte[]> table(Study.Cohort cohort, TrainingData rows) {
        StringBuilder text = new StringBuilder();
        cohort.features().forEach(feature -> text.append(feature.column()).append(','));
        text.append(cohort.label()).append('\n');
        for (int row = 0; row < rows.size(); row++) {
            for (double value : rows.features(row)) {
                text.append(value).append(',');
            }
            text.append(rows.label(row)).append('\n');
        }
        return Map.of("cohort.csv", text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static ObjectTree tree(Path objects, String id, int depth) throws IOException {
        ObjectTree.Builder tree = ObjectTree.newBuilder().setObjectId(id);
        if (depth < MOST_DEPTH) {
            for (String child :
                    FlowerObject.decode(Files.readAllBytes(objects.resolve(id))).children()) {
                tree.addChildren(tree(objects, child, depth + 1));
            }
        }
        return tree.build();
    }
}
