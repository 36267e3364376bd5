/** From a hospital's files to Parquet. */
@NullMarked
package org.osteon.benchmarks.mapping;

import org.jspecify.annotations.NullMarked;
