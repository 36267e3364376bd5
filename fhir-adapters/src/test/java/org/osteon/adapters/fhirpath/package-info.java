/** Tests of the FHIRPath part. */
@NullMarked
package org.osteon.adapters.fhirpath;

import org.jspecify.annotations.NullMarked;
