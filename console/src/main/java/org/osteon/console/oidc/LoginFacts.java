package org.osteon.console.oidc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** What {@code osteon login} must know before anybody is signed in: public values alone. */
@Controller
final class LoginFacts {
    private final OidcSettings settings;
    private final String federation;

    LoginFacts(OidcSettings settings, String federation) {
        this.settings = settings;
        this.federation = federation;
    }

    @GetMapping("/.well-known/osteon")
    ResponseEntity<String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("schema", "osteon.login/1");
        facts.put("federation", federation);
        facts.put("issuer", settings.issuer());
        facts.put("client", settings.commandClient().orElse(""));
        facts.put(
                "certificates",
                settings.caFile().isEmpty()
                        ? ""
                        : Files.readString(settings.caFile().orElseThrow(), StandardCharsets.US_ASCII));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
    }
}
