/** The rules of the privacy budget; the site keeps the rows. */
@NullMarked
package org.osteon.privacy.ledger;

import org.jspecify.annotations.NullMarked;
