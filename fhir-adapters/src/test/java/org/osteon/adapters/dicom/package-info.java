/**
 * Tests of the DICOM room. Starting points: {@code SharedFilesTest} on real files, {@code LeakTest} on planted ones.
 */
@NullMarked
package org.osteon.adapters.dicom;

import org.jspecify.annotations.NullMarked;
