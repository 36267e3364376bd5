package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SignatureException;

/** An agent that could sign in its officer's name does not start. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OfficerKeyTest {
    private static final String SITE = "north";
    private static final int REFUSED = 3;

    private Federation federation;
    private Path keys;
    private Path home;

    @BeforeAll
    void enrol(@TempDir Path folder) throws IOException {
        federation = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub();
        keys = Files.createDirectory(folder.resolve("keys"));
        home = Files.createDirectory(folder.resolve("home"));
        federation.enrol(SITE, "--officer-key-folder", keys.toString());
    }

    @AfterAll
    void close() {
        federation.close();
    }

    @BeforeEach
    void empty() throws IOException {
        for (Path place : List.of(keys, home)) {
            try (var files = Files.walk(place)) {
                for (Path file : files.sorted(java.util.Comparator.reverseOrder())
                        .filter(path -> !path.equals(place))
                        .toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aKeyInTheConfiguredFolderStopsTheAgentThoughItIsEncrypted() throws Exception {
        Files.copy(federation.officerKey(SITE), keys.resolve("li.key"));
        assertRefused("OFFICER_KEY_READABLE", "li.key");
    }

    @Test
    void aKeyInTheDefaultFolderStopsTheAgent() throws Exception {
        Files.copy(
                federation.officerKey(SITE),
                Files.createDirectory(home.resolve(".osteon-officer")).resolve("officer"));
        assertRefused("OFFICER_KEY_READABLE", "officer");
    }

    @Test
    void aKeyUnderAnotherNameDeeperDownStopsTheAgent() throws Exception {
        Path deeper = Files.createDirectories(keys.resolve("2026").resolve("03").resolve("old"));
        Files.copy(federation.officerKey(SITE), deeper.resolve("notes.txt"));
        assertRefused("OFFICER_KEY_READABLE", "notes.txt");
    }

    @Test
    void aLinkToAKeyStopsTheAgent() throws Exception {
        Files.createSymbolicLink(keys.resolve("link"), federation.officerKey(SITE));
        assertRefused("OFFICER_KEY_READABLE", "link");
    }

    @Test
    void aDefaultFolderThatIsALinkIsSearched() throws Exception {
        Files.createSymbolicLink(
                home.resolve(".osteon-officer"), federation.officerKey(SITE).getParent());
        assertRefused("OFFICER_KEY_READABLE", SITE + ".key");
    }

    @Test
    void aKeyBehindOtherTextStopsTheAgent() throws Exception {
        Files.writeString(
                keys.resolve("mail.txt"), "x".repeat(40_000) + "\n" + Files.readString(federation.officerKey(SITE)));
        assertRefused("OFFICER_KEY_READABLE", "mail.txt");
    }

    @Test
    void aPrivateKeyApartFromItsPublicHalfStopsTheAgent() throws Exception {
        String text = Files.readString(federation.officerKey(SITE));
        Files.writeString(keys.resolve("half"), text.substring(text.indexOf("-----BEGIN ENCRYPTED PRIVATE KEY")));
        assertRefused("OFFICER_KEY_READABLE", "half");
        Files.copy(Path.of(federation.officerKey(SITE) + ".pub"), keys.resolve("half.pub"));
        assertRefused("OFFICER_KEY_READABLE", "half");
    }

    @Test
    void rootIsRefusedUnlessTheSettingsAllowIt() throws Exception {
        Path settings = federation.site(SITE).resolve("osteon.toml");
        String allowed = Files.readString(settings);
        assertThat(allowed).contains("allowRoot = true");
        boolean root = "root".equals(System.getProperty("user.name"));
        try {
            Files.writeString(settings, allowed.replace("allowRoot = true", "allowRoot = false"));
            assertRefused("RUNNING_AS_ROOT", "", root ? List.of() : List.of("-Duser.name=root"));
            if (root) {
                // Another name for user id 0 is root all the same.
                assertRefused("RUNNING_AS_ROOT", "", List.of("-Duser.name=agent"));
            }
        } finally {
            Files.writeString(settings, allowed);
        }
    }

    @Test
    void othersKeysAndTheOfficersPublicKeyDoNotStopIt() throws Exception {
        // Given: the officer of some other site, and the public half of this one's
        federation.done(
                "officer",
                "key",
                "new",
                keys.resolve("other.key").toString(),
                "--passphrase-file",
                federation.passphrase().toString());
        Files.copy(Path.of(federation.officerKey(SITE) + ".pub"), keys.resolve("li.pub"));
        // When, then: it says ready
        federation.startSite(SITE, "-Duser.home=" + home);
        federation.end(SITE);
    }

    @Test
    void theKeyOfTheOfficersPagesDoesNotStopIt() throws Exception {
        // Given: an officer's own folder that the agent can read, with nothing that signs
        try (OfficerProgram program = new OfficerProgram(
                federation.folder(),
                "passkey",
                "new",
                federation.folder().resolve("unused.passkey").toString(),
                "--port",
                Integer.toString(Ports.free()),
                "--own",
                home.resolve(".osteon-officer").toString())) {
            assertThat(program.link()).isNotEmpty();
        }
        assertThat(home.resolve(".osteon-officer").resolve("page").resolve("tls.key"))
                .exists();
        // When, then: it says ready
        federation.startSite(SITE, "-Duser.home=" + home);
        federation.end(SITE);
    }

    @Test
    void keyFilesAreAlwaysEncrypted() throws Exception {
        Path file = federation.officerKey(SITE);
        assertThat(Files.readString(file))
                .contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
                .doesNotContain("-----BEGIN PRIVATE KEY-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> KeyFile.readPlain(file)).isInstanceOf(SignatureException.class);
        assertThatThrownBy(() -> KeyFile.readEncrypted(file, "not the pass-phrase".toCharArray()))
                .isInstanceOfSatisfying(
                        SignatureException.class, e -> assertThat(e.code()).isEqualTo("PASSPHRASE_WRONG"));
        for (String weak : List.of("", "short")) {
            Path given = Files.writeString(keys.resolve("weak-passphrase"), weak + "\n");
            Federation.Answer answer = federation.run(
                    "officer",
                    "key",
                    "new",
                    keys.resolve("weak.key").toString(),
                    "--passphrase-file",
                    given.toString());
            assertThat(answer.exit()).isEqualTo(2);
            assertThat(keys.resolve("weak.key")).doesNotExist();
        }
    }

    private void assertRefused(String code, String file) throws IOException, InterruptedException {
        assertRefused(code, file, List.of());
    }

    private void assertRefused(String code, String file, List<String> more) throws IOException, InterruptedException {
        List<String> options = new java.util.ArrayList<>(List.of("-Duser.home=" + home));
        options.addAll(more);
        Files.deleteIfExists(federation.folder().resolve("logs").resolve(SITE + ".err"));
        Process process = federation.launch(
                SITE,
                options,
                "org.osteon.site.SiteAgentMain",
                List.of("start", federation.site(SITE).toString()));
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("the agent ends by itself").isTrue();
        assertThat(process.exitValue()).isEqualTo(REFUSED);
        assertThat(federation.errors(SITE)).contains(code + ": ").contains(file);
    }
}
