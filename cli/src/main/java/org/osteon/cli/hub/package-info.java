/** Verbs of the hub's people: coordinator, study, run, round, model, trust. */
@NullMarked
package org.osteon.cli.hub;

import org.jspecify.annotations.NullMarked;
