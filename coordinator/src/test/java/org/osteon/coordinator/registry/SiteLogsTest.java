package org.osteon.coordinator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.audit.log.TileLog;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.sign.SigningKey;

class SiteLogsTest {
    private static final String ORIGIN = "osteon/ortho-net/site/north";
    private static final List<byte[]> ENTRIES = List.of(bytes("one"), bytes("two"), bytes("three"));

    private final SigningKey logKey = SigningKey.ed25519();

    @TempDir
    Path folder;

    private HubStore store;
    private SiteLogs logs;

    @BeforeEach
    void aSiteWhoseLogWasCosignedAtThreeEntries() {
        store = HubStore.open(folder);
        Clock clock = Clock.systemUTC();
        TileLog log = TileLog.open(folder.resolve("log"), "osteon/ortho-net/hub", SigningKey.ed25519(), 0);
        Sites sites = new Sites(store, new HubEvents(store, log, "ortho-net", clock), clock);
        SigningKey node = SigningKey.ecdsaP384();
        String token = String.valueOf(sites.issueToken("north", "operator").get("token"));
        sites.enrol(
                token,
                new Sites.Introduction(
                        "north",
                        node.publicKey(),
                        node.signRaw(bytes(token)),
                        SigningKey.ed25519().publicKey().pem(),
                        ORIGIN,
                        logKey.publicKey().pem(),
                        List.of()));
        Checkpoint head = Checkpoint.sign(ORIGIN, ENTRIES.size(), Merkle.root(ENTRIES), logKey);
        store.writeNow(sql -> sql.sql("INSERT INTO witnessed(origin, size, root, note) VALUES (?, ?, ?, ?)")
                .params(ORIGIN, head.size(), head.rootBase64(), new String(head.bytes(), StandardCharsets.UTF_8))
                .update());
        logs = new SiteLogs(store, sites);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theEntriesOfTheCosignedHeadAreTheLog() {
        handedIn(ENTRIES);

        assertThat(logs.all()).singleElement().satisfies(log -> {
            assertThat(log.holder()).isEqualTo("north");
            assertThat(log.head().size()).isEqualTo(ENTRIES.size());
        });
    }

    @Test
    void otherEntriesThanThoseThatWereCosignedAreNamedAsSuch() {
        handedIn(List.of(bytes("one"), bytes("2"), bytes("three")));

        assertRefused("SITE_LOG_DIFFERS");
    }

    @Test
    void fewerEntriesThanThoseThatWereCosignedAreAwaited() {
        handedIn(ENTRIES.subList(0, 2));

        assertRefused("SITE_LOG_INCOMPLETE");
    }

    private void assertRefused(String code) {
        CallException refused = catchThrowableOfType(CallException.class, logs::all);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused).hasMessageContaining("north");
    }

    private void handedIn(List<byte[]> entries) {
        store.writeNow(sql -> {
            for (int i = 0; i < entries.size(); i++) {
                sql.sql("INSERT INTO site_entry(site, idx, leaf) VALUES ('north', ?, ?)")
                        .params(i, new String(entries.get(i), StandardCharsets.UTF_8))
                        .update();
            }
            return entries.size();
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
