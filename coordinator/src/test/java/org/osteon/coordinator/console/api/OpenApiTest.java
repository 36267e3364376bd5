package org.osteon.coordinator.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** The contract, the table of routes and the controllers say the same. */
class OpenApiTest {
    private static final JsonNode CONTRACT = read();

    private static JsonNode read() {
        try (InputStream in = Objects.requireNonNull(OpenApiTest.class.getResourceAsStream("openapi.json"))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void namesThePathsAndRolesOfTheTable() {
        Map<String, Set<String>> contract = new TreeMap<>();
        operations((line, operation) -> {
            Set<String> roles = new TreeSet<>();
            operation.path("x-osteon-roles").forEach(role -> roles.add(role.asText()));
            contract.put(line, roles);
        });
        Map<String, Set<String>> table = new TreeMap<>();
        HubApi.ROUTES.forEach(route -> table.put(route.method() + " " + route.pattern(), new TreeSet<>(route.roles())));

        assertThat(contract).isEqualTo(table);
    }

    @Test
    void everyLineOfTheTableHasAController() {
        Set<String> mapped = new TreeSet<>();
        Stream.of(ContractApi.class, StudyApi.class, RunApi.class, ModelApi.class, EventApi.class, SiteApi.class)
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .forEach(method -> {
                    GetMapping get = method.getAnnotation(GetMapping.class);
                    PostMapping post = method.getAnnotation(PostMapping.class);
                    if (get != null) {
                        mapped.add("GET " + get.value()[0]);
                    }
                    if (post != null) {
                        mapped.add("POST " + post.value()[0]);
                    }
                });
        Set<String> table = new TreeSet<>();
        HubApi.ROUTES.forEach(route -> table.add(route.method() + " " + route.pattern()));

        assertThat(mapped).isEqualTo(table);
    }

    @Test
    void everyOperationSaysWhatItsKindOwes() {
        Set<String> ids = new TreeSet<>();
        operations((line, operation) -> {
            assertThat(ids.add(operation.path("operationId").asText())).as(line).isTrue();
            List<String> parameters = new ArrayList<>();
            operation.path("parameters").forEach(parameter -> {
                JsonNode whole = parameter.has("$ref") ? target(parameter) : parameter;
                parameters.add(
                        whole.path("in").asText() + " " + whole.path("name").asText());
            });
            Pattern.compile("\\{([a-z]+)}")
                    .matcher(line)
                    .results()
                    .forEach(place -> assertThat(parameters).as(line).contains("path " + place.group(1)));
            boolean open = operation.path("x-osteon-roles").isEmpty();
            assertThat(operation.has("security")).as(line + " without a token").isEqualTo(open);
            assertThat(operation.path("responses").has("401")).as(line + " 401").isEqualTo(!open);
            assertThat(operation.path("responses").has("403")).as(line + " 403").isEqualTo(!open);
            assertThat(parameters.contains("header Idempotency-Key"))
                    .as(line + " Idempotency-Key")
                    .isEqualTo(line.startsWith("POST "));
        });
    }

    @Test
    void everyReferenceLeadsSomewhereAndEverythingIsReferredTo() {
        Set<String> references = new TreeSet<>();
        CONTRACT.findValuesAsText("$ref").forEach(references::add);
        Set<String> there = new TreeSet<>();
        for (String kind : new String[] {"parameters", "responses", "schemas"}) {
            CONTRACT.path("components")
                    .path(kind)
                    .fieldNames()
                    .forEachRemaining(name -> there.add("#/components/" + kind + "/" + name));
        }

        assertThat(references).isEqualTo(there);
    }

    private static JsonNode target(JsonNode reference) {
        return CONTRACT.at(reference.path("$ref").asText().substring(1));
    }

    private interface Operation {
        void look(String line, JsonNode operation);
    }

    private static void operations(Operation operation) {
        CONTRACT.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fields()
                        .forEachRemaining(one -> operation.look(
                                one.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
                                one.getValue())));
    }
}
