/** Verbs over data: map, inspect, verify. */
@NullMarked
package org.osteon.cli.data;

import org.jspecify.annotations.NullMarked;
