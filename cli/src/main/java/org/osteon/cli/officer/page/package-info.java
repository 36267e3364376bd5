/**
 * The officer's own pages, served on loopback by the officer's own program. The agent is one of the parties they are
 * guarded against.
 *
 * <p>Starting points: {@link org.osteon.cli.officer.page.PageServer}, {@link org.osteon.cli.officer.page.SigningPages}.
 */
@NullMarked
package org.osteon.cli.officer.page;

import org.jspecify.annotations.NullMarked;
