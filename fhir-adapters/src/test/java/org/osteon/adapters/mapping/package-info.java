@NullMarked
package org.osteon.adapters.mapping;

import org.jspecify.annotations.NullMarked;
