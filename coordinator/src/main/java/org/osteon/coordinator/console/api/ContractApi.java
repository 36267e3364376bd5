package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.osteon.console.account.Person;
import org.osteon.console.api.Api;
import org.osteon.coordinator.console.Desk;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;

/** What the API is, and who asks. */
@Api
final class ContractApi {
    private final Desk desk;
    private final byte[] contract = contract();

    ContractApi(Desk desk) {
        this.desk = desk;
    }

    @GetMapping(HubApi.BASE + "/openapi.json")
    ResponseEntity<byte[]> openApi(HttpServletRequest request) {
        Question.of(request, "application/json");
        return ResponseEntity.ok()
                .contentType(org.springframework.http.MediaType.APPLICATION_JSON)
                .body(contract);
    }

    @GetMapping(HubApi.BASE + "/me")
    ResponseEntity<byte[]> me(HttpServletRequest request) {
        Question.of(request, "application/json");
        Person person = desk.person();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", person.name());
        view.put("role", person.role());
        view.put("federation", person.federation());
        return Answer.of(view);
    }

    private static byte[] contract() {
        try (InputStream in = Objects.requireNonNull(ContractApi.class.getResourceAsStream("openapi.json"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
