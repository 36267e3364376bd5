package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.nio.file.Path;
import java.util.List;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.VerificationKey;

/** An encrypted key file, opened with the pass-phrase typed for each signature. */
final class KeyFileGesture implements Gesture {
    private final Path file;
    private final VerificationKey key;

    KeyFileGesture(Path file) {
        this.file = file;
        this.key = KeyFile.readPublic(file);
    }

    @Override
    public VerificationKey key() {
        return key;
    }

    @Override
    public List<Html> fields(Visit visit, byte[] message) {
        return List.of(
                el(
                        "label",
                        at("for", Form.SECRET),
                        visit.say("page.sign.passphrase", String.valueOf(file.getFileName()))),
                el(
                        "input",
                        at("type", "password"),
                        at("id", Form.SECRET),
                        at("name", Form.SECRET),
                        at("autocomplete", "off"),
                        at("required", "")),
                el("button", at("type", "submit"), cls("primary"), visit.say("page.sign.button")));
    }

    @Override
    public Signature sign(Form form, byte[] message) {
        return KeyFile.readEncrypted(file, form.secret()).sign(message);
    }
}
