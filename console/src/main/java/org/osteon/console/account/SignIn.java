package org.osteon.console.account;

import java.time.Clock;
import java.util.List;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Signs people in with their local account. */
public final class SignIn implements AuthenticationProvider {
    private static final int LONGEST = 200;

    private final Accounts accounts;
    private final AccessLog log;
    private final Throttle throttle;

    /** Over these accounts; who came in is told to the log. */
    public SignIn(Accounts accounts, AccessLog log, Clock clock) {
        this.accounts = accounts;
        this.log = log;
        this.throttle = new Throttle(clock);
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        String name = attempt.getName();
        String passphrase = String.valueOf(attempt.getCredentials());
        if (name.length() > LONGEST || passphrase.length() > LONGEST) {
            throw new BadCredentialsException("SIGN_IN_WRONG");
        }
        String address =
                attempt.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
        if (!throttle.admits(address)) {
            throw new LockedException("ADDRESS_RESTS");
        }
        try {
            Person person = accounts.signIn(name, passphrase);
            log.signedIn(person);
            return of(person);
        } catch (AccountException e) {
            throttle.failed(address);
            if ("ACCOUNT_RESTS".equals(e.code())) {
                throw new LockedException(e.code(), e);
            }
            throw new BadCredentialsException(e.code(), e);
        }
    }

    /** The authentication of somebody who proved who they are. */
    public static Authentication of(Person person) {
        return UsernamePasswordAuthenticationToken.authenticated(
                person, null, List.of(new SimpleGrantedAuthority("ROLE_" + person.role())));
    }

    @Override
    public boolean supports(Class<?> kind) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(kind);
    }
}
