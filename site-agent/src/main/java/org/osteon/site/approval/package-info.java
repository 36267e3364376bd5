/**
 * What the hospital allows: studies received, decisions signed by its officers, and the one policy evaluator that
 * answers dry-runs and enforces instructions.
 *
 * <p>Starting points: {@link org.osteon.site.approval.PolicyEvaluator}, {@link org.osteon.site.approval.Approvals}.
 */
@NullMarked
package org.osteon.site.approval;

import org.jspecify.annotations.NullMarked;
