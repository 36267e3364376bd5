package org.osteon.trials;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The system's own Chromium; absent it skips visibly unless {@code osteon.require} names it. */
final class Chromium implements AutoCloseable {
    private static final List<String> PLACES = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");

    private static final int PATIENCE = 120_000;

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Path program, List<String> options) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program)
                        .setArgs(options));
    }

    /** Starts it with these options beside the one that lets it run as root. */
    static Chromium start(String... options) {
        for (String place : PLACES) {
            if (Files.isExecutable(Path.of(place))) {
                List<String> all = new java.util.ArrayList<>(List.of("--no-sandbox"));
                all.addAll(List.of(options));
                return new Chromium(Path.of(place), all);
            }
        }
        if (Arrays.asList(System.getProperty("osteon.require", "").split(",")).contains("chromium")) {
            throw new AssertionError("Chromium is required and not there; the package chromium brings it");
        }
        Assumptions.abort("Chromium is not there; the package chromium brings it");
        throw new IllegalStateException("not reached");
    }

    Browser browser() {
        return browser;
    }

    /** A context of its own, patient on a machine with much else to do. */
    BrowserContext context(Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(PATIENCE);
        return context;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
