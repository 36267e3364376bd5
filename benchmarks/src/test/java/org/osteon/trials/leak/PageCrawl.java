package org.osteon.trials.leak;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.trials.ConsolePerson;

/**
 * Everything that a console answers to reading, to each of its people: every line of its table with what is known to
 * fill it, and every link of every page that came. Each answer becomes a file below a folder, to be scanned.
 */
final class PageCrawl {
    private static final int MOST = 250;
    private static final Pattern LINK = Pattern.compile("(?:href|src|data-live|data-proof)=\"(/[^\"#]*)\"");
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

    private final String place;
    private final Routes routes;
    private final Map<String, List<String>> values;
    private final Set<String> apart;
    private final Path folder;
    private final Map<String, Set<String>> reached = new TreeMap<>();
    private final Map<String, String> kept = new LinkedHashMap<>();
    private final Set<String> people = new TreeSet<>();
    private int answers;

    /**
     * A crawl of one console.
     *
     * @param roles the roles that there are at it
     * @param values what may stand for a variable of a path, or for a whole line
     * @param apart patterns whose answers are handed out by {@link #kept} and not written
     * @param folder where the answers go
     */
    PageCrawl(
            String place,
            List<String> roles,
            List<Route> own,
            Map<String, List<String>> values,
            Set<String> apart,
            Path folder) {
        people.addAll(roles);
        people.add("stranger");
        this.place = place;
        this.routes = new Routes(own);
        this.values = values;
        this.apart = apart;
        this.folder = folder;
    }

    /** Reads everything as one person; the REST API with their access token. */
    void as(String role, ConsolePerson person, String token) throws IOException, InterruptedException {
        Deque<String> open = new ArrayDeque<>();
        routes.all().stream()
                .filter(route -> "GET".equals(route.method()))
                .forEach(route -> open.addAll(filled(route.pattern())));
        Set<String> known = new LinkedHashSet<>(open);
        for (String path = open.poll(); path != null; path = open.poll()) {
            HttpResponse<byte[]> answer = person.bytes(path, path.startsWith("/api/") ? token : "");
            answers++;
            String pattern = pattern(path);
            reached.computeIfAbsent(pattern, unused -> new TreeSet<>())
                    .add((role.isEmpty() ? "stranger" : role) + " " + answer.statusCode());
            if (apart.contains(pattern)) {
                kept.put(role + " " + answer.statusCode(), text(answer));
                continue;
            }
            write(role, path, answer);
            if (answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                Matcher link = LINK.matcher(text(answer));
                while (link.find()) {
                    String next = link.group(1).replace("&amp;", "&");
                    if (!next.contains("lang=") && known.size() < MOST && known.add(next)) {
                        open.add(next);
                    }
                }
            }
        }
    }

    /** Keeps the answer to an act as a page of its own. */
    void keep(String name, HttpResponse<String> answer) throws IOException {
        answers++;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("%s-act-%04d.page".formatted(place, answers)), name + "\n" + answer.body());
    }

    private void write(String role, String path, HttpResponse<byte[]> answer) throws IOException {
        boolean zip = answer.body().length > 2 && answer.body()[0] == 'P' && answer.body()[1] == 'K';
        String name = "%s-%s-%04d%s".formatted(place, role, answers, zip ? ".zip" : ".page");
        List<String> head = new ArrayList<>(List.of(path, Integer.toString(answer.statusCode())));
        answer.headers().map().forEach((header, lines) -> head.add(header + ": " + lines));
        Files.createDirectories(folder);
        Files.write(folder.resolve(name), answer.body());
        Files.write(folder.resolve(name + ".head"), head);
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private List<String> filled(String pattern) {
        List<String> paths = values.getOrDefault(pattern, List.of(pattern));
        Matcher variable = VARIABLE.matcher(pattern);
        while (variable.find()) {
            List<String> next = new ArrayList<>();
            for (String path : paths) {
                for (String value : values.getOrDefault(variable.group(1), List.of("unknown"))) {
                    next.add(path.replace(variable.group(), value));
                }
            }
            paths = next;
        }
        return paths;
    }

    private String pattern(String path) {
        return routes.of("GET", path.replaceFirst("\\?.*", ""))
                .map(Route::pattern)
                .orElse("(no line) " + path);
    }

    /** Lines of the table that a person may read and nobody of the role was answered with 200. */
    List<String> unread(Set<String> except) {
        List<String> unread = new ArrayList<>();
        for (Route route : routes.all()) {
            if ("GET".equals(route.method()) && !except.contains(route.pattern())) {
                Set<String> seen = reached.getOrDefault(route.pattern(), Set.of());
                Set<String> roles = route.open() ? Set.of("stranger") : route.roles();
                roles.stream()
                        .filter(role -> people.contains(role) && !seen.contains(role + " 200"))
                        .map(role -> route.pattern() + " as " + role)
                        .forEach(unread::add);
            }
        }
        return unread;
    }

    /** Answers by line of the table, as role and status. */
    Map<String, Set<String>> reached() {
        return reached;
    }

    /** Answers that were not written, by role and status. */
    Map<String, String> kept() {
        return kept;
    }

    /** How many answers came. */
    int answers() {
        return answers;
    }
}
