package org.osteon.site;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.site.enrolment.SiteInit;
import org.osteon.site.settings.OfficerKeyGuard;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.settings.SitePolicy;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The site's daemon: {@code init DIR --hub ADDRESS --token T --hub-pin P} and {@code start DIR}. */
public final class SiteAgentMain {
    private static final String USAGE =
            "usage: osteon site init DIR --hub HOST:PORT --token T --hub-pin P [--site NAME] [--address HOST:PORT]"
                    + " [--officer F.pub]... [--officer-key-folder DIR]... [--epsilon-ceiling E] [--epsilon-total E] [--delta-ceiling D] [--k K]"
                    + " [--allow-exact] [--allow-root] [--json] | start DIR";
    private static final List<String> FLAGS = List.of("--json", "--allow-exact", "--allow-root");

    private SiteAgentMain() {}

    /** Runs the daemon's own two verbs; everything else is asked over its port. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        try {
            run(arguments, out);
        } catch (StartRefused e) {
            err.println("osteon: " + e.getMessage());
            System.exit(3);
        } catch (SettingsException | DocumentException | SignatureException | IllegalArgumentException e) {
            err.println("osteon: " + e.getMessage());
            System.exit(2);
        }
    }

    private static void run(String[] arguments, PrintStream out) throws InterruptedException {
        if (arguments.length < 2) {
            throw new IllegalArgumentException(USAGE);
        }
        Path folder = Path.of(arguments[1]).toAbsolutePath().normalize();
        switch (arguments[0]) {
            case "init" -> init(folder, options(arguments), out);
            case "start" -> start(folder, out);
            default -> throw new IllegalArgumentException(USAGE);
        }
    }

    private static Map<String, List<String>> options(String[] arguments) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (int i = 2; i < arguments.length; i++) {
            boolean flag = FLAGS.contains(arguments[i]);
            if (!arguments[i].startsWith("--") || !flag && i + 1 >= arguments.length) {
                throw new IllegalArgumentException("not an option of site init: " + arguments[i] + "\n" + USAGE);
            }
            String name = arguments[i];
            options.computeIfAbsent(name, unused -> new ArrayList<>()).add(flag ? "true" : arguments[++i]);
        }
        return options;
    }

    private static void init(Path folder, Map<String, List<String>> options, PrintStream out) {
        SitePolicy policy = new SitePolicy(
                number(options, "--epsilon-ceiling", 0),
                number(options, "--epsilon-total", 0),
                number(options, "--delta-ceiling", 0),
                (int) number(options, "--k", 10),
                options.containsKey("--allow-exact"));
        Map<String, Object> facts = SiteInit.run(
                folder,
                new SiteInit.Order(
                        text(options, "--site").orElse(folder.getFileName().toString()),
                        text(options, "--address").orElse("127.0.0.1:9543"),
                        text(options, "--hub")
                                .orElseThrow(() -> new IllegalArgumentException("--hub HOST:PORT is missing")),
                        new Digest(
                                text(options, "--hub-pin")
                                        .orElseThrow(
                                                () -> new IllegalArgumentException(
                                                        "--hub-pin P is missing; the hub's operator reads it with coordinator status"))),
                        text(options, "--token")
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "--token T is missing; the hub's operator issues it with coordinator enrol")),
                        options.getOrDefault("--officer", List.of()).stream()
                                .map(Path::of)
                                .toList(),
                        options.getOrDefault("--officer-key-folder", List.of()).stream()
                                .map(Path::of)
                                .toList(),
                        options.containsKey("--allow-root"),
                        policy));
        if (options.containsKey("--json")) {
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        } else {
            facts.forEach((name, value) -> out.println(name + ": " + value));
        }
    }

    private static void start(Path folder, PrintStream out) throws InterruptedException {
        SiteFolder site = SiteFolder.open(folder);
        List<Path> folders = new ArrayList<>(site.settings().officerKeyFolders());
        folders.add(OfficerKeyGuard.defaultFolder());
        Optional<String> objection = OfficerKeyGuard.objection(
                site.officers(), folders, site.settings().allowRoot());
        if (objection.isPresent()) {
            throw new StartRefused(objection.orElseThrow());
        }
        System.setProperty("osteon.folder", folder.toString());
        ConfigurableApplicationContext context = new SpringApplicationBuilder(SiteConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(true)
                .run();
        out.println("ready " + context.getBean(SiteServer.class).address());
        new CountDownLatch(1).await();
    }

    private static Optional<String> text(Map<String, List<String>> options, String name) {
        return options.getOrDefault(name, List.of()).stream().findFirst();
    }

    private static double number(Map<String, List<String>> options, String name, double otherwise) {
        return text(options, name).map(Double::parseDouble).orElse(otherwise);
    }

    /** The agent does not start here. */
    private static final class StartRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartRefused(String message) {
            super(message);
        }
    }
}
