package org.osteon.console;

import jakarta.servlet.DispatcherType;
import java.time.Clock;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.Person;
import org.osteon.console.account.Sessions;
import org.osteon.console.account.SignIn;
import org.osteon.console.account.WelcomePages;
import org.osteon.console.api.ApiConfiguration;
import org.osteon.console.oidc.OidcConfiguration;
import org.osteon.console.page.Frame;
import org.osteon.console.page.Languages;
import org.osteon.console.page.Navigation;
import org.osteon.console.page.Problems;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.console.route.Door;
import org.osteon.console.route.Routes;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.MultipartAutoConfiguration;
import org.springframework.boot.thymeleaf.autoconfigure.ThymeleafAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.i18n.LocaleChangeInterceptor;

/** What every console is made of; a daemon adds its controllers, routes, navigation and access log. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    PropertyPlaceholderAutoConfiguration.class,
    ConfigurationPropertiesAutoConfiguration.class,
    SslAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    HttpEncodingAutoConfiguration.class,
    MultipartAutoConfiguration.class,
    JacksonAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    ErrorMvcAutoConfiguration.class,
    ThymeleafAutoConfiguration.class,
    SecurityAutoConfiguration.class,
    ServletWebSecurityAutoConfiguration.class,
    SecurityFilterAutoConfiguration.class
})
@Import({OidcConfiguration.class, ApiConfiguration.class})
class ConsoleConfiguration {
    /** Everything from here, nothing inline, nothing in a frame. */
    static final String CONTENT_POLICY =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    ConsoleSettings settings(Console console) {
        return console.settings();
    }

    @Bean(destroyMethod = "")
    Accounts accounts(Console console) {
        return console.accounts();
    }

    @Bean
    Problems problems(Frame frame, Words words) {
        return new Problems(frame, words);
    }

    @Bean
    Sessions sessions() {
        return new Sessions();
    }

    @Bean
    @ConditionalOnProperty(name = OidcConfiguration.SWITCH, havingValue = "false")
    WelcomePages welcomePages(Accounts accounts, AccessLog log, Sessions sessions) {
        return new WelcomePages(accounts, log, sessions);
    }

    @Bean
    PeoplePages peoplePages(Console console) {
        return new PeoplePages(console);
    }

    @Bean
    MessageSource messageSource() {
        return Words.source();
    }

    @Bean
    LocaleResolver localeResolver() {
        return new Languages();
    }

    @Bean
    Show show(Words words) {
        return new Show(words);
    }

    @Bean
    Words words(MessageSource source) {
        return new Words(source);
    }

    @Bean
    Frame frame(ConsoleSettings settings, Navigation navigation, Routes routes) {
        return new Frame(settings, navigation, routes);
    }

    @Bean
    WebMvcConfigurer languageSwitch() {
        LocaleChangeInterceptor change = new LocaleChangeInterceptor();
        change.setParamName("lang");
        change.setIgnoreInvalidLocale(true);
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(change).excludePathPatterns("/api/**");
            }
        };
    }

    @Bean
    SecurityFilterChain security(
            HttpSecurity http,
            ConsoleSettings settings,
            Routes routes,
            Accounts accounts,
            Sessions sessions,
            AccessLog log,
            Clock clock) {
        RequestMatcher pages = request -> !request.getRequestURI().startsWith("/api/");
        if (settings.oidc().isPresent()) {
            // The service's own words carry its signature and no token of a form.
            http.csrf(forms ->
                    forms.ignoringRequestMatchers(request -> OidcConfiguration.ENDED.equals(request.getRequestURI())));
        } else {
            signInHere(http, new SignIn(accounts, log, clock), sessions);
        }
        // A request that was held is let through its door again when it is answered: its session may be over.
        return http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .anyRequest()
                        .access(new Door(routes, settings.federation())))
                .logout(out -> out.logoutUrl("/sign-out")
                        .addLogoutHandler((request, response, who) -> {
                            if (who != null && who.getPrincipal() instanceof Person person) {
                                log.signedOut(person);
                            }
                        })
                        .logoutSuccessUrl("/sign-in?why=SIGNED_OUT"))
                .exceptionHandling(errors -> errors.defaultAuthenticationEntryPointFor(
                                new LoginUrlAuthenticationEntryPoint("/sign-in"), pages)
                        .accessDeniedHandler((request, response, denied) -> {
                            if (Frame.person() == null) {
                                // A form that was open for longer than the session.
                                response.sendRedirect("/sign-in?why=SESSION_ENDED");
                                return;
                            }
                            response.sendError(
                                    routes.of(request).isPresent()
                                            ? HttpStatus.FORBIDDEN.value()
                                            : HttpStatus.NOT_FOUND.value());
                        }))
                .sessionManagement(managed -> managed.sessionFixation(fixed -> fixed.changeSessionId()))
                .headers(headers -> headers.httpStrictTransportSecurity(hsts -> hsts.includeSubDomains(false))
                        .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                        .permissionsPolicyHeader(policy -> policy.policy("camera=(), microphone=(), geolocation=()"))
                        .frameOptions(frames -> frames.deny()))
                .requestCache(cache -> {})
                .build();
    }

    private static void signInHere(HttpSecurity http, SignIn accounts, Sessions sessions) {
        SavedRequestAwareAuthenticationSuccessHandler home = new SavedRequestAwareAuthenticationSuccessHandler();
        http.authenticationProvider(accounts)
                .formLogin(form -> form.loginPage("/sign-in")
                        .loginProcessingUrl("/sign-in")
                        .usernameParameter("name")
                        .passwordParameter("passphrase")
                        .successHandler((request, response, who) -> {
                            if (who.getPrincipal() instanceof Person person) {
                                sessions.opened(request.getSession(), new Sessions.Holder(person, "", ""));
                            }
                            home.onAuthenticationSuccess(request, response, who);
                        })
                        .failureHandler((request, response, failure) ->
                                response.sendRedirect("/sign-in?why=" + failure.getMessage())));
    }
}
