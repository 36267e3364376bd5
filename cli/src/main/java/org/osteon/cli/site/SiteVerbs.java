package org.osteon.cli.site;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.v1.AddDataRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.StudyRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code osteon site …}: a hospital's operator. {@code init} and {@code start} are done by the daemon's own program.
 */
@Command(
        name = "site",
        mixinStandardHelpOptions = true,
        description =
                "A site: init DIR, start DIR, status, stop-all, resume, journal, receipts, policy, link, data add.",
        footer = {"", "Example:  osteon site stop-all hospital-a"},
        subcommands = {
            SiteProgram.Init.class,
            SiteProgram.Start.class,
            SiteVerbs.Status.class,
            SiteVerbs.StopAll.class,
            SiteVerbs.Resume.class,
            JournalVerb.class,
            SiteVerbs.Receipts.class,
            SiteVerbs.Policy.class,
            SiteVerbs.Link.class,
            SiteVerbs.Data.class
        })
public final class SiteVerbs {

    /** One call at a site, as its operator. */
    abstract static class OperatorVerb extends Verb {
        @Parameters(index = "0", paramLabel = "DIR", description = "the site's folder")
        private Path folder = Path.of("");

        abstract String call(SiteGrpc.SiteBlockingStub site) throws Exception;

        ExitCode judge(JsonNode answer) throws Exception {
            return ExitCode.DONE;
        }

        @Override
        protected final ExitCode run() throws Exception {
            try (DaemonFolder site = DaemonFolder.site(folder, "operator")) {
                JsonNode answer = CanonicalJson.readTree(call(site.site()).getBytes(StandardCharsets.UTF_8));
                output().answer(answer);
                return judge(answer);
            }
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Who the site is, and in which state.",
            footer = "Example:  osteon site status hospital-a --json")
    static final class Status extends OperatorVerb {
        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.status(Empty.getDefaultInstance()).getJson();
        }
    }

    @Command(
            name = "link",
            mixinStandardHelpOptions = true,
            description = "A one-time link with which a person opens their account at this site's console.",
            footer = "Example:  osteon site link hospital-a --person \"Bo Lin\" --role data-officer")
    static final class Link extends OperatorVerb {
        @Option(names = "--person", required = true, paramLabel = "NAME", description = "the account's name")
        private String person = "";

        @Option(names = "--role", required = true, paramLabel = "ROLE", description = "data-officer or operator")
        private String role = "";

        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.issueLink(IssueLinkRequest.newBuilder()
                            .setPerson(person)
                            .setRole(role)
                            .build())
                    .getJson();
        }
    }

    @Command(
            name = "stop-all",
            mixinStandardHelpOptions = true,
            description = "The big red switch: nothing leaves until it is lifted.",
            footer = "Example:  osteon site stop-all hospital-a")
    static final class StopAll extends OperatorVerb {
        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.stopAll(Empty.getDefaultInstance()).getJson();
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lift the switch.",
            footer = "Example:  osteon site resume hospital-a")
    static final class Resume extends OperatorVerb {
        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.resume(Empty.getDefaultInstance()).getJson();
        }
    }

    @Command(
            name = "receipts",
            mixinStandardHelpOptions = true,
            description = "The hub's signed receipts for what this site sent.",
            footer = "Example:  osteon site receipts hospital-a")
    static final class Receipts extends OperatorVerb {
        @Option(names = "--study", paramLabel = "S", description = "only this study")
        private String study = "";

        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.receipts(StudyRef.newBuilder().setStudy(study).build()).getJson();
        }
    }

    @Command(
            name = "policy",
            mixinStandardHelpOptions = true,
            description = "The site's own rules.",
            footer = "Example:  osteon site policy hospital-a")
    static final class Policy extends OperatorVerb {
        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.policy(Empty.getDefaultInstance()).getJson();
        }
    }

    @Command(
            name = "data",
            mixinStandardHelpOptions = true,
            description = "Snapshots of a site: add.",
            footer = {"", "Example:  osteon site data add hospital-a snapshots/2026-11"},
            subcommands = AddData.class)
    static final class Data {}

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Give the agent a frozen snapshot.",
            footer = "Example:  osteon site data add hospital-a snapshots/2026-11")
    static final class AddData extends OperatorVerb {
        @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "snapshot folder made by `osteon data map`")
        private Path snapshot = Path.of("");

        @Override
        String call(SiteGrpc.SiteBlockingStub site) {
            return site.addData(AddDataRequest.newBuilder()
                            .setSnapshot(snapshot.toAbsolutePath().normalize().toString())
                            .build())
                    .getJson();
        }
    }
}
