/** How a page looks and speaks: words, formats, charts. */
@NullMarked
package org.osteon.console.page;

import org.jspecify.annotations.NullMarked;
