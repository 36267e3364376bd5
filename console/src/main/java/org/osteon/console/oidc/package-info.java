/**
 * Signing in at an organisation's login service by OpenID Connect, access tokens of that service, and its word that
 * somebody signed out.
 *
 * <p>Starting points: {@link org.osteon.console.oidc.OidcSettings} (what an operator writes),
 * {@link org.osteon.console.oidc.LoginPages} (the way of a browser), {@link org.osteon.console.oidc.IssuerDoor} (the
 * only class that opens a connection).
 */
@NullMarked
package org.osteon.console.oidc;

import org.jspecify.annotations.NullMarked;
