package org.osteon.cli.officer.page;

import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.cli.officer.decision.Desk;
import org.osteon.cli.officer.decision.KnownHub;
import org.osteon.cli.officer.decision.RunReview;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.cli.officer.decision.WaitingApprovals;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Failures;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.SignatureException;

/**
 * The officer's signing pages. A decision is signed only from the page that showed its bytes, by a form that names
 * their digest, with the officer's gesture in that call, and only while the agent still shows what it showed before.
 */
final class SigningPages implements Pages {
    private static final int MOST_SHOWN = 1000;

    private final Desk desk;
    private final KnownHub hub;
    private final Path folder;
    private final String site;
    private final Gesture gesture;
    private final WaitingApprovals waiting;
    private final Clock clock;
    private boolean ended;
    private final Frame frame;
    private final Drafts drafts;
    private final Map<String, SignedDocument<Study>> read = new LinkedHashMap<>();
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    SigningPages(
            Desk desk, KnownHub hub, Path folder, String site, Gesture gesture, WaitingApprovals waiting, Clock clock) {
        this.folder = folder;
        this.desk = desk;
        this.hub = hub;
        this.site = site;
        this.gesture = gesture;
        this.waiting = waiting;
        this.clock = clock;
        this.frame = new Frame("page.title", site);
        this.drafts = new Drafts(clock);
    }

    /** The decisions signed so far. */
    List<Outcome> outcomes() {
        return List.copyOf(outcomes.values());
    }

    @Override
    public Page show(Visit visit) {
        try {
            return switch (visit.path()) {
                case "/" -> list(visit);
                case "/study" -> study(visit);
                case "/run" -> run(visit);
                case "/confirm" -> confirm(visit, draft(visit), Optional.empty());
                case "/done" -> done(visit);
                default -> failed(404, visit, "page.failed.nowhere");
            };
        } catch (RuntimeException e) {
            return failed(visit, e);
        }
    }

