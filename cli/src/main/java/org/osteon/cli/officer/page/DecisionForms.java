package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Frame.hidden;
import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/** What an officer can do about a study; each form leads to a page that shows exactly what would be signed. */
final class DecisionForms {
    private static final int MOST_REASON = 2000;
    private static final int DAYS = 90;
    private static final String SMALL_CELL = "SMALL_CELL";

    private final Visit visit;
    private final StudyReview review;
    private final Optional<SignedDocument<Capsule>> waiting;
    private final LocalDate today;

    DecisionForms(Visit visit, StudyReview review, Optional<SignedDocument<Capsule>> waiting, LocalDate today) {
        this.visit = visit;
        this.review = review;
        this.waiting = waiting;
        this.today = today;
    }

    List<Html> content() {
        boolean inForce = !review.facts().path("capsule").asText().isEmpty();
        List<Object> content = new ArrayList<>();
        content.add(at("aria-labelledby", "decide"));
        content.add(cls("decide"));
        content.add(el("h2", at("id", "decide"), visit.say("page.decide")));
        content.add(el("p", cls("quiet"), visit.say("page.decide.next")));
        waiting.ifPresent(capsule -> content.add(cosign(capsule)));
        if (inForce) {
            content.add(reasoned("revoke", visit.say("page.revoke"), visit.say("page.revoke.after", review.site())));
        }
        content.add(approve());
        content.add(reasoned("refuse", visit.say("page.refuse"), visit.say("page.refuse.after", review.site())));
        return List.of(el("section", content.toArray()));
    }

    private Html cosign(SignedDocument<Capsule> capsule) {
        return Frame.form(
                visit,
                "/prepare",
                cls("card"),
                hidden("s", review.digest().hex()),
                hidden("kind", "cosign"),
                hidden("capsule", capsule.digest().hex()),
                el("h3", visit.say("page.cosign")),
                el(
                        "p",
                        visit.say(
                                "page.cosign.has",
                                capsule.signatures().size(),
                                review.officersNeeded(),
                                Words.measure(capsule.document().epsilon()),
                                capsule.document().rounds(),
                                Words.local(capsule.document().notAfter(), visit.locale()))),
                el("button", at("type", "submit"), visit.say("page.cosign.read")));
    }

    private Html approve() {
        Study study = review.study().document();
        boolean dp = study.plan().differentiallyPrivate();
        List<Object> fields = new ArrayList<>();
        fields.add(cls("card"));
        fields.add(hidden("s", review.digest().hex()));
        fields.add(hidden("kind", "approve"));
        fields.add(el("h3", visit.say("page.approve")));
        if (dp) {
            fields.add(el("label", at("for", "epsilon"), visit.say("page.limit.epsilon")));
            fields.add(el(
                    "input",
                    at("id", "epsilon"),
                    at("name", "epsilon"),
                    at("type", "number"),
                    at("step", "any"),
                    at("min", "0"),
                    at("max", Double.toString(study.privacy().epsilon())),
                    at("value", Double.toString(study.privacy().epsilon())),
                    at("required", "")));
        } else {
            fields.add(hidden("epsilon", "0"));
        }
        fields.add(el("label", at("for", "rounds"), visit.say("page.limit.rounds")));
        fields.add(el(
                "input",
                at("id", "rounds"),
                at("name", "rounds"),
                at("type", "number"),
                at("min", "1"),
                at("max", Integer.toString(study.plan().rounds())),
                at("value", Integer.toString(study.plan().rounds())),
                at("required", "")));
        fields.add(el(
                "label",
                at("for", "until"),
                visit.say("page.limit.until", Words.zone().getId())));
        fields.add(el(
                "input",
                at("id", "until"),
                at("name", "until"),
                at("type", "date"),
                at("min", today.toString()),
                at("value", today.plusDays(DAYS).toString()),
                at("required", "")));
        review.facts().path("objections").forEach(reason -> {
            if (reason.path("code").asText().equals(SMALL_CELL)) {
                fields.add(el(
                        "label",
                        cls("check"),
                        el("input", at("type", "checkbox"), at("name", "waive"), at("value", SMALL_CELL)),
                        " ",
                        visit.say("page.waive", visit.messages().code(SMALL_CELL))));
            }
        });
        fields.add(el(
                "p",
                cls("after"),
                dp
                        ? visit.say(
                                "page.approve.after",
                                Words.measure(BudgetBar.after(
                                        review.facts().path("remaining").asDouble(),
                                        study.privacy().epsilon())),
                                ReviewPage.patients(visit, review.facts()))
                        : visit.say("page.approve.exact", ReviewPage.patients(visit, review.facts()))));
        fields.add(el("button", at("type", "submit"), visit.say("page.approve.read")));
        return Frame.form(visit, "/prepare", fields.toArray());
    }

    private Html reasoned(String kind, String title, String after) {
        String id = "reason-" + kind;
        return Frame.form(
                visit,
                "/prepare",
                cls("card"),
                hidden("s", review.digest().hex()),
                hidden("kind", kind),
                el("h3", title),
                el("label", at("for", id), visit.say("page.reason")),
                el(
                        "textarea",
                        at("id", id),
                        at("name", "reason"),
                        at("rows", "3"),
                        at("maxlength", Integer.toString(MOST_REASON)),
                        at("required", "")),
                el("p", cls("after"), after),
                el("button", at("type", "submit"), visit.say("page.read", title)));
    }
}
