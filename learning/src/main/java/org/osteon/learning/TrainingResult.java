package org.osteon.learning;

import org.osteon.privacy.ledger.Mechanism;

/**
 * What a trainer hands back: the part that may leave the site and the part that may not.
 *
 * @param update the shared arrays that may leave, as the trainer defines them
 * @param mechanism what the ledger charges the patients for it
 * @param differentiallyPrivate declared by the implementation, never by the caller
 * @param siteOnly what stays at the site
 */
public record TrainingResult(
        NamedArrays update, Mechanism mechanism, boolean differentiallyPrivate, SiteOnly siteOnly) {
    /**
     * Functions of patient data that carry no noise, and local arrays. Sending any of it breaks the guarantee.
     *
     * @param patients patients that took part
     * @param rows their rows
     * @param steps gradient steps done
     * @param meanLoss mean loss a row over the rows read, NaN when none was read
     * @param local new values of the model's local arrays
     */
    public record SiteOnly(int patients, int rows, int steps, double meanLoss, NamedArrays local) {}
}
