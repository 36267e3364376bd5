package org.osteon.audit.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.osteon.protocol.document.DocumentException;

/** What happened. The names in documents are these in lower case with hyphens. */
public enum EventType {
    FEDERATION_CREATED,
    TOKEN_ISSUED,
    SITE_ENROLLED,
    SITE_CONFIRMED,
    SITE_REVOKED,
    KEY_ADDED,
    STUDY_PUBLISHED,
    STUDY_RECEIVED,
    HOSTED_RUN_ASKED,
    DRY_RUN_ASKED,
    DRY_RUN_ANSWERED,
    CAPSULE_ACCEPTED,
    DECISION_REFUSED,
    REFUSAL,
    REVOCATION,
    RUN_STARTED,
    RUN_PAUSED,
    RUN_STOPPED,
    RUN_RESUMED,
    RUN_STALLED,
    RUN_COMPLETED,
    UNGOVERNED_RUN_STARTED,
    ROUND_OPENED,
    ROUND_CLOSED,
    INSTRUCTION_SENT,
    INSTRUCTION_RECEIVED,
    INSTRUCTION_REFUSED,
    BUDGET_RESERVED,
    BUDGET_COMMITTED,
    BUDGET_REFUSED,
    UPDATE_SENT,
    UPDATE_RECEIVED,
    UPDATE_ACCEPTED,
    UPDATE_REJECTED,
    RECEIPT_SENT,
    RECEIPT_RECEIVED,
    MODEL_CREATED,
    EVALUATED,
    CONFORMANCE_RUN,
    MODEL_RELEASED,
    BUNDLE_WRITTEN,
    SNAPSHOT_ADDED,
    SITE_LOG_CONTRADICTED,
    WITHDRAWAL_NOTICED,
    QUESTION_ASKED,
    QUESTION_ANSWERED,
    STOP_ALL,
    RESUMED,
    CLOCK_BELOW_MARK,
    CLOCK_MENDED,
    PROCESS_STARTED,
    PERSON_SIGNED_IN,
    PERSON_SIGNED_OUT,
    ACCESS_TOKEN_MADE,
    ACCESS_TOKEN_REVOKED,
    STUDY_LOOKED_AT,
    REGULATOR_ASSIGNED;

    /** The name in documents, such as {@code study-published}. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The type of that name. */
    @JsonCreator
    public static EventType of(String label) {
        for (EventType type : values()) {
            if (type.label().equals(label)) {
                return type;
            }
        }
        throw new DocumentException("EVENT_TYPE_UNKNOWN", "event type is not known");
    }
}
