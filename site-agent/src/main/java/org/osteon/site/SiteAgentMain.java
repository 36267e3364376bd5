package org.osteon.site;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.osteon.adapters.cohort.NativeLibraries;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.settings.HubPlace;
import org.osteon.protocol.settings.ProgramArguments;
import org.osteon.protocol.settings.ProgramEnding;
import org.osteon.protocol.settings.ProgramFailure;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.site.console.SiteConsole;
import org.osteon.site.egress.Egress;
import org.osteon.site.enrolment.SiteInit;
import org.osteon.site.hosted.HostedFailure;
import org.osteon.site.settings.OfficerKeyGuard;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.settings.SitePolicy;
import org.springframework.beans.BeansException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The site's daemon: {@code init DIR --hub ADDRESS --token T --hub-pin P} and {@code start DIR}. */
public final class SiteAgentMain {
    private static final String USAGE =
            "usage: osteon site init DIR --hub HOST:PORT --hub-pin P (--token T | --token-file F) [--site NAME] [--address HOST:PORT] [--console HOST:PORT|off]"
                    + " [--officer F.pub]... [--officer-key-folder DIR]... [--epsilon-ceiling E] [--epsilon-total E] [--delta-ceiling D] [--k K] [--officers-needed N]"
                    + " [--allow-exact] [--allow-root] [--json] | start DIR [--json]";
    private static final Set<String> FLAGS = Set.of("--json", "--allow-exact", "--allow-root");
    private static final Set<String> VALUED = Set.of(
            "--hub",
            "--hub-pin",
            "--token",
            "--token-file",
            "--site",
            "--address",
            "--console",
            "--officer",
            "--officer-key-folder",
            "--epsilon-ceiling",
            "--epsilon-total",
            "--delta-ceiling",
            "--k",
            "--officers-needed",
            "--lang");

    private SiteAgentMain() {}

    /** Runs the daemon's own two verbs; everything else is asked over its port. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        try {
            run(arguments, out);
        } catch (RuntimeException e) {
            ProgramEnding ending = ProgramEnding.of(e);
            ending.tell(out, err, List.of(arguments).contains("--json"));
            System.exit(ending.exit());
        }
    }

    private static void run(String[] words, PrintStream out) throws InterruptedException {
        switch (words.length > 0 ? words[0] : "") {
            case "init" -> init(ProgramArguments.parse(words, VALUED, FLAGS, USAGE), out);
            case "start" -> start(ProgramArguments.parse(words, Set.of("--lang"), Set.of("--json"), USAGE), out);
            default -> throw new SettingsException(USAGE);
        }
    }

    private static void init(ProgramArguments arguments, PrintStream out) {
        Path folder = arguments.folder();
        SitePolicy policy = new SitePolicy(
                arguments.number("--epsilon-ceiling", 0),
                arguments.number("--epsilon-total", 0),
                arguments.number("--delta-ceiling", 0),
                (int) arguments.number("--k", 10),
                arguments.has("--allow-exact"),
                (int) arguments.number("--officers-needed", 1));
        String address = arguments.text("--address").orElse("127.0.0.1:9543");
        Optional<Settings> found = arguments.text("--hub").isPresent() ? Optional.empty() : hubSettings();
        Map<String, Object> facts = SiteInit.run(
                folder,
                new SiteInit.Order(
                        arguments.text("--site").orElse(folder.getFileName().toString()),
                        address,
                        arguments.text("--console").orElseGet(() -> ConsoleSettings.beside(address)),
                        arguments
                                .text("--hub")
                                .or(() -> found.map(hub -> hub.text("address")))
                                .orElseThrow(
                                        () -> new SettingsException(
                                                "which hub? give --hub HOST:PORT, set OSTEON_HUB to a folder with its osteon.toml, or go to one")),
                        pin(
                                arguments
                                        .text("--hub-pin")
                                        .or(() -> found.map(hub -> hub.text("tlsPin")))
                                        .orElseThrow(
                                                () -> new SettingsException(
                                                        "--hub-pin P is missing; the hub's operator reads it with `osteon coordinator status DIR`"))),
                        token(arguments),
                        arguments.texts("--officer").stream().map(Path::of).toList(),
                        arguments.texts("--officer-key-folder").stream()
                                .map(Path::of)
                                .toList(),
                        arguments.has("--allow-root"),
                        policy));
        if (arguments.has("--json")) {
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        } else {
            facts.forEach((name, value) -> out.println(name + ": " + value));
        }
    }

    /** The settings of the hub that {@code OSTEON_HUB} or the current folder names. */
    private static Optional<Settings> hubSettings() {
        return HubPlace.find().map(Settings::read).filter(settings -> "hub".equals(settings.text("role")));
    }

