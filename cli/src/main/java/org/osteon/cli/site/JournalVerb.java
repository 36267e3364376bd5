package org.osteon.cli.site;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.JournalRequest;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.words.Csv;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osteon site journal}. */
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description = "All that ever left this site, with sums; --verify recomputes it against log and outbox.",
        footer = {
            "Example:  osteon site journal hospital-a --verify",
            "          osteon site journal hospital-a --since 2026-11-01 --until 2026-11-30 --csv november.csv"
        })
final class JournalVerb extends SiteVerbs.OperatorVerb {
    private static final List<String> COLUMNS = List.of("time", "type", "digest", "bytes", "to", "capsule", "study");

    @Option(names = "--study", paramLabel = "S", description = "only this study")
    private String study = "";

    @Option(names = "--type", paramLabel = "TYPE", description = "only this type, such as update")
    private String type = "";

    @Option(names = "--since", paramLabel = "T", description = "from this day or time on, ISO 8601 in UTC")
    private String since = "";

    @Option(names = "--until", paramLabel = "T", description = "to the end of this day, or before this time")
    private String until = "";

    @Option(names = "--csv", paramLabel = "FILE", description = "write the entries to a new file as well (RFC 4180)")
    private String csv = "";

    @Option(names = "--verify", description = "recompute all of it against log and outbox")
    private boolean verify;

    @Override
    String call(SiteGrpc.SiteBlockingStub site) {
        return verify
                ? site.verifyJournal(Empty.getDefaultInstance()).getJson()
                : site.journal(JournalRequest.newBuilder()
                                .setStudy(study)
                                .setType(type)
                                .setSince(time(since, 0))
                                .setUntil(time(until, 1))
                                .build())
                        .getJson();
    }

    @Override
    ExitCode judge(JsonNode answer) throws IOException {
        if (!verify && !csv.isEmpty()) {
            write(answer.path("entries"));
        }
        return verify && !answer.path("ok").asBoolean() ? ExitCode.DOES_NOT_HOLD : ExitCode.DONE;
    }

    private void write(JsonNode entries) throws IOException {
        StringBuilder text = new StringBuilder(Csv.line(COLUMNS));
        entries.forEach(entry -> text.append(Csv.line(
                COLUMNS.stream().map(column -> entry.path(column).asText()).toList())));
        try {
            Files.write(Path.of(csv), text.toString().getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw CliException.wrongCall("error.csv.exists", csv);
        } catch (NoSuchFileException e) {
            throw CliException.wrongCall("error.folder.missing", csv);
        }
    }

    /** A day begins or, with one day more, ends at midnight UTC. */
    private static String time(String text, int moreDays) {
        if (text.isEmpty()) {
            return "";
        }
        try {
            return text.contains("T")
                    ? Instant.parse(text).toString()
                    : LocalDate.parse(text)
                            .plusDays(moreDays)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toString();
        } catch (DateTimeException e) {
            throw CliException.wrongCall("error.time", text);
        }
    }
}
