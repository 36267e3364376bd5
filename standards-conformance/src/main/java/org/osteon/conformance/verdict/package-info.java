/** Requirements, methods, measured values and verdicts, and the report that holds them. */
@NullMarked
package org.osteon.conformance.verdict;

import org.jspecify.annotations.NullMarked;
