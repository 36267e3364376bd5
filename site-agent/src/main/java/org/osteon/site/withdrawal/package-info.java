/** Patients who withdrew: left out of every later snapshot and round, and where they had a part before. */
@NullMarked
package org.osteon.site.withdrawal;

import org.jspecify.annotations.NullMarked;
