package org.osteon.coordinator.control;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.osteon.console.account.Person;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.flower.wire.ListNodesResponse;
import org.osteon.protocol.flower.wire.NodeInfo;
import org.osteon.protocol.flower.wire.RegisterNodeRequest;
import org.osteon.protocol.flower.wire.RegisterNodeResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeResponse;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.sign.VerificationKey;

/** Nodes as the {@code flwr supernode} command registers, revokes and lists them. */
final class ControlNodes {
    private static final int LONGEST_KEY = 4096;
    private static final Duration ONLINE = Duration.ofMinutes(1);

    private final HubStore store;
    private final Sites sites;
    private final Rounds rounds;
    private final FleetHandlers fleet;
    private final Presence presence;
    private final boolean allowUngoverned;
    private final Clock clock;

    ControlNodes(
            HubStore store,
            Sites sites,
            Rounds rounds,
            FleetHandlers fleet,
            Presence presence,
            boolean allowUngoverned,
            Clock clock) {
        this.store = store;
        this.sites = sites;
        this.rounds = rounds;
        this.fleet = fleet;
        this.presence = presence;
        this.allowUngoverned = allowUngoverned;
        this.clock = clock;
    }

    /** Registers a Flower node's key; a place or a name that the command gives is not kept. */
    RegisterNodeResponse register(Person person, RegisterNodeRequest request) {
        if (!allowUngoverned) {
            throw ControlRefusal.policy("UNGOVERNED_NOT_ALLOWED: this hub takes no Flower nodes; an operator can set"
                    + " allowUngoverned = true");
        }
        VerificationKey key = key(request.getPublicKey());
        if (sites.byNodeKeyPem(key.pem()).isPresent()) {
            throw ControlRefusal.keyInUse();
        }
        SiteRecord node = sites.registerFlowerNode(key, person.name());
        return RegisterNodeResponse.newBuilder()
                .setNodeId(Long.parseUnsignedLong(node.nodeId()))
                .build();
    }

    private static VerificationKey key(ByteString pem) {
        if (pem.size() > LONGEST_KEY) {
            throw ControlRefusal.keyMalformed("it is longer than " + LONGEST_KEY + " bytes");
        }
        try {
            VerificationKey key = VerificationKey.ofPem(pem.toString(StandardCharsets.US_ASCII));
            if (key.scheme() != Scheme.ECDSA_SHA256) {
                throw ControlRefusal.keyMalformed("a node's key is on curve P-384 or P-256");
            }
            return key;
        } catch (SignatureException e) {
            throw ControlRefusal.keyMalformed("it is no PEM public key on curve P-384 or P-256");
        }
    }

    UnregisterNodeResponse unregister(Person person, UnregisterNodeRequest request) {
        String id = Long.toUnsignedString(request.getNodeId());
        SiteRecord node = sites.all().stream()
                .filter(site -> site.nodeId().equals(id) && !"revoked".equals(site.state()))
                .findFirst()
                .orElseThrow(ControlRefusal::noNode);
        if (node.governed()) {
            throw ControlRefusal.policy(
                    node.name() + " is a site with an agent, no Flower node; osteon coordinator revoke ends it");
        }
        sites.revoke(node.name(), person.name());
        rounds.lookAgain();
        return UnregisterNodeResponse.getDefaultInstance();
    }

    ListNodesResponse list() {
        Instant now = clock.instant();
        Map<String, Long> enrolled = new HashMap<>();
        store.read(sql -> sql.sql("SELECT name, enrolled FROM site")
                .query((row, n) -> enrolled.put(row.getString(1), row.getLong(2)))
                .list());
        ListNodesResponse.Builder answer = ListNodesResponse.newBuilder().setNow(ControlRuns.time(now));
        sites.all()
                .forEach(site -> answer.addNodesInfo(
                        node(site, Instant.ofEpochMilli(enrolled.getOrDefault(site.name(), 0L)), now)));
        return answer.build();
    }

    private NodeInfo node(SiteRecord site, Instant enrolled, Instant now) {
        long last = Math.max(fleet.lastContact(site.nodeId()), presence.contact(site.name()));
        boolean online = last > 0 && now.toEpochMilli() - last < ONLINE.toMillis();
        NodeInfo.Builder node = NodeInfo.newBuilder()
                .setNodeId(Long.parseUnsignedLong(site.nodeId()))
                .setOwnerAid(site.name())
                .setOwnerName(site.name())
                .setName(site.name())
                .setRegisteredAt(ControlRuns.time(enrolled))
                .setPublicKey(ByteString.copyFromUtf8(site.nodeKey().pem()));
        if ("revoked".equals(site.state())) {
            return node.setStatus("unregistered").build();
        }
        if (last > 0) {
            node.setLastActivatedAt(ControlRuns.time(Instant.ofEpochMilli(last)));
            node.setOnlineUntil((last + ONLINE.toMillis()) / 1000.0);
        }
        return node.setStatus(online ? "online" : last > 0 ? "offline" : "registered")
                .build();
    }
}
