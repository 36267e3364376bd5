/**
 * What an officer decides about, fetched from the site and held against the hub's signature before anything is shown.
 *
 * <p>Starting points: {@link org.osteon.cli.officer.decision.StudyReview},
 * {@link org.osteon.cli.officer.decision.KnownHub}.
 */
@NullMarked
package org.osteon.cli.officer.decision;

import org.jspecify.annotations.NullMarked;
