/**
 * Cohort SQL: one SELECT over a snapshot's tables, whose every result row depends on one patient's rows only.
 *
 * <p>Starting points: {@link org.osteon.adapters.cohort.CohortQuery}. The language is described in
 * {@code docs/spec/cohort-sql.md}.
 */
@NullMarked
package org.osteon.adapters.cohort;

import org.jspecify.annotations.NullMarked;
