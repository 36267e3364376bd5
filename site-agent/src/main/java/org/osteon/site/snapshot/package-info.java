/** The frozen snapshots that the agent was given, and the cohorts that studies draw from the newest one. */
@NullMarked
package org.osteon.site.snapshot;

import org.jspecify.annotations.NullMarked;
