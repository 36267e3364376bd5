package org.osteon.cli.login;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.osteon.cli.connect.HubOption;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.settings.HostPort;
import org.osteon.protocol.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osteon login}: signs in, shows a token to another program, or ends it. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        description = {
            "Sign in at the login service of a hub, with any browser; the tokens lie in your configuration folder.",
            "They are for the hub's REST API; the other verbs use the keys in clients/."
        },
        footer = {
            "",
            "Example:  osteon login --hub hub",
            "          curl -H \"Authorization: Bearer $(osteon login --token --hub hub)\" https://HUB/api/v1/…"
        })
public final class LoginVerb extends Verb {
    @Option(
            names = "--hub",
            paramLabel = "DIR",
            description =
                    "the hub's folder, or a client folder with its osteon.toml (default: OSTEON_HUB, then the current folder)")
    private String hub = "";

    @Option(
            names = "--console",
            paramLabel = "HOST:PORT",
            description = "where the hub's pages are (default: console in its osteon.toml)")
    private String console = "";

    @Option(names = "--token", description = "print an access token that lasts, renewed where needed, and nothing else")
    private boolean token;

    @Option(names = "--end", description = "sign out: the service forgets the tokens, and so does this folder")
    private boolean end;

    private final Clock clock = Clock.systemUTC();

    @Override
    protected ExitCode run() throws Exception {
        if (token && end) {
            throw CliException.wrongCall("login.either");
        }
        Path folder = HubOption.folder(hub);
        Settings settings = Settings.read(folder);
        if (!"hub".equals(settings.text("role"))) {
            throw CliException.wrongCall("error.folder.role", folder, settings.text("role"), "hub");
        }
        TokenFile file = TokenFile.of(settings.text("federation"));
        if (token) {
            return token(file);
        }
        return end ? end(file) : login(settings, file);
    }

    private ExitCode login(Settings settings, TokenFile file) throws IOException, InterruptedException {
        String where = console.isEmpty() ? settings.text("console", "off") : console;
        if ("off".equals(where)) {
            throw CliException.wrongCallCoded("LOGIN_SERVICE_NONE", "login.shut");
        }
        HostPort.require("--console", where);
        LoginService service = LoginService.of(where, new Digest(settings.text("tlsPin")));
        JsonNode facts = service.facts();
        if (!settings.text("federation").equals(facts.path("federation").asText())) {
            throw CliException.wrongCallCoded(
                    "LOGIN_SERVICE_NONE",
                    "login.federation",
                    facts.path("federation").asText(),
                    settings.text("federation"));
        }
        if (facts.path("client").asText().isEmpty()) {
            throw CliException.wrongCallCoded("LOGIN_NOT_FOR_COMMANDS", "login.commands");
        }
        JsonNode tokens = new DeviceFlow(service, clock).run(this::show);
        JsonNode kept = file.keep(facts, tokens, MissingNode.getInstance(), clock);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.put("federation", facts.path("federation").asText());
        answer.put("issuer", facts.path("issuer").asText());
        answer.put("expires", kept.path("expires").asText());
        answer.put("file", file.path().toString());
        output().answer(answer);
        return ExitCode.DONE;
    }

    /** On standard error, so that a program that reads the answer does not hide it from the person. */
    private void show(JsonNode begun) {
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        err.println(output().messages()
                .say(
                        "login.open",
                        begun.path("verification_uri").asText(),
                        begun.path("user_code").asText()));
        String whole = begun.path("verification_uri_complete").asText();
        if (!whole.isEmpty()) {
            err.println(output().messages().say("login.whole", whole));
        }
    }

    private ExitCode token(TokenFile file) throws IOException {
        JsonNode kept = file.read().orElseThrow(LoginVerb::signedOut);
        if (!TokenFile.lasts(kept, clock)) {
            LoginService service = LoginService.of(kept.path("service"));
            LoginService.Answer fresh = service.post(
                    "token_endpoint",
                    Map.of(
                            "grant_type",
                            "refresh_token",
                            "refresh_token",
                            kept.path("refreshToken").asText()));
            if (fresh.status() == 400 || fresh.status() == 401) {
                file.erase();
                throw signedOut();
            }
            if (fresh.status() != 200) {
                throw new CliException(
                        ExitCode.TRY_AGAIN,
                        "login.away",
                        kept.path("service").path("issuer").asText());
            }
            kept = file.keep(kept.path("service"), fresh.json(), kept, clock);
        }
        String access = kept.path("accessToken").asText();
        output().line(access);
        if (output().json()) {
            output().answer(Map.of(
                    "ok",
                    true,
                    "accessToken",
                    access,
                    "expires",
                    kept.path("expires").asText()));
        }
        return ExitCode.DONE;
    }

    private ExitCode end(TokenFile file) throws IOException {
        Optional<JsonNode> kept = file.read();
        boolean revoked = false;
        if (kept.isPresent()) {
            JsonNode service = kept.orElseThrow().path("service");
            try {
                revoked = LoginService.of(service)
                                .post(
                                        "revocation_endpoint",
                                        Map.of(
                                                "token",
                                                kept.orElseThrow()
                                                        .path("refreshToken")
                                                        .asText(),
                                                "token_type_hint",
                                                "refresh_token"))
                                .status()
                        == 200;
            } finally {
                file.erase();
            }
        }
        output().answer(Map.of("ok", true, "signedIn", kept.isPresent(), "revoked", revoked));
        return ExitCode.DONE;
    }

    private static CliException signedOut() {
        return new CliException(ExitCode.REFUSED, "login.signedOut");
    }
}
