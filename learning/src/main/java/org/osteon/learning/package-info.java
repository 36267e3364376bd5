/**
 * How a site computes: model templates, differentially private and exact training, evaluation.
 *
 * <p>Starting points: {@link org.osteon.learning.Trainer} is the port a site calls;
 * {@link org.osteon.learning.NamedArrays} is what goes in and comes out.
 */
@NullMarked
package org.osteon.learning;

import org.jspecify.annotations.NullMarked;
