/** Writing and verifying the transparency log. */
@NullMarked
package org.osteon.benchmarks.log;

import org.jspecify.annotations.NullMarked;
