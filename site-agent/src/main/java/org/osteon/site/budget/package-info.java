/** The privacy ledger's rows, in the site's own transactions. */
@NullMarked
package org.osteon.site.budget;

import org.jspecify.annotations.NullMarked;
