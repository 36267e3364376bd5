package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was spent and what left, and where to look on. */
final class Closing extends Act {
    Closing(Stage stage) {
        super(stage);
    }

    /** Whether every journal held. */
    boolean play(boolean stays) {
        boolean ok = true;
        step("demo.journal");
        Map<String, Object> epsilon = new LinkedHashMap<>();
        for (String site : Stage.HOSPITALS) {
            JsonNode journal = verbs.run("site", "journal", folder.resolve(site).toString(), "--verify")
                    .json();
            JsonNode set = verbs.done("data", "budget", folder.resolve(site).toString())
                    .path("sets")
                    .path(0);
            ok &= journal.path("ok").asBoolean();
            epsilon.put(site, set.path("epsilon").asDouble());
            say(
                    "demo.spent",
                    site,
                    journal.path("entries").asText(),
                    journal.path("ok").asBoolean() ? "✓" : "✗",
                    three(set.path("epsilon")),
                    set.path("delta").asText(),
                    three(set.path("remaining")));
        }
        result.put("epsilon", epsilon);
        result.put("consoles", stays ? consoles() : List.of());
        step("demo.where");
        List<List<String>> rows = new ArrayList<>();
        for (String[] row : new String[][] {
            {"demo.where.model", "model.safetensors"},
            {"demo.where.report", "report"},
            {"demo.where.bundle", "evidence.zip"},
            {"demo.where.trust", "trust.json"},
            {"demo.where.parquet", "snapshots/hospital-a/tables"},
            {"demo.where.journal", "hospital-a/site.db"},
            {"demo.where.log", "hub/log"},
            {"demo.where.logs", "logs"}
        }) {
            rows.add(List.of(
                    output().messages().say(row[0]), folder.resolve(row[1]).toString()));
        }
        table(rows);
        return ok;
    }

    /** Where people look at it all, with a link for each of them while the daemons stay up. */
    private List<Map<String, String>> consoles() {
        List<Map<String, String>> consoles = new ArrayList<>();
        step("demo.consoles");
        List<List<String>> rows = new ArrayList<>();
        for (String[] person : new String[][] {
            {"coordinator", "hub", "Wu Min", "ml-engineer"},
            {"coordinator", "hub", "Shen Rui", "regulator"},
            {"coordinator", "hub", "Gao Fan", "operator"},
            {"site", "hospital-a", "Lin Bo", "data-officer"},
            {"site", "hospital-b", "He Qing", "data-officer"},
            {"site", "hospital-c", "Tang Yu", "data-officer"}
        }) {
            String link = verbs.done(
                            person[0],
                            "link",
                            folder.resolve(person[1]).toString(),
                            "--person",
                            person[2],
                            "--role",
                            person[3])
                    .path("link")
                    .asText();
            consoles.add(Map.of("place", person[1], "person", person[2], "role", person[3], "link", link));
            rows.add(List.of(person[1], person[2], output().messages().word(person[3]), link));
        }
        table(rows);
        return consoles;
    }
}
