/**
 * The part of a console's server that programs ask: bearer tokens instead of sessions, problems instead of pages.
 *
 * <p>Starting points: {@link org.osteon.console.api.ApiConfiguration}, {@link org.osteon.console.api.ApiProblems}.
 */
@NullMarked
package org.osteon.console.api;

import org.jspecify.annotations.NullMarked;
