/**
 * What the pages of hub and site share: sign-in, roles, look, words, charts.
 *
 * <p>Starting points: {@link org.osteon.console.Console}, {@link org.osteon.console.route.Routes},
 * {@link org.osteon.console.account.Accounts}.
 */
@NullMarked
package org.osteon.console;

import org.jspecify.annotations.NullMarked;
