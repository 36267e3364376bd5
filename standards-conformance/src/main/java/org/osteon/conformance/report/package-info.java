/**
 * A conformance report for people and for other programs: the same numbers as HTML and PDF in Chinese and English, and
 * as OSCAL assessment results.
 *
 * <p>Starting points: {@link org.osteon.conformance.report.Sentences},
 * {@link org.osteon.conformance.report.HtmlReport}, {@link org.osteon.conformance.report.PdfReport},
 * {@link org.osteon.conformance.report.OscalReport}.
 */
@NullMarked
package org.osteon.conformance.report;

import org.jspecify.annotations.NullMarked;
