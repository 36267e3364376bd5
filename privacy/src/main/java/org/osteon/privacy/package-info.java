/** What protects patients: noise, clipping, sampling, accountants and the rules of the budget ledger. */
@NullMarked
package org.osteon.privacy;

import org.jspecify.annotations.NullMarked;
