/**
 * From a hospital's files to a frozen, signed snapshot, and back to its tables.
 *
 * <p>Starting points: {@link org.osteon.adapters.snapshot.DataMapping}, {@link org.osteon.adapters.snapshot.Snapshot}.
 * The folder and its manifest are described in {@code docs/spec/manifest.md}.
 */
@NullMarked
package org.osteon.adapters.snapshot;

import org.jspecify.annotations.NullMarked;
