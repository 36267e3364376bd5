/** What mechanisms cost together: Rényi differential privacy. */
@NullMarked
package org.osteon.privacy.accounting;

import org.jspecify.annotations.NullMarked;
