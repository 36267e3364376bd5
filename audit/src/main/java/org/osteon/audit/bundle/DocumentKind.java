package org.osteon.audit.bundle;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.Study;

/** Kinds of documents a bundle holds, and who must have signed each. */
enum DocumentKind {
    STUDY(Study.SCHEMA, Study.class, Signer.HUB),
    CAPSULE(Capsule.SCHEMA, Capsule.class, Signer.OFFICER),
    REFUSAL(Refusal.SCHEMA, Refusal.class, Signer.OFFICER),
    REVOCATION(Revocation.SCHEMA, Revocation.class, Signer.OFFICER),
    DRY_RUN_ANSWER(DryRunAnswer.SCHEMA, DryRunAnswer.class, Signer.NODE),
    INSTRUCTION(Instruction.SCHEMA, Instruction.class, Signer.HUB),
    REPLY(Reply.SCHEMA, Reply.class, Signer.NODE),
    RECEIPT(Receipt.SCHEMA, Receipt.class, Signer.HUB),
    MODEL(ModelVersion.SCHEMA, ModelVersion.class, Signer.HUB),
    RELEASE(Release.SCHEMA, Release.class, Signer.RELEASER),
    /** Its record is known above this room; here it is an envelope whose document is canonical JSON. */
    REPORT("osteon.conformance-report/1", null, Signer.HUB);

    /** Whose key counts. */
    enum Signer {
        HUB,
        OFFICER,
        NODE,
        RELEASER
    }

    private final String schema;
    private final @Nullable Class<? extends Document> type;
    private final Signer signer;

    DocumentKind(String schema, @Nullable Class<? extends Document> type, Signer signer) {
        this.schema = schema;
        this.type = type;
        this.signer = signer;
    }

    /** Roles under which an event names a document of one of these kinds. */
    static final Set<String> ROLES = Set.of(
            "study",
            "capsule",
            "refusal",
            "revocation",
            "decision",
            "answer",
            "dry-run-answer",
            "instruction",
            "reply",
            "receipt",
            "model",
            "release",
            "report");

    static Optional<DocumentKind> of(String schema) {
        return Arrays.stream(values())
                .filter(kind -> kind.schema.equals(schema))
                .findFirst();
    }

    boolean decision() {
        return this == CAPSULE || this == REFUSAL || this == REVOCATION;
    }

    Optional<Class<? extends Document>> type() {
        return Optional.ofNullable(type);
    }

    Signer signer() {
        return signer;
    }

    /** The beginning of its file name, such as {@code dry-run-answer}. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
