/** Trials of whole federations: real daemons as processes of their own, reached through the public verbs and ports. */
@NullMarked
package org.osteon.trials;

import org.jspecify.annotations.NullMarked;
