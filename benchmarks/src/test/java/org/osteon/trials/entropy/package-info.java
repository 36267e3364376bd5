/** What a trial needs to know the random bytes that an unmodified agent drew. */
@NullMarked
package org.osteon.trials.entropy;

import org.jspecify.annotations.NullMarked;
