/**
 * The held-out split and the noised score histograms.
 *
 * <p>Starting points: {@link org.osteon.learning.evaluation.HeldOutSplit},
 * {@link org.osteon.learning.evaluation.Evaluation}.
 */
@NullMarked
package org.osteon.learning.evaluation;

import org.jspecify.annotations.NullMarked;
