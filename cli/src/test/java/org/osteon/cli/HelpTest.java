package org.osteon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
    /**
     * The verbs of the command's reference, apart from {@code init} and {@code start}, which are in
     * {@link LauncherTest}.
     */
    private static final List<String> VERBS = List.of(
            "demo",
            "coordinator init",
            "coordinator start",
            "coordinator status",
            "coordinator enrol",
            "coordinator confirm",
            "coordinator revoke",
            "site init",
            "site start",
            "site status",
            "site stop-all",
            "site resume",
            "site journal",
            "site data add",
            "site policy",
            "data map",
            "data inspect",
            "data verify",
            "data budget",
            "study validate",
            "study publish",
            "study list",
            "study show",
            "study dry-run",
            "study amend",
            "study answer",
            "officer key new",
            "officer review",
            "officer approve",
            "officer refuse",
            "officer revoke",
            "officer sign",
            "officer passkey new",
            "officer prepare",
            "officer sign-file",
            "officer send",
            "officer ask",
            "officer patient",
            "officer withdraw",
            "run start",
            "run list",
            "run show",
            "run pause",
            "run stop",
            "run resume",
            "round replay",
            "model list",
            "model show",
            "model export",
            "model release",
            "conformance run",
            "conformance report",
            "audit log",
            "audit prove",
            "audit bundle",
            "audit verify",
            "trust export",
            "login",
            "doctor");

    static List<String> every() {
        List<String> all = new ArrayList<>();
        collect(Osteon.commandLine(), "", all);
        return all;
    }

    private static void collect(CommandLine command, String path, List<String> into) {
        command.getSubcommands().forEach((name, sub) -> {
            if (!"generate-completion".equals(name) && !notBuilt(path + " " + name)) {
                into.add((path + " " + name).strip());
                collect(sub, path + " " + name, into);
            }
        });
    }

    @Test
    void hasEveryVerbOfItsReference() {
        assertThat(every()).containsAll(VERBS);
    }

    @ParameterizedTest
    @MethodSource("every")
    void showsHelpWithAnExample(String verb) {
        // When
        Command help = Command.run((verb + " --help").split(" "));

        // Then
        assertThat(help.exit()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("Usage: osteon " + verb).contains("Example:  osteon " + verb.split(" ")[0]);
    }

    @ParameterizedTest
    @MethodSource("every")
    void refusesAnUnknownOptionAsAWrongCall(String verb) {
        // When
        Command wrong = Command.run((verb + " --no-such-option").split(" "));

        // Then
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err())
                .containsAnyOf("--no-such-option", "Missing required")
                .contains("Usage: osteon " + verb);
    }

    /** A planned verb, or a group that has none but such. */
    private static boolean notBuilt(String verb) {
        return Osteon.NOT_BUILT.stream().anyMatch(planned -> (planned + " ").startsWith(verb.strip() + " "))
                && VERBS.stream().noneMatch(built -> (built + " ").startsWith(verb.strip() + " "));
    }

    static List<String> planned() {
        return Osteon.NOT_BUILT;
    }

    @ParameterizedTest
    @MethodSource("planned")
    void saysOfAPlannedVerbThatItIsNotBuilt(String verb) {
        // When
        Command planned = Command.run((verb + " DIR --out x --json --lang en").split(" "));
        Command group = Command.run((verb.split(" ")[0] + " --help").split(" "));

        // Then
        assertThat(planned.exit()).isEqualTo(2);
        assertThat(planned.err())
                .isEqualTo("osteon: `osteon " + verb + "` is planned and not built yet; nothing was done\n");
        assertThat(planned.json().path("code").asText()).isEqualTo("NOT_BUILT");
        assertThat(planned.json().path("exit").asInt()).isEqualTo(2);
        assertThat(group.out()).doesNotContain("  " + verb.split(" ")[verb.split(" ").length - 1] + "  ");
    }

    @Test
    void showsTheExitCodes() {
        assertThat(Command.run("--help").out()).contains("0 done", "3 refused").contains("Example:");
    }

    @Test
    void showsUsageWhenNoVerbIsGiven() {
        // When
        Command nothing = Command.run();

        // Then
        assertThat(nothing.exit()).isEqualTo(2);
        assertThat(nothing.err()).contains("Usage: osteon");
    }
}
