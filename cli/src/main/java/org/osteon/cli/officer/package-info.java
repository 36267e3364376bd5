/** The data officer's own program: keys, review, decisions signed outside the agent. */
@NullMarked
package org.osteon.cli.officer;

import org.jspecify.annotations.NullMarked;
