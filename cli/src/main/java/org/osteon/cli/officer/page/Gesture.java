package org.osteon.cli.officer.page;

import java.util.List;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.VerificationKey;

/** How the officer's own will becomes a signature: what is asked for on the page, and what is made of the answer. */
interface Gesture {
    /** The key that others verify it with. */
    VerificationKey key();

    /** What the form of the confirming page asks for. */
    List<Html> fields(Visit visit, byte[] message);

    /**
     * The signature over exactly these bytes.
     *
     * @throws org.osteon.protocol.sign.SignatureException where the answer does not give one
     */
    Signature sign(Form form, byte[] message);
}
