package org.osteon.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;

class OidcSettingsTest {
    private static final String WHOLE = """
            oidcIssuer = "https://login.example/realms/hospital"
            oidcClient = "osteon-hub"
            oidcSecretFile = "oidc.secret"
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void secret() throws Exception {
        Files.writeString(folder.resolve("oidc.secret"), "never shown\n");
        Files.setPosixFilePermissions(folder.resolve("oidc.secret"), PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void threeKeysAreEnough() {
        OidcSettings read = OidcSettings.read(Settings.parse(WHOLE), folder).orElseThrow();

        assertThat(read.audience()).isEqualTo("osteon-hub");
        assertThat(read.clockSkew()).hasSeconds(60);
        assertThat(read.roles()).containsEntry("regulator", "regulator").hasSize(4);
        assertThat(read.secret()).isEqualTo("never shown");
        assertThat(read.toString()).doesNotContain("never shown");
    }

    @Test
    void withoutAnIssuerThereAreLocalAccounts() {
        assertThat(OidcSettings.read(Settings.parse("console = \"off\""), folder))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "oidcClient = \"x\" | OIDC_SETTING_MISSING",
                "oidcIssuer = \"https://login.example\" | OIDC_SETTING_MISSING",
                "WHOLE oidcIssuer | OIDC_SETTING_WRONG",
                "WHOLE~oidcCaFile = \"not-there\" | OIDC_SETTING_WRONG",
                "WHOLE~oidcConsole = \"console.example\" | OIDC_SETTING_WRONG",
                "WHOLE~oidcRoles = [\"boss=x\"] | OIDC_SETTING_WRONG",
                "WHOLE~oidcRoles = [\"operator\"] | OIDC_SETTING_WRONG",
                "WHOLE~oidcRoles = [\"operator=x\", \"regulator=x\"] | OIDC_SETTING_WRONG",
                "WHOLE~oidcClockSkewSeconds = 301 | OIDC_SETTING_WRONG",
                "WHOLE~oidcClockSkewSeconds = -1 | OIDC_SETTING_WRONG"
            })
    void whatWillNotDoIsRefusedWithACode(String text, String code) {
        String settings = text.startsWith("WHOLE oidcIssuer")
                ? WHOLE.replace("https://login", "http://login")
                : text.replace("WHOLE", WHOLE).replace("~", "\n");

        assertThat(code(settings)).isEqualTo(code);
    }

    @Test
    void aSecretThatOthersCanReadOrThatIsNotThereIsRefused() throws Exception {
        Files.setPosixFilePermissions(folder.resolve("oidc.secret"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(code(WHOLE)).isEqualTo("OIDC_SECRET_UNREADABLE");

        Files.delete(folder.resolve("oidc.secret"));
        assertThat(code(WHOLE)).isEqualTo("OIDC_SECRET_UNREADABLE");
    }

    private String code(String settings) {
        return catchThrowableOfType(SettingsException.class, () -> OidcSettings.read(Settings.parse(settings), folder))
                .code();
    }
}
