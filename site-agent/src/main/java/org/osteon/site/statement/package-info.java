/** What officers tell the hub beside decisions: signed outside the agent, journaled, handed on once. */
@NullMarked
package org.osteon.site.statement;

import org.jspecify.annotations.NullMarked;
