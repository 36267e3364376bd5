package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.hidden;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.osteon.cli.output.Failures;
import org.osteon.protocol.sign.Passkey;
import org.osteon.protocol.sign.SignatureException;

/** The pages on which an officer makes a passkey. */
final class PasskeyPages implements Pages {
    /** The relying party: this machine, by the one name that is no other's. */
    static final String RP_ID = "localhost";

    private final Path file;
    private final String name;
    private final String origin;
    private boolean ended;
    private final Frame frame;
    private final byte[] challenge = new byte[32];
    private final byte[] user = new byte[16];
    private Optional<Passkey> made = Optional.empty();

    /**
     * Pages for one new passkey.
     *
     * @param file where it is written, with its public half beside it
     * @param name under which the browser lists it
     * @param origin of these pages, the only one that may ask the passkey
     */
    PasskeyPages(Path file, String name, String origin) {
        this.file = file;
        this.name = name;
        this.origin = origin;
        this.frame = new Frame("page.passkey.title", name);
        SecureRandom random = new SecureRandom();
        random.nextBytes(challenge);
        random.nextBytes(user);
    }

    /** The passkey, once it was made. */
    Optional<Passkey> made() {
        return made;
    }

    /** Where the public half of a passkey's file lies. */
    static Path publicHalf(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    @Override
    public Page show(Visit visit) {
        return switch (visit.path()) {
            case "/" -> made.map(passkey -> done(visit, passkey)).orElseGet(() -> offer(visit, Optional.empty()));
            default -> failed(404, visit, "page.failed.nowhere");
        };
    }

    @Override
    public Page act(Visit visit) {
        try {
            if (visit.path().equals("/end")) {
                ended = true;
                return frame.page(200, visit, "", visit.say("page.end"), List.of(el("p", visit.say("page.end.close"))));
            }
            if (!visit.path().equals("/made") || made.isPresent()) {
                return failed(404, visit, "page.failed.nowhere");
            }
            Passkey passkey = Passkey.made(
                    PasskeyGesture.bytes(visit.form(), "authenticatorData"),
                    PasskeyGesture.bytes(visit.form(), "clientData"),
                    challenge,
                    RP_ID,
                    origin);
            passkey.write(file);
            Files.writeString(publicHalf(file), passkey.key().pem());
            made = Optional.of(passkey);
            return Page.to("/");
        } catch (SignatureException e) {
            return offer(visit, Optional.of(Failures.ending(e).sentence(visit.messages())));
        } catch (IOException | UncheckedIOException e) {
            return frame.failure(500, visit, Failures.ending(e).sentence(visit.messages()));
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public Page failed(int status, Visit visit, String reason) {
        return frame.failure(status, visit, visit.say(reason));
    }

    private Page offer(Visit visit, Optional<String> failure) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return frame.page(
                failure.isPresent() ? 422 : 200,
                visit,
                "/",
                visit.say("page.passkey.new"),
                List.of(
                        el("p", cls("lead"), visit.say("page.passkey.what", origin)),
                        failure.map(sentence -> el("p", cls("notice bad"), at("role", "alert"), sentence))
                                .orElseGet(() ->
                                        el("p", visit.say("page.passkey.kept", String.valueOf(file.getFileName())))),
                        Frame.form(
                                visit,
                                "/made",
                                cls("card sign"),
                                el(
                                        "div",
                                        at("data-ceremony", "create"),
                                        at("data-challenge", encoder.encodeToString(challenge)),
                                        at("data-user", encoder.encodeToString(user)),
                                        at("data-name", name),
                                        at("data-rp", RP_ID)),
                                hidden("authenticatorData", ""),
                                hidden("clientData", ""),
                                el("noscript", el("p", cls("notice"), visit.say("page.passkey.script"))),
                                el(
                                        "p",
                                        at("id", "failed"),
                                        at("role", "alert"),
                                        at("hidden", ""),
                                        visit.say("page.passkey.none")),
                                el("button", at("type", "submit"), cls("primary"), visit.say("page.passkey.make")),
                                el("script", at("src", "/passkey.js"), at("defer", "")))));
    }

    private Page done(Visit visit, Passkey passkey) {
        return frame.page(
                200,
                visit,
                "/",
                visit.say("page.passkey.made"),
                List.of(
                        el(
                                "p",
                                cls("lead verdict"),
                                at("role", "status"),
                                el("span", at("aria-hidden", "true"), "✓ "),
                                visit.say(
                                        "page.passkey.give",
                                        String.valueOf(publicHalf(file).getFileName()))),
                        el(
                                "dl",
                                Frame.fact(
                                        visit.say("page.key"),
                                        Words.whole(passkey.key().fingerprint()))),
                        Frame.form(visit, "/end", el("button", at("type", "submit"), visit.say("page.end.button")))));
    }
}
