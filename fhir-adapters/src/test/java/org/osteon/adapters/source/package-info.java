@NullMarked
package org.osteon.adapters.source;

import org.jspecify.annotations.NullMarked;
