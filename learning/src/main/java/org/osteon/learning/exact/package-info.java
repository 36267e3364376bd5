/**
 * Un-noised sums for federated Newton on logistic regression; never called differentially private.
 *
 * <p>Starting points: {@link org.osteon.learning.exact.NewtonTrainer}, {@link org.osteon.learning.exact.SmallestCell}.
 */
@NullMarked
package org.osteon.learning.exact;

import org.jspecify.annotations.NullMarked;
