package org.osteon.coordinator.enrolment;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.VerificationKey;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Sites from one-time token to confirmation and revocation; node id and key are stored before any answer. */
public final class Sites {
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final int MOST_PENDING = 16;
    private static final String COLUMNS = "name, node_id, node_key, cosigner_key, log_origin, log_key, state, kind";

    private final HubStore store;
    private final HubEvents events;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, SiteRecord> byKey = new ConcurrentHashMap<>();

    /** The sites of this hub. */
    public Sites(HubStore store, HubEvents events, Clock clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    /** Makes a token for a site that is not enrolled yet; only its hash is kept. */
    public Map<String, String> issueToken(String site, String operator) {
        if (!site.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw CallException.wrong("NAME_MALFORMED", "a site's name is 1 to 64 of a-z 0-9 . _ -, was " + site);
        }
        if (find(site).isPresent()) {
            throw CallException.wrong("SITE_KNOWN", "site " + site + " is enrolled already");
        }
        byte[] raw = new byte[24];
        random.nextBytes(raw);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
        Instant expires = clock.instant().plus(TOKEN_LIFE);
        store.writeNow(sql -> {
            sql.sql("INSERT INTO token(token_hash, site, expires, node_key) VALUES (?, ?, ?, '')")
                    .params(hash(token), site, expires.toEpochMilli())
                    .update();
            return events.add(
                    sql,
                    EventDraft.of(EventType.TOKEN_ISSUED, operator, "operator").about(site));
        });
        return Map.of("token", token, "expires", expires.toString());
    }

    /**
     * What a site tells of itself.
     *
     * @param cosignerKey PEM
     * @param logKey PEM
     * @param officerKeys PEM
     */
    public record Introduction(
            String site,
            VerificationKey nodeKey,
            byte[] proof,
            String cosignerKey,
            String logOrigin,
            String logKey,
            List<String> officerKeys) {
        /** Takes copies. */
        public Introduction {
            officerKeys = List.copyOf(officerKeys);
            proof = proof.clone();
        }
    }

    private record Token(String site, long expires, String usedBy) {}

    /** Enrols a site that shows a live token; the same key may call again with the same token until it is confirmed. */
    public SiteRecord enrol(String token, Introduction who) {
        if (!who.nodeKey().verifiesRaw(token.getBytes(StandardCharsets.UTF_8), who.proof())) {
            throw CallException.refused("NODE_KEY_UNPROVEN", "the caller does not hold the node key it shows");
        }
        noteKey("cosigner", who.cosignerKey());
        noteKey("log", who.logKey());
        return store.writeNow(sql -> {
            Token row = sql.sql("SELECT site, expires, node_key FROM token WHERE token_hash = ?")
                    .param(hash(token))
                    .query((found, n) -> new Token(found.getString(1), found.getLong(2), found.getString(3)))
                    .optional()
                    .orElseThrow(() ->
                            CallException.refused("TOKEN_UNKNOWN", "the enrolment token is not known or was used"));
            if (!who.site().equals(row.site())
                    || !row.usedBy().isEmpty()
                            && !row.usedBy().equals(who.nodeKey().keyId())) {
                throw CallException.refused("TOKEN_UNKNOWN", "the enrolment token is not known or was used");
            }
            if (row.expires() < clock.millis()) {
                throw CallException.refused(
                        "TOKEN_EXPIRED", "the enrolment token has expired; an operator can issue another");
            }
            Optional<SiteRecord> known = query(sql, "name = ?", who.site());
            if (known.isPresent()) {
                return known.orElseThrow();
            }
            sql.sql("UPDATE token SET node_key = ? WHERE token_hash = ?")
                    .params(who.nodeKey().keyId(), hash(token))
                    .update();
            insert(sql, who, "pending", "governed");
            for (String officer : who.officerKeys()) {
                putKey(sql, "officer", who.site(), VerificationKey.ofPem(officer));
            }
            putKey(sql, "node", who.site(), who.nodeKey());
            putKey(sql, "cosigner", who.site(), VerificationKey.ofPem(who.cosignerKey()));
            events.add(
                    sql,
                    EventDraft.of(EventType.SITE_ENROLLED, who.site(), "site")
                            .about(who.site())
                            .value("key", who.nodeKey().keyId()));
            return query(sql, "name = ?", who.site()).orElseThrow();
        });
    }

    /** Confirms a pending site whose fingerprint a person compared. */
    public SiteRecord confirm(String site, String fingerprint, String operator) {
        SiteRecord record =
                find(site).orElseThrow(() -> CallException.absent("SITE_UNKNOWN", "no site " + site + " has enrolled"));
        if ("revoked".equals(record.state())) {
            throw CallException.refused(
                    "SITE_REVOKED",
                    "site " + site + " was revoked and stays so; it enrols anew under another name, with new keys");
        }
        if (!record.nodeKey().fingerprint().equals(fingerprint.strip())) {
            throw CallException.refused(
                    "FINGERPRINT_DIFFERS", "the fingerprint is not that of the key which enrolled as " + site);
        }
        setState(
                site,
                "confirmed",
                EventDraft.of(EventType.SITE_CONFIRMED, operator, "operator")
                        .about(site)
                        .value("key", record.nodeKey().keyId()));
        return find(site).orElseThrow();
    }

    /** Revokes a site at once and for good; of a site that was revoked before nothing changes. */
    public SiteRecord revoke(String site, String operator) {
        store.writeNow(sql -> {
            SiteRecord record = query(sql, "name = ?", site)
                    .orElseThrow(() -> CallException.absent("SITE_UNKNOWN", "no site " + site));
            if ("revoked".equals(record.state())) {
                return false;
            }
            sql.sql("UPDATE site SET state = 'revoked' WHERE name = ?")
                    .param(site)
                    .update();
            sql.sql("UPDATE trusted_key SET not_after = ? WHERE holder = ? AND role IN ('node', 'cosigner')")
                    .params(clock.millis(), site)
                    .update();
            events.add(
                    sql,
                    EventDraft.of(EventType.SITE_REVOKED, operator, "operator")
                            .about(site)
                            .value("key", record.nodeKey().keyId()));
            return true;
        });
        byKey.clear();
        return find(site).orElseThrow();
    }

    /** Registers an unmodified Flower node, for ungoverned runs only. */
    public SiteRecord registerFlowerNode(VerificationKey key, String operator) {
        String name = flowerName(key);
        return store.writeNow(sql -> {
            if (query(sql, "key_id = ?", key.keyId()).isEmpty()) {
                insert(sql, new Introduction(name, key, new byte[0], "", "", "", List.of()), "confirmed", "flower");
                events.add(
                        sql,
                        EventDraft.of(EventType.SITE_CONFIRMED, operator, "operator")
                                .about(name)
                                .value("kind", "flower"));
            }
            return query(sql, "key_id = ?", key.keyId()).orElseThrow();
        });
    }

    /**
     * Enters a Flower node that asks to be registered as pending: it gets nothing until a person confirms its
     * fingerprint. Nothing when as many are pending as may be.
     */
    public Optional<SiteRecord> introduceFlowerNode(VerificationKey key) {
        String name = flowerName(key);
        return store.writeNow(sql -> {
            Optional<SiteRecord> known = query(sql, "key_id = ?", key.keyId());
            if (known.isPresent()) {
                return known;
            }
            long pending = sql.sql("SELECT COUNT(*) FROM site WHERE kind = 'flower' AND state = 'pending'")
                    .query(Long.class)
                    .single();
            if (pending >= MOST_PENDING) {
                return Optional.<SiteRecord>empty();
            }
            insert(sql, new Introduction(name, key, new byte[0], "", "", "", List.of()), "pending", "flower");
            events.add(
                    sql,
                    EventDraft.of(EventType.SITE_ENROLLED, name, "site")
                            .about(name)
                            .value("kind", "flower")
                            .value("key", key.keyId()));
            return query(sql, "key_id = ?", key.keyId());
        });
    }

    /**
     * A Flower node that registered itself goes for good: its key counts no more; one that nobody confirmed leaves no
     * place taken.
     */
    public void leave(SiteRecord node) {
        if (node.governed()) {
            return;
        }
        if (node.active()) {
            revoke(node.name(), node.name());
            return;
        }
        store.writeNow(sql -> {
            int gone = sql.sql("DELETE FROM site WHERE name = ? AND state = 'pending'")
                    .param(node.name())
                    .update();
            if (gone > 0) {
                events.add(
                        sql,
                        EventDraft.of(EventType.SITE_REVOKED, node.name(), "site")
                                .about(node.name())
                                .value("key", node.nodeKey().keyId()));
            }
            return gone;
        });
        byKey.clear();
    }

    private static String flowerName(VerificationKey key) {
        return "flower-" + key.keyId().substring(0, 12);
    }

    /** A site by name. */
    public Optional<SiteRecord> find(String site) {
        return store.read(sql -> query(sql, "name = ?", site));
    }

    /** A site by its node key's PEM text, from memory when it was asked for before. */
    public Optional<SiteRecord> byNodeKeyPem(String pem) {
        SiteRecord cached = byKey.get(pem);
        if (cached != null) {
            return Optional.of(cached);
        }
        VerificationKey key = VerificationKey.ofPem(pem);
        Optional<SiteRecord> found = store.read(sql -> query(sql, "key_id = ?", key.keyId()));
        found.filter(site -> site.nodeKey().pem().equals(pem)).ifPresent(site -> byKey.put(pem, site));
        return found.filter(site -> site.nodeKey().pem().equals(pem));
    }

    /** All sites, by name. */
    public List<SiteRecord> all() {
        return store.read(sql -> sql.sql("SELECT " + COLUMNS + " FROM site ORDER BY name")
                .query((row, n) -> read(row))
                .list());
    }

    /** Until when each site's node key counts, epoch milliseconds, by the site's name. */
    public Map<String, Long> nodeKeysUntil() {
        Map<String, Long> until = new HashMap<>();
        store.read(sql -> sql.sql("SELECT holder, MAX(not_after) FROM trusted_key WHERE role = 'node' GROUP BY holder")
                .query((row, n) -> until.put(row.getString(1), row.getLong(2)))
                .list());
        return until;
    }

    /** Enters a key in the trust document. */
    public void addKey(String role, String holder, VerificationKey key, String operator) {
        if (!List.of("officer", "releaser", "declaration").contains(role)) {
            throw CallException.wrong("VALUE_UNKNOWN", "role must be officer, releaser or declaration, was " + role);
        }
        // Refuses a holder that the trust document could not carry.
        new TrustDocument.TrustedKey(role, holder, key, clock.instant(), clock.instant(), "");
        store.writeNow(sql -> {
            putKey(sql, role, holder, key);
            return events.add(
                    sql,
                    EventDraft.of(EventType.KEY_ADDED, operator, "operator")
                            .about(holder)
                            .value("role", role)
                            .value("key", key.keyId()));
        });
    }

    /** Refuses a key that could not sign notes, before it gets into the trust document. */
    private static void noteKey(String what, String pem) {
        if (VerificationKey.ofPem(pem).scheme() != Scheme.ED25519) {
            throw CallException.wrong("KEY_MALFORMED", "the " + what + " key must be an Ed25519 key");
        }
    }

    private void setState(String site, String state, EventDraft event) {
        store.writeNow(sql -> {
            sql.sql("UPDATE site SET state = ? WHERE name = ?")
                    .params(state, site)
                    .update();
            return events.add(sql, event);
        });
        byKey.clear();
    }

    private void insert(JdbcClient sql, Introduction who, String state, String kind) {
        long id = 0;
        while (id == 0 || id == 1) {
            id = random.nextLong();
        }
        sql.sql(
                        "INSERT INTO site(name, node_id, node_key, key_id, cosigner_key, log_origin, log_key, state, kind, enrolled, last_contact)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)")
                .params(
                        who.site(),
                        Long.toUnsignedString(id),
                        who.nodeKey().pem(),
                        who.nodeKey().keyId(),
                        who.cosignerKey(),
                        who.logOrigin(),
                        who.logKey(),
                        state,
                        kind,
                        clock.millis())
                .update();
    }

    private void putKey(JdbcClient sql, String role, String holder, VerificationKey key) {
        int added = sql.sql(
                        "INSERT INTO trusted_key(key_id, role, holder, public_key, not_before, not_after) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key_id) DO NOTHING")
                .params(
                        key.keyId(),
                        role,
                        holder,
                        key.pem(),
                        clock.millis() - 60_000,
                        clock.millis() + Duration.ofDays(730).toMillis())
                .update();
        if (added == 0) {
            boolean same = sql.sql("SELECT COUNT(*) FROM trusted_key WHERE key_id = ? AND role = ? AND holder = ?")
                            .params(key.keyId(), role, holder)
                            .query(Long.class)
                            .single()
                    == 1;
            if (!same) {
                throw CallException.refused(
                        "KEY_ROLES_MIXED",
                        "the key " + key.fingerprint() + " counts already in another role or for another holder");
            }
        }
    }

    private static Optional<SiteRecord> query(JdbcClient sql, String condition, String value) {
        return sql.sql("SELECT " + COLUMNS + " FROM site WHERE " + condition)
                .param(value)
                .query((row, n) -> read(row))
                .optional();
    }

    private static SiteRecord read(ResultSet row) throws SQLException {
        return new SiteRecord(
                row.getString(1),
                row.getString(2),
                VerificationKey.ofPem(row.getString(3)),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8));
    }

    private static String hash(String token) {
        return Digest.of(token.getBytes(StandardCharsets.UTF_8)).hex();
    }
}
