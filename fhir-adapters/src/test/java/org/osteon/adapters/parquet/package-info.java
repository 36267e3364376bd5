@NullMarked
package org.osteon.adapters.parquet;

import org.jspecify.annotations.NullMarked;
