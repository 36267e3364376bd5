package org.osteon.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osteon demo}: the whole path with a hub, three hospitals and a site that lies. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "The whole path with three hospitals, as processes of their own on this machine.",
        footer = {"", "Example:  osteon demo --exit"})
public final class Demo extends Verb {
    @Option(names = "--exit", description = "end the processes at the end")
    private boolean exit;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "keep everything here (default: a new folder under target/)")
    private String out = "";

    @Option(names = "--seed", paramLabel = "N", description = "seed of the comparison's split")
    private long seed = 1;

    @Override
    protected ExitCode run() throws Exception {
        Teller teller = new Teller(output());
        Path home = Path.of(System.getProperty("osteon.home", "")).toAbsolutePath();
        if (!Files.isExecutable(home.resolve("osteon"))) {
            throw CliException.wrongCall("error.demo.home");
        }
        Path folder = folder(home);
        Walls walls = Walls.probe(home, folder);
        teller.say("demo.title", folder);
        teller.say(walls.shown() ? "demo.walls" : "demo.noWalls");
        try (Daemons daemons = new Daemons(home, folder.resolve("logs"))) {
            Map<String, Object> result = new LinkedHashMap<>();
            boolean ok = play(new Stage(home, folder, walls, daemons, teller, result));
            result.put("ok", ok);
            result.put("seconds", teller.seconds());
            if (!exit) {
                teller.say("demo.stays", teller.seconds());
                output().answer(result);
                new CountDownLatch(1).await();
            }
            teller.say("demo.end", teller.seconds());
            if (output().json()) {
                output().answer(result);
            }
            return ok ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }
    }

    private Path folder(Path home) throws IOException {
        Path folder = out.isEmpty()
                ? home.resolve("target").resolve("demo-" + Long.toString(System.currentTimeMillis(), 36))
                : Path.of(out).toAbsolutePath().normalize();
        Files.createDirectories(folder);
        try (var entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw CliException.wrongCall("error.demo.folder", folder);
            }
        }
        return folder;
    }

    private boolean play(Stage stage) throws IOException, InterruptedException {
        Founding founding = new Founding(stage);
        founding.play();
        String study = new Asking(stage).play();
        String model = new Training(stage).play(study, founding.rogueFingerprint(), seed);
        boolean holds = new Releasing(stage).play(model, founding.federation());
        return new Closing(stage).play(!exit) && holds;
    }
}
