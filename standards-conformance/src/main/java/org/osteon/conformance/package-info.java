/** How a requirement becomes a verdict: statistics, declarations, checks and reports. */
@NullMarked
package org.osteon.conformance;

import org.jspecify.annotations.NullMarked;
