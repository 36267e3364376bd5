package org.osteon.coordinator;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.osteon.audit.log.NoteKey;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.coordinator.control.ControlServer;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.settings.ProgramArguments;
import org.osteon.protocol.settings.ProgramEnding;
import org.osteon.protocol.settings.SettingsException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The hub daemon: {@code init DIR --federation NAME --address HOST:PORT} and {@code start DIR}. */
public final class CoordinatorMain {
    private static final String USAGE =
            "usage: osteon coordinator init DIR [--federation NAME] [--address HOST:PORT] [--console HOST:PORT|off]"
                    + " [--fleet-http HOST:PORT|off] [--allow-ungoverned] [--json]"
                    + " | start DIR [--json]";

    /**
     * Netty keeps what an arena once had until a whole chunk of it is free, which pieces of long messages between short
     * ones prevent; by itself it would have two arenas for each processor and chunks of 2 MiB, not 256 KiB.
     */
    private static final Map<String, String> BUFFERS =
            Map.of("numDirectArenas", "1", "maxOrder", "5", "normalCacheSize", "0");

    private CoordinatorMain() {}

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
            case "init" ->
                init(
                        ProgramArguments.parse(
                                words,
                                Set.of("--federation", "--address", "--console", "--fleet-http", "--lang"),
                                Set.of("--json", "--allow-ungoverned"),
                                USAGE),
                        out);
            case "start" -> start(ProgramArguments.parse(words, Set.of("--lang"), Set.of("--json"), USAGE), out);
            default -> throw new SettingsException(USAGE);
        }
    }

    private static void init(ProgramArguments arguments, PrintStream out) {
        String address = arguments.text("--address").orElse("127.0.0.1:9443");
        Map<String, String> facts = facts(HubFolder.init(
                arguments.folder(),
                arguments.text("--federation").orElse("ortho-net"),
                address,
                arguments.text("--console").orElseGet(() -> ConsoleSettings.beside(address)),
                arguments.text("--fleet-http").orElse(HubFolder.OFF),
                arguments.has("--allow-ungoverned")));
        if (arguments.has("--json")) {
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        } else {
            facts.forEach((name, value) -> out.println(name + ": " + value));
        }
    }

    private static void start(ProgramArguments arguments, PrintStream out) throws InterruptedException {
        HubFolder hub = HubFolder.open(arguments.folder());
        System.setProperty("osteon.folder", arguments.folder().toString());
        BUFFERS.forEach((name, value) -> {
            String property = "io.grpc.netty.shaded.io.netty.allocator." + name;
            System.setProperty(property, System.getProperty(property, value));
        });
        ConfigurableApplicationContext context = new SpringApplicationBuilder(CoordinatorConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(true)
                .run();
        HubServer server = context.getBean(HubServer.class);
        out.println("ready " + server.address());
        server.fleetHttp().ifPresent(address -> out.println("fleet-http " + address));
        ControlServer control = context.getBean(ControlServer.class);
        if (!control.address().isEmpty()) {
            out.println("control " + control.address());
        }
        if (!control.httpAddress().isEmpty()) {
            out.println("control-http " + control.httpAddress());
        }
        Optional<String> console = context.getBean(Console.class).start(context, HubConsole.class);
        console.ifPresent(address -> out.println("console " + address));
        if (hub.console().isPresent() && console.isEmpty()) {
            System.err.println("the console cannot be opened at "
                    + hub.console().orElseThrow() + "; the hub works without it, its log says why");
        }
        if (arguments.has("--json")) {
            Map<String, String> facts = facts(hub);
            console.ifPresent(address -> facts.put("console", address));
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        }
        new CountDownLatch(1).await();
    }

    private static Map<String, String> facts(HubFolder hub) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("federation", hub.federation());
        facts.put("address", hub.address());
        hub.fleetHttp().ifPresent(address -> facts.put("fleetHttp", address));
        facts.put("tlsPin", hub.tls().pin().hex());
        facts.put(
                "logKey",
                new NoteKey(hub.root().logOrigin(), NoteKey.LOG, hub.root().log()).vkey());
        return facts;
    }
}
