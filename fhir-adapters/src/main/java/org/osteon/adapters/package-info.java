/** How hospital data comes in: FHIR, tables and DICOM to de-identified Parquet snapshots. */
@NullMarked
package org.osteon.adapters;

import org.jspecify.annotations.NullMarked;
