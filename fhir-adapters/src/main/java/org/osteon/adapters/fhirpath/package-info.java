/**
 * A bounded FHIRPath compiler and evaluator over parsed FHIR JSON: the part of FHIRPath that SQL-on-FHIR view
 * definitions use. An expression is compiled once and evaluated for many resources; whatever is outside the part is
 * refused while compiling, with a code, and never yields a value.
 *
 * <p>Starting points: {@link org.osteon.adapters.fhirpath.Expression} compiles and evaluates,
 * {@link org.osteon.adapters.fhirpath.Value} is what comes out, {@link org.osteon.adapters.fhirpath.FhirPathException}
 * lists what can go wrong.
 */
@NullMarked
package org.osteon.adapters.fhirpath;

import org.jspecify.annotations.NullMarked;
