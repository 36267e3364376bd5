package org.osteon.console.page;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.account.Person;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page has around it: where one is, who one is, where one can go. */
@Controller
@ControllerAdvice
public final class Frame {
    private final ConsoleSettings settings;
    private final Navigation navigation;
    private final Routes routes;

    /** The frame of one console. */
    public Frame(ConsoleSettings settings, Navigation navigation, Routes routes) {
        this.settings = settings;
        this.navigation = navigation;
        this.routes = routes;
    }

    /** Who is signed in, if anybody. */
    public static @Nullable Person person() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Person person ? person : null;
    }

    /**
     * Around the page.
     *
     * @param place the federation's or hospital's name
     * @param person who is signed in
     * @param links where they can go
     * @param here the path of this page
     * @param query what the address asks beside its path, without the language
     * @param needed the roles that may see the page that was asked for
     */
    public record View(
            String place,
            @Nullable Person person,
            List<Navigation.Link> links,
            String here,
            String query,
            Set<String> needed) {
        /** Whether a way leads to this page. */
        public boolean at(String path) {
            return here.equals(path) || here.startsWith(path + "/");
        }
    }

    /** The frame of a request's page. */
    @ModelAttribute("frame")
    public View frame(HttpServletRequest request) {
        Person person = person();
        Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return new View(
                settings.place(),
                person,
                person == null ? List.of() : navigation.of(person.role()),
                failed == null ? request.getRequestURI() : failed.toString(),
                query(request),
                failed == null ? Set.of() : needed(request.getMethod(), failed.toString()));
    }

    /** Home, each role its own. */
    @GetMapping("/")
    public String home() {
        Person person = person();
        return "redirect:" + navigation.homes().getOrDefault(person == null ? "" : person.role(), "/sign-in");
    }

    /** Whether the process lives. */
    @GetMapping("/health/live")
    public ResponseEntity<String> live() {
        return ResponseEntity.ok("live\n");
    }

    private static String query(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null
                ? ""
                : Stream.of(query.split("&"))
                        .filter(part -> !part.isEmpty() && !part.equals("lang") && !part.startsWith("lang="))
                        .map(part -> part + "&")
                        .collect(Collectors.joining());
    }

    private Set<String> needed(String method, String path) {
        Set<String> roles = new TreeSet<>();
        routes.of(method, path).map(Route::roles).ifPresent(roles::addAll);
        return roles;
    }
}
