package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.util.ArrayList;
import java.util.List;
import org.osteon.protocol.document.Digest;

/**
 * What became of a signature.
 *
 * @param decision identity of the decision
 * @param hub what the hub made of it, a code; empty where it was not handed in yet
 * @param file where it waits for another officer; empty where it was handed in
 * @param signers officers who signed
 * @param needed officers who must sign
 */
record Outcome(Digest decision, String hub, String file, int signers, int needed) {
    List<Html> content(Visit visit) {
        List<Html> facts = new ArrayList<>(Frame.fact(visit.say("page.digest"), Words.whole(decision.hex())));
        boolean handedIn = file.isEmpty();
        if (handedIn) {
            facts.addAll(Frame.fact(visit.say("page.done.hub"), visit.messages().code(hub)));
        } else {
            facts.addAll(Frame.fact(visit.say("page.done.file"), el("code", cls("whole"), file)));
        }
        String sentence = handedIn ? visit.say("page.done.handed") : visit.say("page.done.more", signers, needed);
        return List.of(
                el(
                        "p",
                        cls("lead verdict"),
                        at("role", "status"),
                        el("span", at("aria-hidden", "true"), "✓ "),
                        sentence),
                el("dl", facts),
                el("p", el("a", at("href", "/"), visit.say("page.back"))));
    }
}
