/**
 * Evidence bundles: everything needed to check a release offline, in one file, and the check.
 *
 * <p>Starting points: {@link org.osteon.audit.bundle.BundleWriter}, {@link org.osteon.audit.bundle.BundleVerifier},
 * {@link org.osteon.audit.bundle.Bundle}.
 */
@NullMarked
package org.osteon.audit.bundle;

import org.jspecify.annotations.NullMarked;
