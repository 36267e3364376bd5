/** The site's one storage place: SQL, transactions and what is durable when. */
@NullMarked
package org.osteon.site.store;

import org.jspecify.annotations.NullMarked;
