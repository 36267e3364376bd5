/**
 * Files of a hospital as input units: which kind a file is, told by its content, and its lines, rows and entries, with
 * a bound on each.
 *
 * <p>Starting points: {@link org.osteon.adapters.source.SourceFile}, {@link org.osteon.adapters.source.FileContent}.
 */
@NullMarked
package org.osteon.adapters.source;

import org.jspecify.annotations.NullMarked;
