package org.osteon.coordinator;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.settings.SettingsException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The hub daemon: {@code init DIR --federation NAME --address HOST:PORT} and {@code start DIR}. */
public final class CoordinatorMain {
    private CoordinatorMain() {}

    /** Runs the daemon's own two verbs; everything else is asked over its port. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        try {
            run(arguments, out);
        } catch (SettingsException | DocumentException | IllegalArgumentException e) {
            err.println("osteon: " + e.getMessage());
            System.exit(2);
        }
    }

    private static void run(String[] arguments, PrintStream out) throws InterruptedException {
        Map<String, String> options = new LinkedHashMap<>();
        String verb = arguments.length > 0 ? arguments[0] : "";
        Path folder = Path.of(arguments.length > 1 ? arguments[1] : "");
        for (int i = 2; i < arguments.length; i++) {
            boolean flag = "--json".equals(arguments[i]) || "--allow-ungoverned".equals(arguments[i]);
            if (!flag && (!arguments[i].startsWith("--") || i + 1 >= arguments.length)) {
                throw new IllegalArgumentException("not an option of " + verb + ": " + arguments[i]);
            }
            options.put(arguments[i], flag ? "true" : arguments[++i]);
        }
        switch (verb) {
            case "init" -> init(folder, options, out);
            case "start" -> start(folder, out);
            default ->
                throw new IllegalArgumentException(
                        "usage: osteon coordinator init DIR [--federation NAME] [--address HOST:PORT] [--allow-ungoverned] [--json] | start DIR");
        }
    }

    private static void init(Path folder, Map<String, String> options, PrintStream out) {
        HubFolder hub = HubFolder.init(
                folder,
                options.getOrDefault("--federation", "ortho-net"),
                options.getOrDefault("--address", "127.0.0.1:9443"),
                options.containsKey("--allow-ungoverned"));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("federation", hub.federation());
        facts.put("address", hub.address());
        facts.put("tlsPin", hub.tls().pin().hex());
        facts.put("logKey", hub.logKey().publicKey().keyId());
        if (options.containsKey("--json")) {
            out.println(new String(CanonicalJson.write(facts), StandardCharsets.UTF_8));
        } else {
            facts.forEach((name, value) -> out.println(name + ": " + value));
        }
    }

    private static void start(Path folder, PrintStream out) throws InterruptedException {
        HubFolder.open(folder);
        System.setProperty("osteon.folder", folder.toAbsolutePath().toString());
        ConfigurableApplicationContext context = new SpringApplicationBuilder(CoordinatorConfiguration.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(true)
                .run();
        out.println("ready " + context.getBean(HubServer.class).address());
        new CountDownLatch(1).await();
    }
}
