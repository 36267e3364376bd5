package org.osteon.cli.officer.page;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.osteon.cli.officer.decision.Desk;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.OfficerFolder;
import org.osteon.cli.officer.decision.WaitingApprovals;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.Passkey;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.SignatureException;

/**
 * An officer's pages from the link on the terminal to the end.
 *
 * @param folder the officer's own folder
 * @param port the fixed port of the pages
 * @param idle how long nobody may call before it ends
 * @param locale the language of the first page
 * @param opened told the link as soon as it works
 */
public record SigningSession(OfficerFolder folder, int port, Duration idle, Locale locale, Consumer<String> opened) {

    /**
     * Serves the signing pages until they end; returns the identities of what was signed.
     *
     * @param folder the site's folder, as the officer's commands name it
     * @param key an encrypted key file, or the file of a passkey
     */
    public List<Digest> sign(Desk desk, KnownHub hub, Path folder, String site, Path key, WaitingApprovals waiting)
            throws InterruptedException {
        SigningPages pages = new SigningPages(desk, hub, folder, site, gesture(key), waiting, Clock.systemUTC());
        serve(pages);
        return pages.outcomes().stream().map(Outcome::decision).toList();
    }

    /** Serves the pages on which a passkey is made until they end; returns it if one was made. */
    public Optional<Passkey> makePasskey(Path file, String name) throws InterruptedException {
        PasskeyPages pages = new PasskeyPages(file, name, PageServer.origin(port));
        serve(pages);
        return pages.made();
    }

    private void serve(Pages pages) throws InterruptedException {
        try (PageServer server = new PageServer(port, folder.pageIdentity(), idle, locale, pages)) {
            opened.accept(server.link());
            server.awaitEnd();
        }
    }

    private static Gesture gesture(Path key) {
        if (KeyFile.readPublic(key).scheme() == Scheme.WEBAUTHN_ES256) {
            return new PasskeyGesture(Passkey.read(key));
        }
        KeyFileGesture gesture = new KeyFileGesture(key);
        if (!KeyFile.holdsPrivateKey(key)) {
            throw new SignatureException("KEY_UNREADABLE", "the file holds no private key: " + key.getFileName());
        }
        return gesture;
    }
}
