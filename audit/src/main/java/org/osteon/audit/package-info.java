/**
 * What proves afterwards what happened: transparency log, witnesses, proofs, events, evidence bundle, offline verifier.
 */
@NullMarked
package org.osteon.audit;

import org.jspecify.annotations.NullMarked;
