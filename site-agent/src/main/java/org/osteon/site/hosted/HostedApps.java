package org.osteon.site.hosted;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Context;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.RecordDict;
import org.osteon.protocol.flower.wire.Scalar;
import org.osteon.site.settings.HostedSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs approved ClientApps, one launch a message. What an app writes to its output is kept at the site, the newest
 * launches of it, and never sent; what it keeps for its next launch stays here, too.
 */
public final class HostedApps {
    private static final Logger LOG = LoggerFactory.getLogger(HostedApps.class);
    /** Folder of everything hosted, below the site's. */
    static final String FOLDER = "hosted";

    private static final Path TOOLS = Path.of("/usr/bin");
    private static final long MIB = 1024L * 1024;
    private static final int MOST_OUTPUTS = 50;
    private static final int TOKEN_BYTES = 32;

    private final HostedSettings settings;
    private final Path folder;
    private final Sandbox sandbox;
    private final String release;
    private final SecureRandom random = new SecureRandom();

    private HostedApps(HostedSettings settings, Path folder, Sandbox sandbox, String release) {
        this.settings = settings;
        this.folder = folder;
        this.sandbox = sandbox;
        this.release = release;
    }

    /**
     * Opens the hosting of a site, after the sandbox was seen to hold.
     *
     * @param settings the site's
     * @param site the site's folder
     * @param hub host and port of the hub, which no app may reach
     * @throws HostedFailure when an app would not be isolated here, with what to install or to set
     */
    public static HostedApps open(HostedSettings settings, Path site, String hub) {
        return open(settings, site, hub, TOOLS);
    }

