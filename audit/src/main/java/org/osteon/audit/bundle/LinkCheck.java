package org.osteon.audit.bundle;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Study;

/** Follows a release to its model, arrays, report, rounds and study by digests alone. */
final class LinkCheck {
    private static final int MOST = 100_000;
    private final Bundle bundle;
    private final Map<Digest, Envelope> documents;
    private final Findings findings;
    private final Map<Digest, Long> objects = new HashMap<>();
    private final Set<Digest> judged = new HashSet<>();
    private final Set<Digest> studies = new HashSet<>();
    private final Set<String> sites = new HashSet<>();

    LinkCheck(Bundle bundle, Map<Digest, Envelope> documents, Findings findings) {
        this.bundle = bundle;
        this.documents = documents;
        this.findings = findings;
    }

    void run() {
        BundleManifest manifest = bundle.manifest();
        documents.values().forEach(this::expectObjects);
        find(manifest.release(), DocumentKind.RELEASE, Release.class, "manifest.json")
                .ifPresent(this::release);
        for (String name : bundle.archive().names()) {
            if (name.startsWith("objects/")) {
                object(name);
            }
        }
    }

    /** The released study version and its predecessors. */
    Set<Digest> studies() {
        return studies;
    }

    /** Sites whose updates were counted on the way to the released model. */
    Set<String> sites() {
        return sites;
    }

    private void release(Release release) {
        String where = "documents/release-" + release.digest().hex() + ".json";
        BundleManifest manifest = bundle.manifest();
        findings.require(
                release.model().equals(manifest.model())
                        && release.study().equals(manifest.study())
                        && release.federation().equals(manifest.federation()),
                "RELEASE_MISMATCH",
                "manifest.json");
        find(release.report(), DocumentKind.REPORT, null, where);
        find(release.model(), DocumentKind.MODEL, ModelVersion.class, where).ifPresent(model -> {
            findings.require(model.arrays().equals(release.arrays()), "MODEL_MISMATCH", where);
            findings.require(model.study().equals(release.study()), "MODEL_MISMATCH", where);
            findings.require(
                    bundle.archive().has("objects/" + model.arrays().hex()),
                    "OBJECT_MISSING",
                    "objects/" + model.arrays().hex());
            lineage(model);
        });
        Digest next = release.study();
        for (int n = 0; n < MOST && studies.add(next); n++) {
            Optional<Study> study = find(next, DocumentKind.STUDY, Study.class, where);
            if (study.isEmpty() || study.orElseThrow().previous().isEmpty()) {
                break;
            }
            next = new Digest(study.orElseThrow().previous());
        }
    }

    private void lineage(ModelVersion released) {
        ModelVersion model = released;
        for (int n = 0; n < MOST; n++) {
            inputs(model);
            if (model.parent().equals(Reply.NOTHING)) {
                findings.require(model.inputs().isEmpty(), "LINEAGE_BROKEN", where(model));
                return;
            }
            Optional<ModelVersion> parent = find(model.parent(), DocumentKind.MODEL, ModelVersion.class, where(model));
            if (parent.isEmpty()) {
                return;
            }
            if (parent.orElseThrow().round() >= model.round()
                    || !parent.orElseThrow().run().equals(model.run())) {
                findings.add("LINEAGE_BROKEN", where(model));
                return;
            }
            model = parent.orElseThrow();
        }
    }

    private void inputs(ModelVersion model) {
        for (ModelVersion.Input input : model.inputs()) {
            sites.add(input.site());
            find(input.reply(), DocumentKind.REPLY, Reply.class, where(model)).ifPresent(reply -> {
                boolean same = reply.site().equals(input.site())
                        && reply.update().equals(input.update())
                        && reply.weight() == input.weight()
                        && reply.round() == model.round()
                        && reply.run().equals(model.run())
                        && reply.outcome().equals("update");
                findings.require(same, "INPUT_MISMATCH", where(model));
                find(reply.instruction(), DocumentKind.INSTRUCTION, Instruction.class, where(model))
                        .ifPresent(asked -> findings.require(
                                asked.site().equals(reply.site())
                                        && asked.model().equals(model.parent())
                                        && asked.fence() == reply.fence(),
                                "INPUT_MISMATCH",
                                where(model)));
            });
        }
    }

    private void expectObjects(Envelope envelope) {
        findings.check(envelope.fileName(), () -> {
            if (envelope.kind() == DocumentKind.MODEL) {
                ModelVersion model = envelope.as(ModelVersion.class);
                objects.put(
                        model.arrays(),
                        model.specs().stream().mapToLong(spec -> spec.bytes()).sum());
            } else if (envelope.kind() == DocumentKind.REPLY) {
                Reply reply = envelope.as(Reply.class);
                objects.put(reply.update(), reply.updateBytes());
            } else if (envelope.kind() == DocumentKind.REPORT) {
                judged.addAll(envelope.reportEvidence());
            }
        });
    }

    private void object(String name) {
        String digest = name.substring("objects/".length());
        Optional<Digest> known =
                Optional.of(digest).filter(text -> text.matches("[0-9a-f]{64}")).map(Digest::new);
        Optional<Long> bytes = known.map(objects::get);
        if (bytes.isPresent()) {
            findings.require(bundle.archive().length(name) == bytes.orElseThrow(), "OBJECT_LENGTH", name);
        } else {
            // What a report was judged on is named by its digest alone.
            findings.require(known.filter(judged::contains).isPresent(), "FILE_UNKNOWN", name);
        }
    }

    private static String where(ModelVersion model) {
        return "documents/model-" + model.digest().hex() + ".json";
    }

    private <T extends Document> Optional<T> find(
            Digest digest, DocumentKind kind, @org.jspecify.annotations.Nullable Class<T> type, String where) {
        Envelope envelope = documents.get(digest);
        if (envelope == null || envelope.kind() != kind) {
            findings.add("DOCUMENT_MISSING", kind.label() + " " + digest.hex() + " named by " + where);
            return Optional.empty();
        }
        return type == null ? Optional.empty() : Optional.of(envelope.as(type));
    }
}
