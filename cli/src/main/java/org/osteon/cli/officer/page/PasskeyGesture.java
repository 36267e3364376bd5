package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.hidden;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.util.Base64;
import java.util.List;
import org.osteon.protocol.sign.Passkey;
import org.osteon.protocol.sign.PasskeyAssertion;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.sign.VerificationKey;

/** A passkey, asked by the browser for each signature with the document's digest as its challenge. */
final class PasskeyGesture implements Gesture {
    private final Passkey passkey;

    PasskeyGesture(Passkey passkey) {
        this.passkey = passkey;
    }

    @Override
    public VerificationKey key() {
        return passkey.key();
    }

    @Override
    public List<Html> fields(Visit visit, byte[] message) {
        return List.of(
                el(
                        "div",
                        at("data-ceremony", "get"),
                        at("data-challenge", PasskeyAssertion.challenge(message)),
                        at("data-credential", passkey.credentialId()),
                        at("data-rp", passkey.key().rpId())),
                hidden("authenticatorData", ""),
                hidden("clientData", ""),
                hidden("signature", ""),
                el("noscript", el("p", cls("notice"), visit.say("page.passkey.script"))),
                el("p", at("id", "failed"), at("role", "alert"), at("hidden", ""), visit.say("page.passkey.none")),
                el("button", at("type", "submit"), cls("primary"), visit.say("page.sign.passkey")),
                el("script", at("src", "/passkey.js"), at("defer", "")));
    }

    @Override
    public Signature sign(Form form, byte[] message) {
        Signature signature = PasskeyAssertion.signature(
                passkey.key(), bytes(form, "authenticatorData"), bytes(form, "clientData"), bytes(form, "signature"));
        PasskeyAssertion.objection(passkey.key(), message, signature).ifPresent(code -> {
            throw new SignatureException(code, "the passkey's answer is no signature over these bytes");
        });
        return signature;
    }

    /** What the page's script put into a field. */
    static byte[] bytes(Form form, String field) {
        String text = form.text(field);
        if (text.isEmpty()) {
            throw new SignatureException("PASSKEY_SILENT", "the passkey gave no answer");
        }
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new SignatureException("SIGNATURE_MALFORMED", "the passkey's answer is malformed");
        }
    }
}
