package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.fact;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.osteon.cli.officer.decision.RunReview;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;

/**
 * What a foreign run asks of the site, and the verbs that decide about it. An approval names the rows that its app may
 * read, in a file, so that it is given by the verb and not here.
 */
final class RunPage {
    private final Visit visit;
    private final RunReview review;
    private final Path folder;

    RunPage(Visit visit, RunReview review, Path folder) {
        this.visit = visit;
        this.review = review;
        this.folder = folder;
    }

    List<Html> content() {
        HostedRun run = review.run().document();
        List<Html> content = new ArrayList<>();
        content.add(el("p", Frame.badge(visit, review.facts().path("decision").asText())));
        content.add(el(
                "p", cls("lead"), visit.say("page.run.asks", run.server(), Words.count(run.rounds(), visit.locale()))));
        content.add(el("p", cls("notice bad"), visit.say("page.run.exact")));
        if (!review.facts().path("policy").path("allowExact").asBoolean()) {
            content.add(el("p", cls("notice bad"), visit.say("page.run.notAllowed")));
        }
        content.add(asked(run));
        content.add(said(run));
        content.add(decide(run));
        return content;
    }

    private Html asked(HostedRun run) {
        List<Html> facts = new ArrayList<>();
        facts.addAll(fact(field("server"), el("code", run.server())));
        facts.addAll(fact(field("app"), Frame.theirs(run.app() + " " + run.version())));
        facts.addAll(fact(visit.say("page.run.fab"), Words.whole(run.fab().hex())));
        facts.addAll(fact(visit.say("page.run.types"), el("code", String.join(", ", run.messageTypes()))));
        facts.addAll(fact(field("rounds"), Words.count(run.rounds(), visit.locale())));
        facts.addAll(fact(field("roundsCounted"), visit.messages().word("per-document")));
        facts.addAll(fact(
                visit.say("page.run.identity"),
                Words.whole(review.run().digest().hex())));
        return el(
                "section",
                at("aria-labelledby", "asked"),
                el("h2", at("id", "asked"), visit.say("page.run.derived")),
                el("p", cls("quiet"), visit.say("page.run.word")),
                el("dl", facts),
                el("h3", visit.say("page.run.config")),
                run.config().isEmpty() ? el("p", visit.say("page.run.noConfig")) : config(run),
                el("h3", visit.say("page.leaves")),
                leaves(run),
                ReviewPage.fold(
                        visit.say("page.run.bytes"),
                        el("pre", at("tabindex", "0"), new String(run.canonical(), StandardCharsets.UTF_8))));
    }

    private Html config(HostedRun run) {
        return ReviewPage.table(
                List.of(field("name"), visit.say("page.run.value")),
                run.config().stream()
                        .map(one -> List.<Object>of(el("code", one.key()), Frame.theirs(one.value())))
                        .toList());
    }

    private Html leaves(HostedRun run) {
        Stream<List<Object>> arrays = run.arrays().stream()
                .map(array ->
                        List.of(el("code", "arrays/" + array.name()), el("code", array.dtype() + " " + array.shape())));
        Stream<List<Object>> numbers = run.metrics().stream()
                .filter(name -> !run.arrays().isEmpty())
                .map(name -> List.of(el("code", "metrics/" + name), visit.say("page.run.number")));
        Stream<List<Object>> evaluated = run.numbersType().stream()
                .map(type -> List.of(el("code", type + "/…"), visit.say("page.run.evaluated", HostedRun.MOST_NUMBERS)));
        return ReviewPage.table(
                List.of(field("name"), field("meaning")),
                Stream.concat(Stream.concat(arrays, numbers), evaluated).toList());
    }

    private Html said(HostedRun run) {
        JsonNode facts = review.facts();
        List<Html> list = new ArrayList<>();
        list.addAll(fact(
                field("hosting"),
                visit.say(facts.path("hosting").asBoolean() ? "page.run.hosts" : "page.run.hosts.not")));
        String snapshot = facts.path("snapshot").asText();
        if (!snapshot.isEmpty()) {
            list.addAll(fact(field("snapshot"), Words.digest(new Digest(snapshot))));
        }
        list.addAll(fact(
                field("agentRelease"), el("code", facts.path("agentRelease").asText())));
        run.messageTypes()
                .forEach(type -> list.addAll(option(
                        type,
                        visit.say(
                                "page.run.used",
                                Words.count(facts.path("answered").path(type).asLong(), visit.locale()),
                                Words.count(approved(facts, type), visit.locale())))));
        return el(
                "section",
                at("aria-labelledby", "said"),
                el("h2", at("id", "said"), visit.say("page.said")),
                el("p", cls("quiet"), visit.say("page.said.unsigned")),
                el("dl", list));
    }

    private static long approved(JsonNode facts, String type) {
        for (JsonNode one : facts.path("approvedTypes")) {
            if (one.asText().equals(type)) {
                return facts.path("approvedRounds").asLong();
            }
        }
        return 0;
    }

    private Html decide(HostedRun run) {
        String about =
                " " + quoted(folder.toString()) + " " + review.run().digest().hex() + " --key KEY";
        List<Object> content = new ArrayList<>();
        content.add(at("aria-labelledby", "decide"));
        content.add(cls("decide"));
        content.add(el("h2", at("id", "decide"), visit.say("page.decide")));
        content.add(el("p", visit.say("page.run.verbs")));
        content.add(verb(
                visit.say("page.run.approve"),
                "osteon officer approve" + about + " --epsilon 0 --rounds " + run.rounds() + " --until DATE --types "
                        + String.join(",", run.messageTypes()) + " --number NAME --cohort FILE"));
        content.add(verb(visit.say("page.run.refuse"), "osteon officer refuse" + about + " --reason TEXT"));
        if (!review.facts().path("capsule").asText().isEmpty()) {
            content.add(verb(visit.say("page.run.revoke"), "osteon officer revoke" + about + " --reason TEXT"));
        }
        List<Html> options = new ArrayList<>();
        options.addAll(option("--types", visit.say("page.run.option.types")));
        options.addAll(option("--number NAME", visit.say("page.run.option.number")));
        options.addAll(option("--cohort FILE", visit.say("page.run.option.cohort")));
        content.add(el("dl", options));
        return el("section", content.toArray());
    }

    private static List<Html> option(String name, String meaning) {
        return List.of(el("dt", el("code", name)), el("dd", meaning));
    }

    private static Html verb(String what, String line) {
        return el("div", cls("card"), el("h3", what), el("pre", at("tabindex", "0"), line));
    }

    /** A path as a shell reads it. */
    private static String quoted(String path) {
        return path.matches("[A-Za-z0-9/._~-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    private String field(String name) {
        return visit.messages().field(name);
    }
}
