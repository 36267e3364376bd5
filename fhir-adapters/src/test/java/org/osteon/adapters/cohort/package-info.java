@NullMarked
package org.osteon.adapters.cohort;

import org.jspecify.annotations.NullMarked;
