package org.osteon.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.VerificationKey;

/** The arrows of docs/architecture.md: they go down only. Every module is on this test's class path. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.osteon");

    /** Each module's root package and the modules it may open onto. */
    private static final Map<String, List<String>> ARROWS = arrows();

    /** What can open a connection to another machine. */
    private static final String[] DOORS = {
        "io.grpc.Grpc",
        "io.grpc.ManagedChannel",
        "io.grpc.ManagedChannelBuilder",
        "java.net.Socket",
        "java.net.DatagramSocket",
        "java.net.URL",
        "java.net.URLConnection",
        "java.net.HttpURLConnection",
        "java.nio.channels.SocketChannel",
        "java.nio.channels.DatagramChannel",
        "java.nio.channels.AsynchronousSocketChannel"
    };

    private static Map<String, List<String>> arrows() {
        Map<String, List<String>> arrows = new LinkedHashMap<>();
        arrows.put("protocol", List.of());
        arrows.put("privacy", List.of());
        arrows.put("audit", List.of("protocol"));
        arrows.put("adapters", List.of("protocol"));
        arrows.put("learning", List.of("privacy", "protocol"));
        arrows.put("conformance", List.of("audit", "privacy", "protocol"));
        arrows.put("console", List.of("protocol"));
        arrows.put("coordinator", List.of("console", "conformance", "audit", "privacy", "protocol"));
        arrows.put("site", List.of("console", "conformance", "learning", "adapters", "audit", "privacy", "protocol"));
        // The command reaches the two daemons through their ports alone; its class path holds them for this test only.
        arrows.put("cli", List.of("conformance", "learning", "adapters", "audit", "privacy", "protocol"));
        return arrows;
    }

    private static List<String> modules() {
        return List.copyOf(ARROWS.keySet());
    }

    @Test
    void seesEveryModule() {
        for (String module : modules()) {
            assertThat(CLASSES.stream().filter(in(module))).as(module).hasSizeGreaterThan(10);
        }
    }

    @ParameterizedTest
    @MethodSource("modules")
    void opensOntoRoomsBelowOnly(String module) {
        List<String> others = new ArrayList<>(modules());
        others.remove(module);
        others.removeAll(ARROWS.getOrDefault(module, List.of()));
        rule(module, others).check(CLASSES);
    }

    @Test
    void failsOnAnArrowUp() {
        // Given a rule that forbids an arrow which exists
        ArchRule forbidden = rule("audit", List.of("protocol"));

        // When / Then
        assertThatThrownBy(() -> forbidden.check(CLASSES)).isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void hasNoCyclesBetweenItsFeatures(String module) {
        slices().matching("org.osteon." + module + ".(*)..")
                .should()
                .beFreeOfCycles()
                // A key's identity is a digest, and documents carry keys: the one step back.
                .ignoreDependency(VerificationKey.class, Digest.class)
                .check(CLASSES);
    }

    @Test
    void keepsSpringAndJdbcInTheDaemonsAndTheirConsole() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.osteon.coordinator..", "org.osteon.site..", "org.osteon.console..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "org.thymeleaf..", "jakarta.servlet..", "org.sqlite..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "org.osteon.coordinator..",
                        "org.osteon.site..",
                        "org.osteon.console..",
                        "org.osteon.adapters.cohort..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.duckdb..")
                .check(CLASSES);
    }

    @Test
    void keepsDuckDbInTheAdapters() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.osteon.adapters..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.duckdb..")
                .check(CLASSES);
    }

    @Test
    void keepsThePyTorchEngineInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.osteon.learning.pytorch..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.pytorch..")
                .check(CLASSES);
    }

    /**
     * The other places are the enrolment, which runs before there is a site, and sends keys and a token alone; and a
     * console's door to the login service, which sends what that service itself gave and the client's secret; and the
     * proof of a sandbox, which knocks at listeners of its own on this machine.
     */
    @Test
    void letsEgressAloneHoldADoorOut() {
        noClasses()
                .that()
                .resideInAnyPackage("org.osteon.site..", "org.osteon.console..")
                .and()
                .resideOutsideOfPackages("org.osteon.site.egress..", "org.osteon.site.enrolment..")
                .and()
                .doNotHaveFullyQualifiedName("org.osteon.site.SiteConfiguration")
                .and()
                .doNotHaveFullyQualifiedName("org.osteon.console.oidc.IssuerDoor")
                .and()
                .doNotHaveFullyQualifiedName("org.osteon.site.hosted.Isolation")
                .should()
                .dependOnClassesThat(named(DOORS))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..")
                .check(CLASSES);
    }

    @Test
    void namesThingsByTheFieldsTerms() {
        noClasses()
                .should()
                .haveNameMatching(".*\\.(util|utils|common|helper|manager|service|impl|dto)\\..*")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .check(CLASSES.that(written()));
    }

    @Test
    void speaksGrpcThroughItsConnectionsAlone() {
        noClasses()
                .that()
                .resideInAPackage("org.osteon.cli..")
                .and()
                .resideOutsideOfPackages("org.osteon.cli.connect..", "org.osteon.cli.demo..")
                .should()
                .dependOnClassesThat(named("io.grpc.Grpc", "io.grpc.ManagedChannel", "io.grpc.ManagedChannelBuilder"))
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage("org.osteon.cli..")
                .should()
                .onlyBeAccessed()
                .byClassesThat()
                .resideInAPackage("org.osteon.cli..")
                .check(CLASSES);
    }

    private static ArchRule rule(String module, List<String> forbidden) {
        return noClasses()
                .that(in(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.stream()
                        .map(other -> "org.osteon." + other + "..")
                        .toArray(String[]::new))
                .allowEmptyShould(true)
                .as("org.osteon." + module + " opens onto " + ARROWS.get(module) + " only");
    }

    private static DescribedPredicate<JavaClass> in(String module) {
        return DescribedPredicate.describe(
                "of " + module, type -> (type.getPackageName() + ".").startsWith("org.osteon." + module + "."));
    }

    /** Classes people wrote; generated gRPC stubs keep their generator's names. */
    private static DescribedPredicate<JavaClass> written() {
        return DescribedPredicate.describe(
                "written",
                type -> !type.getPackageName().startsWith("org.osteon.protocol.v1")
                        && !type.getPackageName().startsWith("org.osteon.protocol.flower.wire"));
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return DescribedPredicate.describe(
                "one of " + List.of(names), type -> List.of(names).contains(type.getName()));
    }
}