    private static Digest pin(String text) {
        if (!text.matches("[0-9a-f]{64}")) {
            throw new SettingsException(
                    "--hub-pin must be 64 hex digits in lower case, as `osteon coordinator status DIR`"
                            + " shows under TLS pin, was \"" + text + "\"");
        }
        return new Digest(text);
    }

    private static String token(ProgramArguments arguments) {
        Optional<String> file = arguments.text("--token-file");
        if (file.isPresent()) {
            try {
                return Files.readString(Path.of(file.orElseThrow())).strip();
            } catch (IOException e) {
                throw new SettingsException("the token file cannot be read: " + file.orElseThrow());
            }
        }
        return arguments
                .text("--token")
                .orElseThrow(() -> new SettingsException("--token T or --token-file F is missing; the hub's operator"
                        + " issues a token with `osteon coordinator enrol DIR --site NAME`"));
    }

    private static void start(ProgramArguments arguments, PrintStream out) throws InterruptedException {
        SiteFolder site = SiteFolder.open(arguments.folder());
        List<Path> folders = new ArrayList<>(site.settings().officerKeyFolders());
        folders.add(OfficerKeyGuard.defaultFolder());
        Optional<String> objection = OfficerKeyGuard.objection(
                site.officers(), folders, site.settings().allowRoot());
        if (objection.isPresent()) {
            throw refusedStart(objection.orElseThrow());
        }
        loadLibraries();
        System.setProperty("osteon.folder", arguments.folder().toString());
        ConfigurableApplicationContext context = context();
        out.println("ready " + context.getBean(SiteServer.class).address());
        Optional<String> console = context.getBean(Console.class).start(context, SiteConsole.class);
        console.ifPresent(address -> out.println("console " + address));
        if (site.settings().console().isPresent() && console.isEmpty()) {
            System.err.println("the console cannot be opened at "
                    + site.settings().console().orElseThrow() + "; the site works without it, its log says why");
        }
        if (arguments.has("--json")) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("site", site.settings().site());
            facts.put("nodeKey", site.nodeKey().publicKey().fingerprint());
            facts.put("state", context.getBean(Egress.class).state());
            console.ifPresent(address -> facts.put("console", address));
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        }
        new CountDownLatch(1).await();
    }

    private static void loadLibraries() {
        try {
            NativeLibraries.load();
        } catch (IOException e) {
            throw ProgramFailure.tryAgain(
                    "LIBRARY_NOT_LOADED",
                    e.getMessage() + "; is the temporary folder " + System.getProperty("java.io.tmpdir")
                            + " there, with 100 MB free, and may libraries be loaded from it?");
        }
    }

    /** The whole agent; a site that hosts apps and cannot shut them in is not started at all. */
    private static ConfigurableApplicationContext context() {
        try {
            return new SpringApplicationBuilder(SiteConfiguration.class)
                    .web(WebApplicationType.NONE)
                    .bannerMode(Banner.Mode.OFF)
                    .logStartupInfo(false)
                    .registerShutdownHook(true)
                    .run();
        } catch (BeansException e) {
            if (e.getMostSpecificCause() instanceof HostedFailure failure) {
                throw ProgramFailure.refused(failure.code(), failure.getMessage());
            }
            throw e;
        }
    }

    /** The guard's {@code CODE: sentence}. */
    private static ProgramFailure refusedStart(String objection) {
        int colon = objection.indexOf(": ");
        return colon > 0 && objection.substring(0, colon).matches("[A-Z_]+")
                ? ProgramFailure.refused(objection.substring(0, colon), objection.substring(colon + 2))
                : ProgramFailure.refused("", objection);
    }
}
