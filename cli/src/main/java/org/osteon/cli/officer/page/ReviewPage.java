package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.fact;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Study;

/** Everything an officer needs to answer whether this may be signed: what the hub signed, and what the agent says. */
final class ReviewPage {
    private final Visit visit;
    private final StudyReview review;
    private final boolean hubFirstSeen;

    ReviewPage(Visit visit, StudyReview review, boolean hubFirstSeen) {
        this.visit = visit;
        this.review = review;
        this.hubFirstSeen = hubFirstSeen;
    }

    List<Html> content(DecisionForms forms) {
        List<Html> content = new ArrayList<>();
        content.add(el("p", Frame.badge(visit, review.facts().path("decision").asText())));
        content.add(el("p", cls("lead"), lead()));
        if (hubFirstSeen) {
            content.add(el(
                    "p",
                    cls("notice"),
                    visit.say("page.hub.first"),
                    " ",
                    Words.whole(review.root().hub().fingerprint())));
        }
        content.add(signed());
        content.add(said());
        content.addAll(forms.content());
        return content;
    }

    /** How many patients, or that they are fewer than the hospital's least group. */
    static String patients(Visit visit, JsonNode facts) {
        long patients = facts.path("patients").asLong();
        long k = facts.path("policy").path("k").asLong(1);
        return patients < k
                ? visit.say("page.patients.few", Words.count(k, visit.locale()))
                : Words.count(patients, visit.locale());
    }

    private String lead() {
        Study study = review.study().document();
        String patients = patients(visit, review.facts());
        String rounds = Words.count(study.plan().rounds(), visit.locale());
        return study.plan().differentiallyPrivate()
                ? visit.say(
                        "page.lead.dp",
                        patients,
                        Words.measure(study.privacy().epsilon()),
                        Words.measure(review.facts().path("remaining").asDouble()),
                        rounds)
                : visit.say("page.lead.exact", patients, rounds);
    }

    private Html signed() {
        Study study = review.study().document();
        List<Object> parties = new ArrayList<>();
        study.parties().forEach(party -> {
            parties.add((parties.isEmpty() ? "" : "; ") + visit.messages().word(party.role()) + ": ");
            parties.add(Frame.theirs(party.name()));
        });
        List<Html> facts = new ArrayList<>();
        facts.addAll(fact(field("purpose"), Frame.theirs(study.purpose())));
        facts.addAll(fact(field("parties"), parties));
        facts.addAll(fact(field("ethics"), Frame.theirs(study.ethics())));
        facts.addAll(fact(field("guarantee"), guarantee(study)));
        facts.addAll(fact(field("rounds"), Words.count(study.plan().rounds(), visit.locale())));
        facts.addAll(fact(field("label"), el("code", study.cohort().label())));
        facts.addAll(fact(
                visit.say("page.inputs"),
                el(
                        "code",
                        study.cohort().features().stream()
                                .map(Study.Feature::column)
                                .collect(Collectors.joining(", ")))));
        facts.addAll(fact(field("retention"), visit.messages().word(study.retention())));
        facts.addAll(
                fact(visit.say("page.identity"), Words.whole(review.digest().hex())));
        facts.addAll(
                fact(visit.say("page.hub.key"), Words.whole(review.root().hub().fingerprint())));
        return el(
                "section",
                at("aria-labelledby", "signed"),
                el("h2", at("id", "signed"), visit.say("page.signed")),
                el("p", cls("verdict"), el("span", at("aria-hidden", "true"), "✓ "), visit.say("page.signed.holds")),
                el("dl", facts),
                el("h3", visit.say("page.leaves")),
                releases(study),
                fold(
                        visit.say("page.cohort.sql"),
                        el("pre", at("tabindex", "0"), study.cohort().sql())),
                fold(
                        visit.say("page.study.bytes"),
                        el("pre", at("tabindex", "0"), new String(study.canonical(), StandardCharsets.UTF_8))));
    }

    private String guarantee(Study study) {
        Study.PrivacyPlan privacy = study.privacy();
        return study.plan().differentiallyPrivate()
                ? visit.say(
                        "page.guarantee.dp",
                        Words.measure(privacy.epsilon()),
                        Words.measure(privacy.delta()),
                        visit.messages().word(privacy.unit()),
                        visit.messages().word(privacy.neighbours()),
                        privacy.accountant().toUpperCase(java.util.Locale.ROOT),
                        visit.messages().word(privacy.sampling()))
                : visit.say("page.guarantee.exact");
    }

