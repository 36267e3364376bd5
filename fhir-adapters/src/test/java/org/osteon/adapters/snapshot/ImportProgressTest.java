package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportProgressTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-28T09:00:00Z"), ZoneOffset.UTC);

    @TempDir
    Path site;

    @Test
    void countsAddUpOverSourcesAndTheEndIsKept() {
        try (ImportProgress progress = ImportProgress.begin(site, site.resolve("snapshot"), CLOCK)) {
            assertThat(ImportRecord.newest(site, 5)).singleElement().satisfies(record -> {
                assertThat(record.state()).isEqualTo("running");
                assertThat(record.alive()).isTrue();
            });
            progress.at("a.csv", 4000);
            progress.at("a.csv", 8000);
            progress.at("b.ndjson", 1000);
            assertThat(ImportRecord.newest(site, 5).get(0).units()).isEqualTo(9000);
            assertThat(ImportRecord.newest(site, 5).get(0).source()).isEqualTo("b.ndjson");
            progress.done(9500);
        }

        ImportRecord done = ImportRecord.newest(site, 5).get(0);
        assertThat(done.state()).isEqualTo("done");
        assertThat(done.units()).isEqualTo(9500);
        assertThat(done.alive()).isFalse();
    }

    @Test
    void whatEndsWithoutASayingHasFailed() {
        try (ImportProgress progress = ImportProgress.begin(site, site.resolve("snapshot"), CLOCK)) {
            progress.at("a.csv", 10);
        }

        assertThat(ImportRecord.newest(site, 5)).singleElement().satisfies(record -> {
            assertThat(record.state()).isEqualTo("failed");
            assertThat(record.problem()).isEqualTo("IMPORT_BROKEN_OFF");
        });
    }

    @Test
    void theNewestComesFirstAndOldOnesGo() {
        for (int i = 0; i < 25; i++) {
            ImportProgress.begin(site, site.resolve("s" + i), Clock.offset(CLOCK, Duration.ofSeconds(i)))
                    .done(i);
        }

        assertThat(ImportRecord.newest(site, 100)).hasSize(20);
        assertThat(ImportRecord.newest(site, 1).get(0).units()).isEqualTo(24);
    }

    @Test
    void aFolderThatCannotBeWrittenStopsNothing() throws IOException {
        Files.writeString(site.resolve("imports"), "in the way");

        try (ImportProgress progress = ImportProgress.begin(site, site.resolve("snapshot"), CLOCK)) {
            progress.at("a.csv", 10);
            progress.done(10);
        }

        assertThat(ImportRecord.newest(site, 5)).isEmpty();
    }
}
