package org.osteon.site.enrolment;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.console.ConsoleSettings;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.settings.HostPort;
import org.osteon.protocol.settings.ProgramFailure;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;
import org.osteon.protocol.v1.EnrolRequest;
import org.osteon.protocol.v1.EnrolResponse;
import org.osteon.protocol.v1.EnrolmentGrpc;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.settings.SitePolicy;
import org.osteon.site.store.SiteStore;

/** Makes a site: keys, settings, TLS material, client keys, and its enrolment at the hub. */
public final class SiteInit {
    private static final Pattern CODED = Pattern.compile("([A-Z][A-Z0-9_]+): (.*)", Pattern.DOTALL);

    private SiteInit() {}

    /**
     * What a new site is told.
     *
     * @param site its name, as the token was issued for
     * @param address where its own port is to listen
     * @param console where its pages are to be, host:port or {@code off}
     * @param hub the hub's address
     * @param hubPin SHA-256 of the hub's TLS key, from the operator
     * @param token the one-time token
     * @param officers public key files of the officers
     * @param officerKeyFolders folders the agent must not be able to read an officer's key in
     * @param allowRoot whether the agent may run as root
     * @param policy the hospital's rules
     */
    public record Order(
            String site,
            String address,
            String console,
            String hub,
            Digest hubPin,
            String token,
            List<Path> officers,
            List<Path> officerKeyFolders,
            boolean allowRoot,
            SitePolicy policy) {
        @Override
        public String toString() {
            return "Order[" + site + ", " + hub + "]";
        }
    }

    /**
     * Makes the folder and enrols; the folder must be new or empty. When the hub cannot be reached or refuses, the
     * folder is left empty again.
     *
     * @return what the operator of the hub compares: site, node key's fingerprint, state
     */
    public static Map<String, Object> run(Path folder, Order order) {
        HostPort.require("--hub", order.hub());
        HostPort.require("--address", order.address());
        ConsoleSettings.address(order.console());
        try {
            Files.createDirectories(folder);
            try (var entries = Files.list(folder)) {
                if (entries.findAny().isPresent()) {
                    throw new SettingsException(folder + " is not empty; a site is made in a new folder");
                }
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            try {
                return make(folder, order);
            } catch (RuntimeException | IOException e) {
                empty(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> make(Path folder, Order order) throws IOException {
        SigningKey node = SigningKey.ecdsaP384();
        SigningKey log = SigningKey.ed25519();
        SigningKey cosigner = SigningKey.ed25519();
        KeyFile.writePlain(folder.resolve("node.key"), node);
        KeyFile.writePlain(folder.resolve("log.key"), log);
        KeyFile.writePlain(folder.resolve("cosigner.key"), cosigner);
        KeyFile.writePlain(folder.resolve("manifest.key"), SigningKey.ed25519());
        secret(folder.resolve("pseudonym.key"));
        secret(folder.resolve("split.key"));
        Path officers = Files.createDirectory(folder.resolve(SiteFolder.OFFICERS));
        for (Path officer : order.officers()) {
            VerificationKey key = KeyFile.readPublic(officer);
            Files.writeString(officers.resolve(key.keyId().substring(0, 16) + ".pub"), key.pem());
        }
        Path clients = Files.createDirectory(folder.resolve("clients"));
        for (String client : List.of("officer", "operator")) {
            KeyFile.writePlain(clients.resolve(client + ".key"), SigningKey.ed25519());
        }
        TlsIdentity tls = TlsIdentity.create(
                folder, List.of(order.address().substring(0, order.address().lastIndexOf(':')), "localhost"));
        EnrolResponse answer = enrol(order, node, log, cosigner, SiteFolder.officers(officers));
        FederationRoot root = CanonicalJson.read(answer.getFederationRoot().toByteArray(), FederationRoot.class);
        Files.write(folder.resolve("federation-root.json"), root.canonical());
        Files.writeString(folder.resolve(Settings.FILE), Settings.format(settings(order, root, tls)));
        Files.createDirectory(folder.resolve("outbox"));
        Files.createDirectory(folder.resolve("snapshots"));
        try (SiteStore store = SiteStore.open(folder)) {
            store.write(sql -> {
                SiteStore.putState(sql, "node.id", Long.toUnsignedString(answer.getNodeId()));
                return true;
            });
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("site", order.site());
        facts.put("nodeKey", answer.getFingerprint());
        facts.put(
                "state",
                answer.getConfirmed() ? "confirmed" : "waiting for the hub's operator to confirm the fingerprint");
        facts.put("federation", root.federation());
        facts.put("hubKey", root.hub().fingerprint());
        facts.put("tlsPin", tls.pin().hex());
        return facts;
    }

    private static EnrolResponse enrol(
            Order order, SigningKey node, SigningKey log, SigningKey cosigner, List<VerificationKey> officers) {
        ManagedChannel channel = Grpc.newChannelBuilder(order.hub(), TlsPin.channelCredentials(order.hubPin()))
                .build();
        try {
            EnrolRequest.Builder request = EnrolRequest.newBuilder()
                    .setToken(order.token())
                    .setSite(order.site())
                    .setNodeKeyPem(node.publicKey().pem())
                    .setNodeKeyProof(com.google.protobuf.ByteString.copyFrom(
                            node.signRaw(order.token().getBytes(StandardCharsets.UTF_8))))
                    .setCosignerKeyPem(cosigner.publicKey().pem())
                    .setLogKeyPem(log.publicKey().pem());
            officers.forEach(officer -> request.addOfficerKeyPem(officer.pem()));
            return EnrolmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .enrol(request.build());
        } catch (StatusRuntimeException e) {
            throw ending(order.hub(), e.getStatus());
        } finally {
            channel.shutdownNow();
        }
    }

    /** A hub that said no, or one that did not answer. */
    private static ProgramFailure ending(String hub, Status status) {
        String why = status.getDescription() == null ? status.getCode().toString() : status.getDescription();
        Matcher coded = CODED.matcher(why);
        if (coded.matches() && status.getCode() != Status.Code.UNAVAILABLE) {
            return ProgramFailure.refused(
                    coded.group(1), "the hub at " + hub + " did not enrol this site: " + coded.group(2));
        }
        return ProgramFailure.tryAgain(
                "HUB_UNREACHABLE",
                "the hub at " + hub + " did not answer (" + why + "); is it running, and is --hub-pin its pin?");
    }

    private static Map<String, Object> settings(Order order, FederationRoot root, TlsIdentity tls) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("role", "site");
        settings.put("site", order.site());
        settings.put("federation", root.federation());
        settings.put("address", order.address());
        settings.put("tlsPin", tls.pin().hex());
        settings.put("console", order.console());
        settings.put("hub", order.hub());
        settings.put("hubPin", order.hubPin().hex());
        settings.put(
                "officerKeyFolders",
                order.officerKeyFolders().stream()
                        .map(path -> path.toAbsolutePath().normalize().toString())
                        .toList());
        settings.put("allowRoot", order.allowRoot());
        settings.putAll(order.policy().view());
        return settings;
    }

    private static void secret(Path file) throws IOException {
        byte[] raw = new byte[32];
        new SecureRandom().nextBytes(raw);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(raw) + "\n");
    }

    private static void empty(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder())
                    .filter(path -> !path.equals(folder))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
