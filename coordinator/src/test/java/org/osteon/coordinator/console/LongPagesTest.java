package org.osteon.coordinator.console;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.round.ManyRounds;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;
import org.slf4j.LoggerFactory;

/** Pages with as much on them as a large federation has; what they ask of the database does not grow with it. */
class LongPagesTest {
    private static final Path KEPT = Path.of("target", "long-pages");
    private static final int STUDIES = 300;
    private static final int ROUNDS = 500;
    private static final int SITES = 200;
    private static final int MOST_BYTES = 250_000;

    /** Some queries more than with almost nothing: a page that is looked at is itself an event. */
    private static final int SLACK = 3;

    @TempDir
    Path folder;

    private RunningHub hub;
    private ManyRounds many;
    private Study first;
    private final ListAppender<ILoggingEvent> queries = new ListAppender<>();
    private final Logger jdbc = (Logger) LoggerFactory.getLogger("org.springframework.jdbc.core.JdbcTemplate");

    @BeforeEach
    void aHubWithAlmostNothing() throws IOException {
        Files.createDirectories(KEPT);
        hub = new RunningHub(folder.resolve("hub"), "127.0.0.1:0");
        many = new ManyRounds(hub);
        first = many.study("study-0", UnaryOperator.identity());
        enrol(List.of("site-000"));
        many.run("r-00000000", first, List.of("site-000"), 1);
        jdbc.setLevel(Level.DEBUG);
        jdbc.setAdditive(false);
        queries.start();
        jdbc.addAppender(queries);
    }

    @AfterEach
    void stop() {
        jdbc.detachAppender(queries);
        jdbc.setLevel(null);
        jdbc.setAdditive(true);
        hub.close();
    }

    @Test
    void nothingGrowsWithTheFederationButWhatIsShown() throws Exception {
        // Given what each page asks for almost nothing
        Reader engineer = new Reader(hub, "ml-engineer");
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("studies", "/studies");
        pages.put("runs", "/runs");
        pages.put("models", "/models");
        pages.put("sites", "/sites");
        pages.put("timeline", "/timeline?study=" + first.digest().hex());
        pages.put("run", "/runs/r-00000000");
        Map<String, Integer> few = new LinkedHashMap<>();
        for (Map.Entry<String, String> page : pages.entrySet()) {
            few.put(page.getKey(), queries(engineer, page.getValue(), new ArrayList<>()));
        }

        // When the federation is large
        List<String> sites =
                IntStream.range(1, SITES).mapToObj("site-%03d"::formatted).toList();
        jdbc.setLevel(Level.INFO);
        enrol(sites);
        for (int i = 1; i < STUDIES; i++) {
            many.study("study-" + i, UnaryOperator.identity());
        }
        many.run("r-0000000a", first, sites.subList(0, 9), ROUNDS);
        many.run("r-0000000b", first, sites, 25);
        many.waiting("r-0000000c", first, sites);
        hub.part(Presence.class).tells("site-005", "osteon-site/9.9.9", System.currentTimeMillis() - 120_000, 1);
        jdbc.setLevel(Level.DEBUG);
        pages.put("run-waits", "/runs/r-0000000c");
        pages.put("run", "/runs/r-0000000a");
        pages.put("run-older", "/runs/r-0000000a?upto=40");
        pages.put("run-wide", "/runs/r-0000000b");

        // Then
        Map<String, String> shown = new LinkedHashMap<>();
        for (Map.Entry<String, String> page : pages.entrySet()) {
            List<String> body = new ArrayList<>();
            int asked = queries(engineer, page.getValue(), body);
            String html = body.get(0);
            Files.writeString(KEPT.resolve(page.getKey() + ".html"), html);
            shown.put(page.getKey(), html);
            assertThat(asked)
                    .as("queries of " + page.getKey())
                    .isLessThanOrEqualTo(few.get(page.getKey().startsWith("run-") ? "run" : page.getKey()) + SLACK);
            assertThat(html.getBytes(StandardCharsets.UTF_8).length)
                    .as("bytes of " + page.getKey())
                    .isLessThan(MOST_BYTES);
        }
        assertThat(count(shown.get("studies"), "<li class=\"card\"")).isEqualTo(Pages.SIZE);
        assertThat(shown.get("studies")).contains("Page 1 of 6, 300 in all");
        assertThat(count(shown.get("sites"), "<th scope=\"row\" class=\"nowrap\">site-"))
                .isEqualTo(Pages.SIZE);
        assertThat(shown.get("run"))
                .contains("<th scope=\"row\" class=\"num\">500</th>")
                .contains("<th scope=\"row\" class=\"num\">481</th>")
                .doesNotContain("<th scope=\"row\" class=\"num\">480</th>")
                .contains("/runs/r-0000000a?upto=480");
        assertThat(shown.get("run-older"))
                .contains("<th scope=\"row\" class=\"num\">40</th>")
                .doesNotContain("<th scope=\"row\" class=\"num\">41</th>");
        assertThat(shown.get("run-wide")).contains("198 counted").contains("1 rejected");
        assertThat(engineer.get("/sites?q=site-005"))
                .contains("osteon-site/9.9.9")
                .contains("behind; more than 60 s is too much")
                .contains("The certificate of its own port");
        assertThat(shown.get("run-waits")).contains("199 sites").contains("not connected");
        assertThat(count(shown.get("models"), "href=\"/models/")).isEqualTo(3);
        assertThat(engineer.get("/sites?q=site-077")).contains("site-077").doesNotContain("site-078");
        assertThat(engineer.get("/studies?page=6")).contains("Page 6 of 6");
    }

    private int queries(Reader reader, String path, List<String> body) throws IOException, InterruptedException {
        // Once before: the first time a page also writes that it was looked at.
        reader.get(path);
        queries.list.clear();
        body.add(reader.get(path));
        return (int) List.copyOf(queries.list).stream()
                .filter(event -> event.getFormattedMessage().startsWith("Executing prepared SQL statement ")
                        || event.getFormattedMessage().startsWith("Executing SQL "))
                .count();
    }

    private void enrol(List<String> names) {
        Sites sites = hub.part(Sites.class);
        for (String name : names) {
            SigningKey node = SigningKey.ecdsaP384();
            String token = String.valueOf(sites.issueToken(name, "operator").get("token"));
            sites.enrol(
                    token,
                    new Sites.Introduction(
                            name,
                            node.publicKey(),
                            node.signRaw(token.getBytes(StandardCharsets.UTF_8)),
                            SigningKey.ed25519().publicKey().pem(),
                            "osteon/ortho-net/site/" + name,
                            SigningKey.ed25519().publicKey().pem(),
                            List.of()));
            sites.confirm(name, node.publicKey().fingerprint(), "operator");
        }
    }

    private static long count(String text, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
    }
}