    private Html releases(Study study) {
        return table(
                List.of(field("name"), field("kind"), field("when"), field("meaning")),
                study.releases().stream()
                        .map(item -> List.<Object>of(
                                el("code", item.name()),
                                visit.messages().word(item.kind()),
                                visit.messages().word(item.when()),
                                Frame.theirs(item.meaning())))
                        .toList());
    }

    private Html said() {
        JsonNode facts = review.facts();
        Study study = review.study().document();
        JsonNode rules = facts.path("policy");
        List<Object> content = new ArrayList<>();
        content.add(at("aria-labelledby", "said"));
        content.add(el("h2", at("id", "said"), visit.say("page.said")));
        content.add(el("p", cls("quiet"), visit.say("page.said.unsigned")));
        if (facts.has("unavailable")) {
            content.add(el(
                    "p",
                    cls("notice bad"),
                    visit.messages().code(facts.path("unavailable").asText())));
        }
        facts.path("objections")
                .forEach(reason -> content.add(el(
                        "p",
                        cls("notice bad"),
                        el("span", at("aria-hidden", "true"), "✕ "),
                        visit.say(
                                "page.objection",
                                visit.messages().code(reason.path("code").asText(), reason.path("values"))))));
        if (study.plan().differentiallyPrivate()) {
            double left = facts.path("remaining").asDouble();
            content.add(el("h3", visit.say("page.budget.title")));
            content.addAll(new BudgetBar(
                            rules.path("epsilonTotal").asDouble(),
                            left,
                            study.privacy().epsilon())
                    .content(visit));
        }
        List<Html> list = new ArrayList<>();
        list.addAll(fact(field("patients"), patients(visit, facts)));
        if (facts.has("smallestCell")) {
            list.addAll(fact(
                    field("smallestCell"),
                    Words.count(facts.path("smallestCell").asLong(), visit.locale())));
        }
        list.addAll(fact(
                field("policy"),
                visit.say(
                        "page.rules",
                        Words.measure(rules.path("epsilonCeiling").asDouble()),
                        Words.measure(rules.path("epsilonTotal").asDouble()),
                        Words.measure(rules.path("deltaCeiling").asDouble()),
                        Words.count(rules.path("k").asLong(), visit.locale()),
                        Words.count(review.officersNeeded(), visit.locale()))));
        String snapshot = facts.path("snapshot").asText();
        if (!snapshot.isEmpty()) {
            list.addAll(fact(field("snapshot"), Words.digest(new Digest(snapshot))));
        }
        list.addAll(fact(
                field("agentRelease"), el("code", facts.path("agentRelease").asText())));
        content.add(el("dl", list));
        if (!facts.path("columns").isEmpty()) {
            content.add(fold(visit.say("page.columns", facts.path("columns").size()), columns(facts.path("columns"))));
        }
        return el("section", content.toArray());
    }

    private Html columns(JsonNode columns) {
        List<List<Object>> rows = new ArrayList<>();
        columns.forEach(column -> rows.add(List.of(
                el("code", column.path("name").asText()),
                visit.messages().word(column.path("type").asText()),
                visit.messages().word(column.path("action").asText()))));
        return table(List.of(field("column"), field("type"), field("action")), rows);
    }

    /** A table that scrolls by itself where the page is narrow. */
    static Html table(List<String> heads, List<List<Object>> rows) {
        return el(
                "div",
                cls("scroll"),
                at("tabindex", "0"),
                at("role", "group"),
                at("aria-label", String.join(", ", heads)),
                el(
                        "table",
                        el(
                                "thead",
                                el(
                                        "tr",
                                        heads.stream()
                                                .map(head -> el("th", at("scope", "col"), head))
                                                .toList())),
                        el("tbody", rows.stream().map(row -> row(heads, row)).toList())));
    }

    /** Each cell names its column, for screens on which a row is a list. */
    private static Html row(List<String> heads, List<Object> cells) {
        List<Html> row = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            row.add(el("td", at("data-label", heads.get(i)), cells.get(i)));
        }
        return el("tr", row);
    }

    static Html fold(String title, Object... content) {
        return el("details", el("summary", title), List.of(content));
    }

    private String field(String name) {
        return visit.messages().field(name);
    }
}
