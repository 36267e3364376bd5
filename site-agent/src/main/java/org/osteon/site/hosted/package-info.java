/**
 * Runs an existing Flower ClientApp of an approved digest in a sandbox of its own: it gets one message, its read-only
 * data and a socket to the agent, and nothing of what it answers leaves but the arrays and metrics that were declared.
 */
@NullMarked
package org.osteon.site.hosted;

import org.jspecify.annotations.NullMarked;
