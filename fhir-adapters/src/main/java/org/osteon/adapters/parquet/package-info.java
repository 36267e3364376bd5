/**
 * Tables as Parquet files, written and read by parquet-java without a Hadoop file system: no configuration files, no
 * native Hadoop library, no key-value metadata of ours, the same bytes for the same rows.
 *
 * <p>Starting points: {@link org.osteon.adapters.parquet.TableWriter}, {@link org.osteon.adapters.parquet.TableReader}.
 */
@NullMarked
package org.osteon.adapters.parquet;

import org.jspecify.annotations.NullMarked;
