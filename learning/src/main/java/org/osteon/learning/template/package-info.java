/**
 * Model templates
 *
 * <p>Starting points: which arrays a template has, how inputs are scaled, and the public initial model:
 * {@link org.osteon.learning.template.Network}; a model starts from {@link org.osteon.protocol.document.InitialModel}.
 */
@NullMarked
package org.osteon.learning.template;

import org.jspecify.annotations.NullMarked;
