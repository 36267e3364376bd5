/**
 * The gradient port on DJL's PyTorch engine, by book-keeping; the only package that names engine classes.
 *
 * <p>Starting points: {@link org.osteon.learning.pytorch.PyTorchGradientEngine}.
 */
@NullMarked
package org.osteon.learning.pytorch;

import org.jspecify.annotations.NullMarked;
