/**
 * Signing in at the federation's login service from a terminal.
 *
 * <p>Starting points: {@link org.osteon.cli.login.LoginVerb}, {@link org.osteon.cli.login.LoginService}.
 */
@NullMarked
package org.osteon.cli.login;

import org.jspecify.annotations.NullMarked;
