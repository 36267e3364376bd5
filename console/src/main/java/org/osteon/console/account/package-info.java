/** People's local accounts, one-time links, and signing in. */
@NullMarked
package org.osteon.console.account;

import org.jspecify.annotations.NullMarked;
