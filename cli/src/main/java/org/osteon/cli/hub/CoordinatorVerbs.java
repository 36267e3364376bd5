package org.osteon.cli.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.ConfirmSiteRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.IssueLinkRequest;
import org.osteon.protocol.v1.IssueTokenRequest;
import org.osteon.protocol.v1.RegisterFlowerNodeRequest;
import org.osteon.protocol.v1.RevokeSiteRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code osteon coordinator …}: the hub's operator. {@code init} and {@code start} are done by the daemon's own
 * program.
 */
@Command(
        name = "coordinator",
        mixinStandardHelpOptions = true,
        description = "The hub: init DIR, start DIR, status, enrol, confirm, revoke, add-key, link.",
        footer = {"", "Example:  osteon coordinator init hub && osteon coordinator start hub"},
        subcommands = {
            HubProgram.Init.class,
            HubProgram.Start.class,
            CoordinatorVerbs.Status.class,
            CoordinatorVerbs.Enrol.class,
            CoordinatorVerbs.Confirm.class,
            CoordinatorVerbs.Revoke.class,
            CoordinatorVerbs.AddKey.class,
            CoordinatorVerbs.Link.class,
            CoordinatorVerbs.AddFlowerNode.class
        })
public final class CoordinatorVerbs {

    /** A verb on a hub's folder, called by its operator. */
    private abstract static class OperatorVerb extends Verb {
        @Parameters(paramLabel = "DIR", description = "the hub's folder")
        private Path folder = Path.of("");

        final DaemonFolder connect() {
            return DaemonFolder.hub(folder, "operator");
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Who the hub is and how it is.",
            footer = "Example:  osteon coordinator status hub --json")
    static final class Status extends OperatorVerb {
        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                output().answerJson(hub.hub().status(Empty.getDefaultInstance()).getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "link",
            mixinStandardHelpOptions = true,
            description = "A one-time link with which a person opens their account at the hub's console.",
            footer = "Example:  osteon coordinator link hub --person \"Ada Wu\" --role regulator")
    static final class Link extends OperatorVerb {
        @Option(names = "--person", required = true, paramLabel = "NAME", description = "the account's name")
        private String person = "";

        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "ml-engineer, regulator or operator")
        private String role = "";

        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                output().answerJson(hub.hub()
                        .issueLink(IssueLinkRequest.newBuilder()
                                .setPerson(person)
                                .setRole(role)
                                .build())
                        .getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "enrol",
            mixinStandardHelpOptions = true,
            description = "A one-time enrolment token for a site.",
            footer = "Example:  osteon coordinator enrol hub --site hospital-a")
    static final class Enrol extends OperatorVerb {
        @Option(names = "--site", required = true, paramLabel = "NAME", description = "the site's name")
        private String site = "";

        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                output().answerJson(hub.hub()
                        .issueToken(IssueTokenRequest.newBuilder().setSite(site).build())
                        .getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "confirm",
            mixinStandardHelpOptions = true,
            description = "Confirm a site after comparing its key's fingerprint with the site's own display.",
            footer = "Example:  osteon coordinator confirm hub --site hospital-a --fingerprint 1a2b-…")
    static final class Confirm extends OperatorVerb {
        @Option(names = "--site", required = true, paramLabel = "NAME", description = "the site's name")
        private String site = "";

        @Option(names = "--fingerprint", required = true, paramLabel = "F", description = "as the site shows it")
        private String fingerprint = "";

        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                ConfirmSiteRequest request = ConfirmSiteRequest.newBuilder()
                        .setSite(site)
                        .setFingerprint(fingerprint)
                        .build();
                output().answerJson(hub.hub().confirmSite(request).getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Revoke a site; its key counts no longer, also in mid-round.",
            footer = "Example:  osteon coordinator revoke hub --site hospital-a")
    static final class Revoke extends OperatorVerb {
        @Option(names = "--site", required = true, paramLabel = "NAME", description = "the site's name")
        private String site = "";

        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                output().answerJson(hub.hub()
                        .revokeSite(RevokeSiteRequest.newBuilder().setSite(site).build())
                        .getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "add-key",
            mixinStandardHelpOptions = true,
            description = "Enter a person's public key in the trust document.",
            footer = "Example:  osteon coordinator add-key hub --role releaser --holder 'Dr Li' --key li.pub")
    static final class AddKey extends OperatorVerb {
        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "officer, releaser or declaration")
        private String role = "";

        @Option(
                names = "--holder",
                required = true,
                paramLabel = "NAME",
                description = "the person, or for an officer the site")
        private String holder = "";

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "public key file (a private key file's public half is read without its pass-phrase)")
        private Path key = Path.of("");

        @Override
        protected ExitCode run() {
            try (DaemonFolder hub = connect()) {
                AddKeyRequest request = AddKeyRequest.newBuilder()
                        .setRole(role)
                        .setHolder(holder)
                        .setKeyPem(KeyFile.readPublic(key).pem())
                        .build();
                output().answerJson(hub.hub().addKey(request).getJson());
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "add-flower-node",
            mixinStandardHelpOptions = true,
            description = "Register an unmodified Flower SuperNode's public key, for ungoverned runs only.",
            footer = "Example:  osteon coordinator add-flower-node hub --key node.pub.pem")
    static final class AddFlowerNode extends OperatorVerb {
        @Option(names = "--key", required = true, paramLabel = "FILE", description = "public key, PEM")
        private Path key = Path.of("");

        @Override
        protected ExitCode run() throws Exception {
            try (DaemonFolder hub = connect()) {
                var request = RegisterFlowerNodeRequest.newBuilder()
                        .setNodeKeyPem(Files.readString(key))
                        .build();
                output().answerJson(hub.hub().registerFlowerNode(request).getJson());
            }
            return ExitCode.DONE;
        }
    }
}
