package org.osteon.coordinator.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osteon.console.api.Api;
import org.osteon.console.api.ApiException;
import org.osteon.coordinator.console.Desk;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Studies: what is asked, what sites decided, what they would answer, and the start of a run. */
@Api
final class StudyApi {
    private static final String JSON = "application/json";
    private static final String STUDIES = HubApi.BASE + "/studies";

    private final Desk desk;
    private final Studies studies;
    private final Rounds rounds;
    private final Statements statements;
    private final Acts acts;

    StudyApi(Desk desk, Studies studies, Rounds rounds, Statements statements, Acts acts) {
        this.desk = desk;
        this.studies = studies;
        this.rounds = rounds;
        this.statements = statements;
        this.acts = acts;
    }

    @GetMapping(STUDIES)
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Question question = Question.of(request, JSON, "name", "limit", "cursor");
        String name = question.text("name", "[a-z0-9][a-z0-9._-]{0,63}", "a study's short name")
                .orElse("");
        List<Study> seen = studies.all().stream()
                .map(SignedDocument::document)
                .filter(study -> name.isEmpty() || study.name().equals(name))
                .filter(desk::sees)
                .toList();
        return Answer.of(
                Lists.page(question, Digests.FORM, seen, study -> study.digest().hex(), this::line));
    }

    @GetMapping(STUDIES + "/{study}")
    ResponseEntity<byte[]> show(HttpServletRequest request, @PathVariable("study") String reference) {
        Question.of(request, JSON);
        Study study = study(reference);
        desk.shows(study, "api-study");
        Map<String, Object> view = line(study);
        view.put("document", CanonicalJson.tree(study));
        view.put("questions", statements.questions(study.digest()));
        view.put(
                "runs",
                rounds.all().stream()
                        .filter(run -> run.study().equals(study.digest()))
                        .map(RunRecord::id)
                        .toList());
        return Answer.of(view);
    }

    @GetMapping(STUDIES + "/{study}/document")
    ResponseEntity<byte[]> document(HttpServletRequest request, @PathVariable("study") String reference) {
        Question.of(request, JSON);
        SignedDocument<Study> signed = studies.get(Digests.of(reference).hex());
        desk.shows(signed.document(), "api-study-document");
        return Answer.file(signed.bytes(), "study-" + signed.digest().hex().substring(0, 8) + ".json", JSON);
    }

    /** Publishes a study as it is typed: the document without an envelope, which the hub signs. */
    @PostMapping(STUDIES)
    ResponseEntity<byte[]> publish(HttpServletRequest request) {
        Question question = Question.of(request, JSON);
        byte[] body = question.json();
        Study study = read(body);
        boolean known = studies.find(study.digest().hex()).isPresent();
        return acts.once(
                request,
                body,
                (Digest digest) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("study", digest.hex());
                    view.put("name", study.name());
                    view.put("version", study.version());
                    return Answer.made(known ? 200 : 201, STUDIES + "/" + digest.hex(), view);
                },
                alongside -> studies.publish(
                        SignedDocument.sign(study).bytes(), desk.person().name(), alongside));
    }

    /** Asks the sites what they would answer; the answers are read from the place that this names. */
    @PostMapping(STUDIES + "/{study}/dry-runs")
    ResponseEntity<byte[]> dryRun(HttpServletRequest request, @PathVariable("study") String reference) {
        byte[] body = Question.of(request, JSON).nothing();
        Study study = study(reference);
        return acts.once(
                request,
                body,
                (String id) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("dryRun", id);
                    view.put("study", study.digest().hex());
                    return Answer.made(202, STUDIES + "/" + study.digest().hex() + "/dry-runs/" + id, view);
                },
                alongside -> {
                    if (studies.asked(study).isEmpty()) {
                        throw CallException.refused(
                                "NOBODY_ASKED",
                                "the study asks no site that is confirmed; the operator confirms sites");
                    }
                    studies.dryRun(study, desk.person().name(), alongside);
                });
    }

    @GetMapping(STUDIES + "/{study}/dry-runs/{id}")
    ResponseEntity<byte[]> answers(
            HttpServletRequest request, @PathVariable("study") String reference, @PathVariable("id") String id) {
        Question.of(request, JSON);
        Study study = study(reference);
        if (!id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw ApiException.malformed("a dry run is named by the UUID that its start gave");
        }
        desk.shows(study, "api-dry-run");
        List<Map<String, Object>> answers = studies.answers(study.digest(), id);
        if (answers.isEmpty()) {
            throw CallException.absent("DRY_RUN_UNKNOWN", "no dry run " + id + " of this study");
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("dryRun", id);
        view.put("study", study.digest().hex());
        view.put("complete", answers.stream().noneMatch(answer -> "no-answer".equals(answer.get("verdict"))));
        view.put("answers", answers);
        return Answer.of(view);
    }

    @PostMapping(STUDIES + "/{study}/runs")
    ResponseEntity<byte[]> run(HttpServletRequest request, @PathVariable("study") String reference) {
        byte[] body = Question.of(request, JSON).nothing();
        Study study = study(reference);
        return acts.once(
                request,
                body,
                (RunRecord run) -> Answer.made(201, HubApi.BASE + "/runs/" + run.id(), RunApi.state(run)),
                alongside -> rounds.start(study, desk.person().name(), alongside));
    }

    private Study study(String reference) {
        return studies.get(Digests.of(reference).hex()).document();
    }

    private Map<String, Object> line(Study study) {
        Map<String, String> sites = new TreeMap<>();
        studies.asked(study).forEach(site -> sites.put(site.name(), "open"));
        sites.putAll(studies.decisions(study.digest()));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("study", study.digest().hex());
        view.put("name", study.name());
        view.put("version", study.version());
        if (!study.previous().isEmpty()) {
            view.put("previous", study.previous());
        }
        view.put("decisions", sites);
        return view;
    }

    private static Study read(byte[] body) {
        JsonNode tree;
        try {
            tree = CanonicalJson.readTree(body);
        } catch (DocumentException e) {
            throw new ApiException(400, "BAD_JSON", String.valueOf(e.getMessage()));
        }
        try {
            return CanonicalJson.bind(tree, Study.class);
        } catch (DocumentException e) {
            throw new ApiException(422, "STUDY_INVALID", e.code() + ": " + e.getMessage());
        }
    }
}
