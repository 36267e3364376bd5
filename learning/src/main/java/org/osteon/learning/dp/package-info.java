/**
 * Patient-level DP-SGD (Abadi et al. 2016, with the patient as the unit).
 *
 * <p>Starting points: {@link org.osteon.learning.dp.DpSgdTrainer}.
 */
@NullMarked
package org.osteon.learning.dp;

import org.jspecify.annotations.NullMarked;