    /** As above, with the programs that the sandbox is made with in a folder of their own. */
    static HostedApps open(HostedSettings asked, Path site, String hub, Path tools) {
        HostedSettings settings = asked.withFlower(Sandbox.real(asked.flower()));
        Sandbox sandbox = new Sandbox(settings, site, tools);
        LaunchFolder.sweep(site);
        LaunchFolder.sweep(site.resolve(FOLDER));
        Limits.sweep(settings, LaunchFolder.prefix(site));
        String release = new Isolation(sandbox, settings, site, hub).prove();
        Path folder = site.resolve(FOLDER);
        try {
            for (Path made : List.of(
                    folder,
                    folder.resolve(AppOutput.OUTPUT),
                    folder.resolve("kept"),
                    folder.resolve(Hosting.BUNDLES))) {
                Files.createDirectories(made);
                Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LOG.atInfo().addKeyValue("flower", release).log("apps are hosted; the sandbox was seen to hold");
        return new HostedApps(settings, folder, sandbox, release);
    }

    /**
     * Why no app can be shut in now, though one could when the agent started; looked at before anything is charged.
     *
     * @return the code; empty when an app can run
     */
    Optional<String> objection() {
        try {
            sandbox.require();
            return Optional.empty();
        } catch (HostedFailure e) {
            LOG.atWarn().addKeyValue("code", e.code()).log("an app was not started: {}", e.getMessage());
            return Optional.of(e.code());
        }
    }

    /** The release of Flower that the apps run with. */
    public String release() {
        return release;
    }

    /**
     * Runs an app on one message.
     *
     * @param app the app as it was approved
     * @param fab the bundle as it came
     * @param message the message as it was announced
     * @param tree the ids of its objects
     * @param objects folder with its objects, each under its id
     * @param files more files for it by name, gone when it ends; it finds them in {@code /run/agent}
     * @param draft an existing file that the reply's arrays are written to; nothing of a refused reply stays in it
     * @return what may leave
     * @throws HostedFailure when nothing may leave; its code says why
     */
    public HostedReply run(
            HostedApp app,
            byte[] fab,
            Message message,
            ObjectTree tree,
            Path objects,
            Map<String, byte[]> files,
            Path draft) {
        if (!Digest.of(fab).equals(app.fab())) {
            throw new HostedFailure("HOSTED_APP_UNKNOWN", "the bundle is not the one that was approved");
        }
        if (!app.messageTypes().contains(message.getMetadata().getMessageType())) {
            throw new HostedFailure("HOSTED_MESSAGE_NOT_APPROVED", "the app may not be asked this type of message");
        }
        Path kept = folder.resolve("kept")
                .resolve(app.fab().hex() + "-"
                        + Long.toUnsignedString(message.getMetadata().getRunId()));
        AppTask task = new AppTask(app, fab, context(app, message, kept), message, tree, objects);
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        String token = HexFormat.of().formatHex(secret);
        try (LaunchFolder launch = LaunchFolder.make(folder)) {
            launch.show(files);
            AppSession session = new AppSession(task, token, launch.reply());
            Sandbox.Outcome outcome;
            try (AppSocket socket = AppSocket.open(session, launch.shared().resolve(AppSocket.NAME))) {
                outcome = launch(token, launch, message.getMetadata().getMessageId());
            }
            Message reply = session.reply().orElseThrow(() -> failure(outcome, session.begun()));
            if (reply.getMetadata().getRunId() != message.getMetadata().getRunId()
                    || !reply.getMetadata()
                            .getReplyToMessageId()
                            .equals(message.getMetadata().getMessageId())) {
                throw new HostedFailure("HOSTED_REPLY_NOT_DECLARED", "the reply answers another message");
            }
            HostedReply checked = ReplyCheck.read(app, reply, launch.reply(), draft);
            keep(kept, session.kept().orElseThrow());
            return checked;
        }
    }

    private Sandbox.Outcome launch(String token, LaunchFolder launch, String message) {
        Path output = folder.resolve(AppOutput.OUTPUT).resolve(message);
        forgetOld();
        Sandbox.Outcome outcome = sandbox.run(
                List.of(
                        // Its own first line may name a folder that the environment lay in once.
                        settings.flower().resolve("bin/python").toString(),
                        settings.flower()
                                .resolve("bin")
                                .resolve(FlowerRelease.CLIENT_APP)
                                .toString(),
                        "--clientappio-api-address",
                        "unix:" + Sandbox.AGENT + "/" + AppSocket.NAME,
                        "--token",
                        token,
                        "--insecure"),
                launch,
                output,
                Duration.ofSeconds(settings.seconds()),
                settings.memoryMiB() * MIB,
                settings.processes());
        LOG.atInfo()
                .addKeyValue("message", message)
                .addKeyValue("exit", outcome.exit())
                .addKeyValue("late", outcome.late())
                .addKeyValue("memoryKills", outcome.memoryKills())
                .addKeyValue("processRefusals", outcome.processRefusals())
                .addKeyValue("outputLost", outcome.lost())
                .log("a hosted app ended");
        return outcome;
    }

    private static HostedFailure failure(Sandbox.Outcome outcome, boolean begun) {
        if (outcome.late()) {
            return new HostedFailure("HOSTED_APP_TOO_SLOW", "the app was ended because its time was over");
        }
        if (outcome.memoryKills() > 0) {
            return new HostedFailure("HOSTED_APP_OUT_OF_MEMORY", "the app was ended because its memory was used up");
        }
        if (!begun) {
            return new HostedFailure(
                    "HOSTED_APP_NOT_STARTED",
                    "the sandbox or Flower ended (exit " + outcome.exit()
                            + ") before the app was fetched; the output says more");
        }
        return new HostedFailure("HOSTED_APP_FAILED", "the app ended without a reply; its output says more");
    }

    private Context context(HostedApp app, Message message, Path kept) {
        Context.Builder context = Context.newBuilder()
                .setRunId(message.getMetadata().getRunId())
                .setNodeId(message.getMetadata().getDstNodeId())
                .setState(RecordDict.getDefaultInstance())
                .putAllNodeConfig(scalars(settings.nodeConfig()))
                .putAllRunConfig(scalars(app.runConfig()));
        if (Files.exists(kept)) {
            try {
                context.setState(RecordDict.parseFrom(Files.readAllBytes(kept)));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("what an app kept is damaged: " + kept, e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return context.build();
    }

    private static Map<String, Scalar> scalars(Map<String, Value> values) {
        Map<String, Scalar> scalars = new java.util.LinkedHashMap<>();
        values.forEach((key, value) -> {
            Scalar.Builder scalar = Scalar.newBuilder();
            if (value instanceof Value.Real v) {
                scalar.setDouble(v.value());
            } else if (value instanceof Value.Signed v) {
                scalar.setSint64(v.value());
            } else if (value instanceof Value.Unsigned v) {
                scalar.setUint64(v.value());
            } else if (value instanceof Value.Truth v) {
                scalar.setBool(v.value());
            } else if (value instanceof Value.Text v) {
                scalar.setString(v.value());
            } else {
                throw new IllegalArgumentException("a configuration has texts, numbers and truth values only: " + key);
            }
            scalars.put(key, scalar.build());
        });
        return scalars;
    }

    /** Only what the app keeps as its state; the configuration is ours. */
    private static void keep(Path kept, Context context) {
        try {
            Path partial = Files.createTempFile(kept.getParent(), ".kept", ".part");
            Files.write(partial, context.getState().toByteArray());
            Files.move(partial, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forgetOld() {
        try (var files = Files.list(folder.resolve(AppOutput.OUTPUT))) {
            List<Path> newest = files.sorted(java.util.Comparator.comparing(
                                    (Path file) -> file.toFile().lastModified())
                            .reversed())
                    .toList();
            for (int i = MOST_OUTPUTS - 1; i < newest.size(); i++) {
                Files.deleteIfExists(newest.get(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
