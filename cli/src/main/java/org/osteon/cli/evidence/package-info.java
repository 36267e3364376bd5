/** Verbs of whoever checks: conformance and audit. */
@NullMarked
package org.osteon.cli.evidence;

import org.jspecify.annotations.NullMarked;
