/**
 * DICOM Part 10 files to de-identified header rows and pixel samples; every file ends in exactly one outcome.
 *
 * <p>Starting points: {@link org.osteon.adapters.dicom.DicomMapper} maps one file,
 * {@link org.osteon.adapters.dicom.DicomOutcome} is what becomes of it, {@link org.osteon.adapters.dicom.DicomCode}
 * lists the reasons, {@code Deidentifier} applies PS3.15 Table E.1-1, {@code PartTenReader} reads PS3.10 files.
 */
@NullMarked
package org.osteon.adapters.dicom;

import org.jspecify.annotations.NullMarked;
