package org.osteon.console.oidc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Person;
import org.osteon.console.account.Sessions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The service's word that somebody signed out there (OpenID Connect Back-Channel Logout 1.0): their sessions end. */
@Controller
final class LogoutNotices {
    /** Where the service sends it. */
    static final String PATH = "/sign-in/ended";

    private static final Logger LOG = LoggerFactory.getLogger(LogoutNotices.class);

    private final IssuerTokens tokens;
    private final Once seen;
    private final EndedLogins ended;
    private final Sessions sessions;
    private final AccessLog log;

    LogoutNotices(IssuerTokens tokens, Once seen, EndedLogins ended, Sessions sessions, AccessLog log) {
        this.tokens = tokens;
        this.seen = seen;
        this.ended = ended;
        this.sessions = sessions;
        this.log = log;
    }

    @PostMapping(PATH)
    ResponseEntity<String> ended(@RequestParam(name = "logout_token", defaultValue = "") String token) {
        try {
            Jwt notice = tokens.logout(token);
            if (!seen.first(String.valueOf(notice.getId()))) {
                throw new JwtException("this logout token came before");
            }
            end(notice.getSubject(), notice.getClaimAsString("sid"));
            return answer(HttpStatus.OK, "");
        } catch (JwtException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("a logout token was refused");
            return answer(HttpStatus.BAD_REQUEST, "{\"error\":\"invalid_request\"}");
        }
    }

    private void end(@Nullable String subject, @Nullable String login) {
        ended.add(subject, login);
        List<Person> over = sessions.end(holder -> login == null
                ? holder.subject().equals(subject)
                : holder.login().equals(login));
        over.forEach(log::signedOut);
    }

    private static ResponseEntity<String> answer(HttpStatus status, String body) {
        return ResponseEntity.status(status)
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
