@NullMarked
package org.osteon.adapters.snapshot;

import org.jspecify.annotations.NullMarked;
