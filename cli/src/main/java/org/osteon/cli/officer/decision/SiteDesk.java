package org.osteon.cli.officer.decision;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.v1.Answer;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.StudyRef;

/** The desk of a running agent. */
public final class SiteDesk implements Desk {
    private final DaemonFolder site;

    /** The desk of the agent of this folder. */
    public SiteDesk(DaemonFolder site) {
        this.site = site;
    }

    @Override
    public List<Line> studies() {
        return lines("studies");
    }

    @Override
    public List<Line> runs() {
        return lines("hosted");
    }

    private List<Line> lines(String kind) {
        List<Line> lines = new ArrayList<>();
        for (JsonNode study :
                tree(site.site().listStudies(Empty.getDefaultInstance())).path(kind)) {
            lines.add(new Line(
                    study.path("study").asText(), study.path("decision").asText()));
        }
        return lines;
    }

    @Override
    public byte[] study(String reference) {
        return site.site().showStudy(ref(reference)).getEnvelope().toByteArray();
    }

    @Override
    public JsonNode facts(String reference) {
        return tree(site.site().review(ref(reference)));
    }

    @Override
    public JsonNode decide(byte[] envelope) {
        return tree(site.site()
                .decide(Document.newBuilder()
                        .setEnvelope(ByteString.copyFrom(envelope))
                        .build()));
    }

    private static StudyRef ref(String reference) {
        return StudyRef.newBuilder().setStudy(reference).build();
    }

    private static JsonNode tree(Answer answer) {
        return CanonicalJson.readTree(answer.getJson().getBytes(StandardCharsets.UTF_8));
    }
}
