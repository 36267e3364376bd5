package org.osteon.conformance.verdict;

import org.osteon.protocol.document.Digest;

/**
 * One thing a verdict was judged on.
 *
 * @param name what it is, such as {@code study}, {@code log/hospital-a} or {@code phantom.csv}
 * @param sha256 digest of its bytes
 */
public record EvidenceItem(String name, Digest sha256) {}
