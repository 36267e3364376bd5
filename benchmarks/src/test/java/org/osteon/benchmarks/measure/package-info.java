@NullMarked
package org.osteon.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
