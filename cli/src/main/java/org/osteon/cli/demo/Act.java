package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osteon.cli.output.Output;

/** One part of the demo: people and daemons do something, and it is told. */
abstract class Act {
    final Stage stage;
    final Verbs verbs = new Verbs();
    final Path home;
    final Path folder;
    final String hub;
    final Path passphrase;
    final Walls walls;
    final Daemons daemons;
    final Map<String, Object> result;

    Act(Stage stage) {
        this.stage = stage;
        this.home = stage.home();
        this.folder = stage.folder();
        this.hub = stage.hub();
        this.passphrase = stage.passphrase();
        this.walls = stage.walls();
        this.daemons = stage.daemons();
        this.result = stage.result();
    }

    final Output output() {
        return stage.teller().output();
    }

    final void say(String key, Object... values) {
        stage.teller().say(key, values);
    }

    final void step(String key, Object... values) {
        stage.teller().step(key, values);
    }

    final void table(List<List<String>> rows) {
        stage.teller().table(rows);
    }

    final List<String> headings(String... fields) {
        return stage.teller().headings(fields);
    }

    static String three(JsonNode number) {
        return String.format(Locale.ROOT, "%.3f", number.asDouble());
    }

    static String interval(JsonNode low, JsonNode high) {
        return three(low) + " – " + three(high);
    }

    static <T> T of(Map<String, T> map, String key) {
        return java.util.Objects.requireNonNull(map.get(key), key);
    }
}
