/**
 * Invented orthopaedic X-ray files for the sample data and for tests: shapes instead of patients, invented identifiers
 * in every place where real ones hide. Writes DICOM on its own, so that it can serve the reader as a counterpart.
 *
 * <p>Starting point: {@link org.osteon.adapters.dicom.phantom.DicomPhantoms#write}.
 */
@NullMarked
package org.osteon.adapters.dicom.phantom;

import org.jspecify.annotations.NullMarked;
