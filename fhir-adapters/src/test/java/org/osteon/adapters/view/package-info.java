/** Tests of the view engine. */
@NullMarked
package org.osteon.adapters.view;

import org.jspecify.annotations.NullMarked;
