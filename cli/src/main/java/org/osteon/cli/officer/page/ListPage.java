package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.util.ArrayList;
import java.util.List;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/** The officer's inbox: what waits, then what was decided. */
final class ListPage {
    private final Visit visit;

    ListPage(Visit visit) {
        this.visit = visit;
    }

    /**
     * One row.
     *
     * @param study the study with the hub's signature
     * @param decision what the agent says was decided
     */
    record Row(SignedDocument<Study> study, String decision) {}

    /**
     * A foreign run.
     *
     * @param run what it asks, as the agent derived it
     * @param decision what the agent says was decided
     */
    record Run(SignedDocument<HostedRun> run, String decision) {}

    /**
     * The content.
     *
     * @param rows studies whose bytes were fetched and hold
     * @param runs foreign runs whose bytes are those of their digests
     * @param broken sentences about those that do not
     * @param cosign approvals that wait for another officer
     */
    List<Html> content(List<Row> rows, List<Run> runs, List<String> broken, List<SignedDocument<Capsule>> cosign) {
        List<Row> open =
                rows.stream().filter(row -> row.decision().equals("open")).toList();
        List<Row> decided =
                rows.stream().filter(row -> !row.decision().equals("open")).toList();
        List<Html> content = new ArrayList<>();
        content.add(el(
                "p",
                cls("lead"),
                open.isEmpty()
                        ? visit.say("page.list.none")
                        : visit.say("page.list.some", Words.count(open.size(), visit.locale()))));
        broken.forEach(sentence -> content.add(el("p", cls("notice bad"), at("role", "alert"), sentence)));
        for (SignedDocument<Capsule> capsule : cosign) {
            content.add(el(
                    "p",
                    cls("notice"),
                    visit.say(
                            "page.cosign.waits",
                            capsule.document().study().brief(),
                            capsule.signatures().size()),
                    " ",
                    el(
                            "a",
                            at("href", "/study?s=" + capsule.document().study().hex() + "#decide"),
                            visit.say("page.cosign.read"))));
        }
        if (!open.isEmpty()) {
            content.add(el("ul", cls("inbox"), open.stream().map(this::item).toList()));
        }
        if (!decided.isEmpty()) {
            content.add(el("h2", visit.say("page.list.decided")));
            content.add(el("ul", cls("inbox"), decided.stream().map(this::item).toList()));
        }
        if (!runs.isEmpty()) {
            content.add(el("h2", visit.say("page.runs")));
            content.add(el("p", visit.say("page.runs.lead")));
            content.add(el("ul", cls("inbox"), runs.stream().map(this::item).toList()));
        }
        content.add(Frame.form(visit, "/end", el("button", at("type", "submit"), visit.say("page.end.button"))));
        return content;
    }

    private Html item(Run row) {
        HostedRun run = row.run().document();
        return el(
                "li",
                el(
                        "a",
                        at("href", "/run?s=" + row.run().digest().hex()),
                        visit.say("page.study", run.app(), run.version())),
                " ",
                Frame.badge(visit, row.decision()),
                el("p", visit.say("page.run.asks", run.server(), Words.count(run.rounds(), visit.locale()))));
    }

    private Html item(Row row) {
        Study study = row.study().document();
        String asks = study.plan().differentiallyPrivate()
                ? visit.say(
                        "page.list.asks",
                        Words.measure(study.privacy().epsilon()),
                        Words.measure(study.privacy().delta()),
                        Words.count(study.plan().rounds(), visit.locale()))
                : visit.say("page.list.exact", Words.count(study.plan().rounds(), visit.locale()));
        return el(
                "li",
                el(
                        "a",
                        at("href", "/study?s=" + row.study().digest().hex()),
                        visit.say("page.study", study.name(), study.version())),
                " ",
                Frame.badge(visit, row.decision()),
                el("p", asks),
                el("p", cls("quiet"), Frame.theirs(study.purpose())));
    }
}
