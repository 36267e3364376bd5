package org.osteon.cli.officer.page;

import java.time.Instant;
import java.util.List;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.sign.Signature;

/**
 * A decision that was shown and not signed yet.
 *
 * @param id the name its form carries
 * @param decision what would be signed, whole
 * @param before signatures of other officers that it has already
 * @param seen the study and the agent's words it was made from
 * @param made when
 */
record Draft(String id, Decision decision, List<Signature> before, StudyReview seen, Instant made) {}
