/**
 * Runs of Flower apps that know nothing of Osteon: what they ask is derived as a document and refused until an officer
 * approved exactly that.
 *
 * <p>Starting point: {@link org.osteon.site.foreign.ForeignRuns}.
 */
@NullMarked
package org.osteon.site.foreign;

import org.jspecify.annotations.NullMarked;
