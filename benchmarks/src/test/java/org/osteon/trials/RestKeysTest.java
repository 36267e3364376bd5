package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.CanonicalJson;

/** A program repeats its acts over a hub that dies: each is done once. */
class RestKeysTest {
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private Federation federation;
    private String token = "";

    @AfterEach
    void stop() {
        if (federation != null) {
            federation.close();
        }
    }

    @Test
    void anActIsDoneOnceAlthoughTheHubDiesAfterIt() throws Exception {
        // Given a hub with a site whose officer approved, and an engineer's program
        federation = new Federation(folder)
                .withHub(List.of("--console", "127.0.0.1:0"))
                .withSite("north", "--epsilon-ceiling", "5", "--epsilon-total", "12", "--delta-ceiling", "1e-5");
        federation.map("north", SAMPLES.resolve("hospital-b").resolve("export.csv"));
        federation.console("hub");
        token = ConsolePerson.of(federation
                        .done(
                                "coordinator",
                                "link",
                                federation.hub().toString(),
                                "--person",
                                "Wang Li",
                                "--role",
                                "ml-engineer")
                        .path("link")
                        .asText())
                .token();
        String text = study();
        String study = json(post("/studies", "key-publish", text)).path("study").asText();
        approved(study);
        // The run stays where it is: nobody answers.
        federation.end("north");

        // When the hub dies after each act, and the act is repeated
        HttpResponse<String> publish = overADeath("/studies", "key-publish", text);
        HttpResponse<String> start = overADeath("/studies/" + study + "/runs", "key-start", "");
        String run = json(start).path("run").asText();
        HttpResponse<String> stop = overADeath("/runs/" + run + "/stop", "key-stop", "");

        // Then
        assertThat(publish.statusCode()).isEqualTo(201);
        assertThat(start.statusCode()).isEqualTo(201);
        assertThat(stop.statusCode()).isEqualTo(200);
        assertThat(json(get("/studies")).path("items")).hasSize(1);
        assertThat(json(get("/runs")).path("items")).hasSize(1);
        assertThat(json(get("/runs/" + run)).path("state").asText()).isEqualTo("stopped");
        for (String type : new String[] {"study-published", "run-started", "run-stopped"}) {
            assertThat(json(get("/events?study=" + study + "&type=" + type)).path("items"))
                    .as(type)
                    .hasSize(1);
        }
        assertThat(post("/runs/" + run + "/stop", "key-other", "").statusCode()).isEqualTo(409);
        assertThat(post("/runs/" + run + "/resume", "key-stop", "").statusCode())
                .isEqualTo(422);
    }

    /** Does an act, ends the hub as a power cut would, starts it and repeats the act; both answers must be one. */
    private HttpResponse<String> overADeath(String path, String key, String body) throws Exception {
        HttpResponse<String> first = post(path, key, body);
        federation.kill("hub");
        federation.startHub();
        HttpResponse<String> second = post(path, key, body);
        assertThat(second.statusCode()).as(first.body() + second.body()).isEqualTo(first.statusCode());
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(second.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        return second;
    }

    private void approved(String study) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        Federation.Answer answer = federation.approve("north", study, 4.4, 5);
        while (answer.exit() != 0 && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(200);
            answer = federation.approve("north", study, 4.4, 5);
        }
        assertThat(answer.exit()).as(answer.error()).isZero();
        while (!"capsule"
                        .equals(federation
                                .done("study", "list", "--hub", federation.hub().toString())
                                .at("/studies/0/decisions/north")
                                .asText())
                && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static String study() throws Exception {
        ObjectNode study = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(SAMPLES.resolve("studies").resolve("fracture-risk.json")));
        ObjectNode participation = JsonNodeFactory.instance.objectNode();
        participation.putArray("sites").add("north");
        participation.put("quorum", 1).put("roundSeconds", 3600);
        study.set("participation", participation);
        return study.toString();
    }

    private HttpResponse<String> post(String path, String key, String body) throws Exception {
        return new ConsolePerson(federation.console("hub"))
                .api("POST", "/api/v1" + path, token, Map.of("Idempotency-Key", key), body);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return new ConsolePerson(federation.console("hub")).api("GET", "/api/v1" + path, token);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return CanonicalJson.readTree(answer.body().getBytes(StandardCharsets.UTF_8));
    }
}