    @Override
    public Page act(Visit visit) {
        try {
            return switch (visit.path()) {
                case "/prepare" -> Page.to("/confirm?d=" + prepare(visit).id());
                case "/sign" -> sign(visit);
                case "/end" -> close(visit);
                default -> failed(404, visit, "page.failed.nowhere");
            };
        } catch (RuntimeException e) {
            return failed(visit, e);
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public Page failed(int status, Visit visit, String reason) {
        return frame.failure(status, visit, visit.say(reason));
    }

    private Page failed(Visit visit, RuntimeException e) {
        CliException ending = Failures.ending(e);
        int status = switch (ending.exitCode()) {
            case WRONG_CALL -> 400;
            case TRY_AGAIN -> 503;
            default -> 409;
        };
        return frame.failure(status, visit, ending.sentence(visit.messages()));
    }

    private Page list(Visit visit) {
        List<ListPage.Row> rows = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        List<ListPage.Run> runs = new ArrayList<>();
        for (Desk.Line line : desk.runs().stream().limit(MOST_SHOWN).toList()) {
            try {
                runs.add(new ListPage.Run(RunReview.run(desk, new Digest(line.study()).hex()), line.decision()));
            } catch (RuntimeException e) {
                broken.add(Failures.ending(e).sentence(visit.messages()));
            }
        }
        for (Desk.Line line : desk.studies().stream().limit(MOST_SHOWN).toList()) {
            try {
                String digest = new Digest(line.study()).hex();
                SignedDocument<Study> study = read.get(digest);
                if (study == null) {
                    study = StudyReview.study(desk, hub.root(), digest);
                    read.put(digest, study);
                }
                rows.add(new ListPage.Row(study, line.decision()));
            } catch (RuntimeException e) {
                broken.add(Failures.ending(e).sentence(visit.messages()));
            }
        }
        return frame.page(
                200,
                visit,
                "/",
                visit.say("page.list"),
                new ListPage(visit).content(rows, runs, broken, waiting.all()));
    }

    /**
     * What a foreign run asks, and how it is decided about: these pages have no form for the rows that its app reads.
     */
    private Page run(Visit visit) {
        RunReview review =
                RunReview.fetch(desk, hub.root(), site, new Digest(visit.form().text("s")).hex());
        return frame.page(
                200,
                visit,
                "/run?s=" + review.run().digest().hex(),
                visit.say(
                        "page.study",
                        review.run().document().app(),
                        review.run().document().version()),
                new RunPage(visit, review, folder).content());
    }

    private Page study(Visit visit) {
        StudyReview review = review(visit.form().text("s"));
        Optional<SignedDocument<Capsule>> cosign = waiting.all().stream()
                .filter(capsule -> capsule.document().study().equals(review.digest()))
                .findFirst();
        Study study = review.study().document();
        DecisionForms forms = new DecisionForms(visit, review, cosign, LocalDate.now(clock.withZone(Words.zone())));
        return frame.page(
                200,
                visit,
                "/study?s=" + review.digest().hex(),
                visit.say("page.study", study.name(), study.version()),
                new ReviewPage(visit, review, hub.firstSeen()).content(forms));
    }

    private StudyReview review(String digest) {
        return StudyReview.fetch(desk, hub.root(), site, new Digest(digest).hex());
    }

    private Draft prepare(Visit visit) {
        Form form = visit.form();
        StudyReview review = review(form.text("s"));
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return switch (form.text("kind")) {
            case "approve" -> drafts.add(approval(form, review, now), List.of(), review);
            case "refuse" -> drafts.add(review.refusal(form.text("reason").strip(), now), List.of(), review);
            case "revoke" -> drafts.add(review.revocation(form.text("reason").strip(), now), List.of(), review);
            case "cosign" -> cosign(form.text("capsule"), review, now);
            default -> throw CliException.wrongCall("page.failed.form");
        };
    }

    private static Capsule approval(Form form, StudyReview review, Instant now) {
        Study study = review.study().document();
        double epsilon;
        int rounds;
        Instant until;
        try {
            epsilon = Double.parseDouble(form.text("epsilon"));
            rounds = Integer.parseInt(form.text("rounds"));
            until = LocalDate.parse(form.text("until"))
                    .plusDays(1)
                    .atStartOfDay(Words.zone())
                    .toInstant();
        } catch (NumberFormatException | DateTimeException e) {
            throw CliException.wrongCall("page.failed.limits");
        }
        if (!(epsilon <= study.privacy().epsilon()) || rounds > study.plan().rounds() || !until.isAfter(now)) {
            throw CliException.wrongCall("page.failed.limits");
        }
        return review.capsule(epsilon, rounds, form.texts("waive"), now, until);
    }

    /** Another officer's approval, when it is one that this officer could have made for this study here and now. */
    private Draft cosign(String digest, StudyReview review, Instant now) {
        SignedDocument<Capsule> found =
                waiting.find(digest).orElseThrow(() -> CliException.wrongCall("page.failed.cosign"));
        Capsule capsule = found.document();
        Capsule own = review.capsule(
                capsule.epsilon(), capsule.rounds(), capsule.waivers(), capsule.notBefore(), capsule.notAfter());
        Study study = review.study().document();
        boolean same = capsule.equals(new Capsule(
                own.schema(),
                own.federation(),
                own.trustRoot(),
                own.study(),
                own.site(),
                own.snapshot(),
                own.agentRelease(),
                own.epsilon(),
                own.delta(),
                own.rounds(),
                own.releases(),
                own.purpose(),
                own.waivers(),
                own.notBefore(),
                own.notAfter(),
                capsule.decided()));
        boolean within = capsule.epsilon() <= study.privacy().epsilon()
                && capsule.rounds() <= study.plan().rounds()
                && capsule.notAfter().isAfter(now);
        if (!same || !within) {
            throw new CliException(ExitCode.DOES_NOT_HOLD, "page.failed.cosign");
        }
        return drafts.add(capsule, found.signatures(), review);
    }

    private Page confirm(Visit visit, Draft draft, Optional<CliException> failure) {
        ConfirmPage page = new ConfirmPage(visit, draft, gesture);
        return frame.page(
                failure.isPresent() ? 422 : 200,
                visit,
                "/confirm?d=" + draft.id(),
                page.heading(),
                page.content(failure));
    }

    private Draft draft(Visit visit) {
        return drafts.find(visit.form().text("d")).orElseThrow(() -> CliException.wrongCall("page.failed.draft"));
    }

    private Page sign(Visit visit) {
        Draft draft = draft(visit);
        byte[] bytes = draft.decision().canonical();
        if (!Digest.of(bytes).hex().equals(visit.form().text("digest"))) {
            drafts.drop(draft.id());
            throw CliException.wrongCall("page.failed.digest");
        }
        requireUnchanged(draft);
        Signature signature;
        try {
            signature = gesture.sign(visit.form(), bytes);
        } catch (SignatureException e) {
            drafts.failed(draft.id());
            CliException ending = Failures.ending(e);
            return drafts.find(draft.id()).isPresent()
                    ? confirm(visit, draft, Optional.of(ending))
                    : frame.failure(409, visit, ending.sentence(visit.messages()));
        }
        List<Signature> all = new ArrayList<>(draft.before());
        all.removeIf(before -> before.keyId().equals(signature.keyId()));
        all.add(signature);
        drafts.drop(draft.id());
        outcomes.put(draft.id(), handIn(draft, all));
        return Page.to("/done?d=" + draft.id());
    }

    /** What the agent shows now must be what was shown with the bytes; only of a refusal the study alone matters. */
    private void requireUnchanged(Draft draft) {
        StudyReview now = review(draft.seen().digest().hex());
        boolean same = now.study().equals(draft.seen().study())
                && (draft.decision() instanceof Refusal
                        || now.facts().equals(draft.seen().facts()));
        if (!same) {
            drafts.drop(draft.id());
            throw new CliException(ExitCode.DOES_NOT_HOLD, "page.failed.changed");
        }
    }

    private Outcome handIn(Draft draft, List<Signature> signatures) {
        Decision decision = draft.decision();
        int needed = decision instanceof Capsule ? draft.seen().officersNeeded() : 1;
        if (decision instanceof Capsule capsule && signatures.size() < needed) {
            String file =
                    waiting.keep(new SignedDocument<>(capsule, signatures)).toString();
            return new Outcome(decision.digest(), "", file, signatures.size(), needed);
        }
        String atHub = desk.decide(new SignedDocument<>(decision, signatures).bytes())
                .path("hub")
                .asText();
        waiting.drop(decision.digest());
        return new Outcome(decision.digest(), atHub, "", signatures.size(), needed);
    }

    private Page done(Visit visit) {
        String id = visit.form().text("d");
        Outcome outcome =
                Optional.ofNullable(outcomes.get(id)).orElseThrow(() -> CliException.wrongCall("page.failed.draft"));
        return frame.page(200, visit, "/done?d=" + id, visit.say("page.done"), outcome.content(visit));
    }

    private Page close(Visit visit) {
        ended = true;
        return frame.page(200, visit, "", visit.say("page.end"), List.of(Html.el("p", visit.say("page.end.close"))));
    }
}
