package org.osteon.console.oidc;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.client.RestClient;

/** The second half of the code flow: a code for an ID token, whose signature, times, audience and nonce are checked. */
final class CodeExchange {
    private final OidcAuthorizationCodeAuthenticationProvider provider;

    CodeExchange(IssuerDoor door, IssuerTokens tokens) {
        RestClientAuthorizationCodeTokenResponseClient client = new RestClientAuthorizationCodeTokenResponseClient();
        client.setRestClient(RestClient.builder()
                .requestFactory(door.requests())
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build());
        // The ID token says who somebody is; no further question is asked.
        provider = new OidcAuthorizationCodeAuthenticationProvider(
                client, request -> new DefaultOidcUser(List.of(), request.getIdToken()));
        provider.setJwtDecoderFactory(tokens::identities);
    }

    /**
     * The claims of whoever the code is for.
     *
     * @throws OAuth2AuthenticationException when anything does not hold
     */
    Map<String, Object> claims(
            ClientRegistration console, OAuth2AuthorizationRequest asked, String code, String state) {
        Authentication login = answered(console, asked, code, state);
        if (login == null || !(login.getPrincipal() instanceof OidcUser user)) {
            throw new OAuth2AuthenticationException("no_id_token");
        }
        return user.getClaims();
    }

    private @Nullable Authentication answered(
            ClientRegistration console, OAuth2AuthorizationRequest asked, String code, String state) {
        try {
            return provider.authenticate(new OAuth2LoginAuthenticationToken(
                    console,
                    new OAuth2AuthorizationExchange(
                            asked,
                            OAuth2AuthorizationResponse.success(code)
                                    .redirectUri(Objects.requireNonNull(asked.getRedirectUri(), "redirect_uri"))
                                    .state(state)
                                    .build())));
        } catch (IllegalArgumentException e) {
            // The library's word for an answer that lacks a part.
            throw new OAuth2AuthenticationException(new OAuth2Error("invalid_token_response"), e);
        }
    }
}
