/**
 * Mapping profiles: which columns come out of which source, and the de-identification action of each.
 *
 * <p>Starting points: {@link org.osteon.adapters.mapping.Profile}. The JSON is described in
 * {@code docs/spec/mapping-profile.md}.
 */
@NullMarked
package org.osteon.adapters.mapping;

import org.jspecify.annotations.NullMarked;
