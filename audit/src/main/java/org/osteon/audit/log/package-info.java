/**
 * The transparency log: C2SP tlog-tiles on files, RFC 6962 hashing, Ed25519 checkpoints, witness cosignatures.
 *
 * <p>Starting points: {@link org.osteon.audit.log.TileLog}, {@link org.osteon.audit.log.Checkpoint},
 * {@link org.osteon.audit.log.Merkle}, {@link org.osteon.audit.log.Witness}.
 */
@NullMarked
package org.osteon.audit.log;

import org.jspecify.annotations.NullMarked;
