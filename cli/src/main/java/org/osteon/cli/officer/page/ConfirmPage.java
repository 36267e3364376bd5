package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.fact;
import static org.osteon.cli.officer.page.Frame.hidden;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.Study;

/** The last page before a signature: the consequence in one sentence, the exact bytes, and the officer's gesture. */
final class ConfirmPage {
    private final Visit visit;
    private final Draft draft;
    private final Gesture gesture;

    ConfirmPage(Visit visit, Draft draft, Gesture gesture) {
        this.visit = visit;
        this.draft = draft;
        this.gesture = gesture;
    }

    String heading() {
        Study study = draft.seen().study().document();
        String name = visit.say("page.study", study.name(), study.version());
        Decision decision = draft.decision();
        return decision instanceof Capsule
                ? visit.say("page.confirm.approve", name)
                : decision instanceof Refusal
                        ? visit.say("page.confirm.refuse", name)
                        : visit.say("page.confirm.revoke", name);
    }

    List<Html> content(Optional<CliException> failure) {
        byte[] bytes = draft.decision().canonical();
        List<Html> content = new ArrayList<>();
        failure.ifPresent(ending -> content.add(Frame.refused(visit, ending)));
        content.add(el("p", cls("lead consequence"), consequence()));
        if (draft.decision() instanceof Capsule capsule) {
            content.add(limits(capsule));
        } else {
            content.add(el("h2", visit.say("page.words")));
            content.add(el("blockquote", reason()));
        }
        List<Object> fold = new ArrayList<>();
        if (!(draft.decision() instanceof Capsule)) {
            // Free text leaves only after the exact bytes were shown.
            fold.add(at("open", ""));
        }
        fold.add(el("summary", visit.say("page.bytes", Words.count(bytes.length, visit.locale()))));
        fold.add(el("pre", at("id", "bytes"), at("tabindex", "0"), new String(bytes, StandardCharsets.UTF_8)));
        content.add(el("details", fold.toArray()));
        List<Html> facts = new ArrayList<>();
        facts.addAll(fact(
                visit.say("page.digest"), Words.whole(draft.decision().digest().hex())));
        facts.addAll(fact(visit.say("page.key"), Words.whole(gesture.key().fingerprint())));
        content.add(el("dl", facts));
        content.add(Frame.form(
                visit,
                "/sign",
                cls("card sign"),
                hidden("d", draft.id()),
                hidden("digest", draft.decision().digest().hex()),
                gesture.fields(visit, bytes),
                el("a", at("href", "/study?s=" + draft.seen().digest().hex()), visit.say("page.sign.not"))));
        return content;
    }

    private String consequence() {
        JsonNode facts = draft.seen().facts();
        String site = draft.seen().site();
        if (draft.decision() instanceof Refusal) {
            return visit.say("page.refuse.after", site);
        }
        if (draft.decision() instanceof Revocation) {
            return visit.say("page.revoke.after", site);
        }
        Capsule capsule = (Capsule) draft.decision();
        Study study = draft.seen().study().document();
        String patients = ReviewPage.patients(visit, facts);
        String rounds = Words.count(capsule.rounds(), visit.locale());
        String until = Words.local(capsule.notAfter(), visit.locale());
        return study.plan().differentiallyPrivate()
                ? visit.say(
                        "page.consequence.dp",
                        site,
                        rounds,
                        until,
                        Words.measure(capsule.epsilon()),
                        Words.measure(BudgetBar.after(facts.path("remaining").asDouble(), capsule.epsilon())),
                        patients)
                : visit.say("page.consequence.exact", site, rounds, until, patients);
    }

    private Html limits(Capsule capsule) {
        List<Html> facts = new ArrayList<>();
        facts.addAll(fact(field("purpose"), Frame.theirs(capsule.purpose())));
        facts.addAll(fact(
                field("epsilon"),
                visit.say("page.epsilon", Words.measure(capsule.epsilon()), Words.measure(capsule.delta()))));
        facts.addAll(fact(field("rounds"), Words.count(capsule.rounds(), visit.locale())));
        facts.addAll(fact(field("releases"), String.join(", ", capsule.releases())));
        facts.addAll(fact(field("notAfter"), Words.time(capsule.notAfter(), visit.locale())));
        if (!capsule.waivers().isEmpty()) {
            facts.addAll(fact(
                    field("waivers"),
                    capsule.waivers().stream().map(visit.messages()::code).toList()));
        }
        facts.addAll(fact(field("snapshot"), Words.digest(capsule.snapshot())));
        if (!draft.before().isEmpty()) {
            facts.addAll(fact(
                    visit.say("page.cosign.before"),
                    draft.before().stream()
                            .map(signature -> el("code", signature.keyId().substring(0, 8) + "… "))
                            .toList()));
        }
        return el("dl", facts);
    }

    private String reason() {
        return draft.decision() instanceof Refusal refusal
                ? refusal.reason()
                : draft.decision() instanceof Revocation revocation ? revocation.reason() : "";
    }

    private String field(String name) {
        return visit.messages().field(name);
    }
}
