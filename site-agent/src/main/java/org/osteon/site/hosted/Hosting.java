package org.osteon.site.hosted;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/**
 * Studies whose training is a hosted app. The bundles lie in the site's folder, where its operator put them; a study
 * names one by its digest. What leaves is what the app changed the model by, without noise.
 */
public final class Hosting implements PolicyEvaluator.Hosts {
    /** Folder of the bundles below the site's. */
    public static final String BUNDLES = "bundles";

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
        return bundle(plan.app().fab()).isPresent() ? Optional.empty() : Optional.of("HOSTED_APP_UNKNOWN");
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
        Path objects = base.resolveSibling("");
        Path draft = base.resolveSibling("answer");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft);
            hosted.run(
                    app,
                    bundle,
                    Message.newBuilder()
                            .setMetadata(message)
                            .setContent(RecordDict.getDefaultInstance())
                            .build(),
                    tree(objects, message.getMessageId(), 0),
                    objects,
                    Map.of("cohort.csv", csv(study, rows)),
                    draft);
            NamedArrays before = NamedArrays.ofPayload(study.model().arrays(), Files.readAllBytes(base))
                    .scope("shared");
            double[] change = NamedArrays.ofPayload(study.model().shared(), Files.readAllBytes(draft))
                    .flat();
            double[] from = before.flat();
            for (int i = 0; i < change.length; i++) {
                change[i] -= from[i];
            }
            return NamedArrays.of(study.model().shared(), change);
        } catch (HostedFailure e) {
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
            values.put(
                    setting.name(),
                    switch (setting.kind()) {
                        case "integer" -> new Value.Signed(Long.parseLong(setting.value()));
                        case "real" -> new Value.Real(Double.parseDouble(setting.value()));
                        case "truth" -> new Value.Truth(Boolean.parseBoolean(setting.value()));
                        default -> new Value.Text(setting.value());
                    });
        }
        return values;
    }

    /** The cohort as the study scales it: a column a feature, and the outcome last; no patient is named. */
    private static byte[] csv(Study study, TrainingData rows) {
        StringBuilder text = new StringBuilder();
        study.cohort()
                .features()
                .forEach(feature -> text.append(feature.column()).append(','));
        text.append(study.cohort().label()).append('\n');
        for (int row = 0; row < rows.size(); row++) {
            for (double value : rows.features(row)) {
                text.append(value).append(',');
            }
            text.append(rows.label(row)).append('\n');
        }
        return text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
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
