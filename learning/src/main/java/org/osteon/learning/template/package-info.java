/**
 * Model templates
 *
 * <p>Starting points: which arrays a template has, how inputs are scaled, and the public initial
 * model.:{@link org.osteon.learning.template.Network}, {@link org.osteon.learning.template.InitialModel}.
 */
@NullMarked
package org.osteon.learning.template;

import org.jspecify.annotations.NullMarked;
