package org.osteon.site.withdrawal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.adapters.snapshot.WithdrawnFile;
import org.osteon.protocol.call.CallException;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The patients who withdrew, by the site's own pseudonym. The table is what counts; a file in the site's folder repeats
 * it for {@code data map}, which needs no agent.
 */
public final class Withdrawals {
    private static final int MOST_CHARACTERS = 256;

    private final SiteStore store;
    private final ClockGuard clock;
    private final Path folder;
    private final byte[] pseudonymKey;
    private volatile Excluded excluded;

    /** The withdrawals of this site; the file is brought up to the table. */
    public Withdrawals(SiteStore store, ClockGuard clock, Path folder) {
        this.store = store;
        this.clock = clock;
        this.folder = folder;
        try {
            this.pseudonymKey = HexFormat.of()
                    .parseHex(Files.readString(folder.resolve("pseudonym.key")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.excluded = new Excluded(0, stored());
        writeFile(excluded.patients());
    }

    /**
     * Who is left out.
     *
     * @param generation grows with each withdrawal, so that what was drawn before is not used after
     * @param patients pseudonyms
     */
    public record Excluded(long generation, Set<String> patients) {
        /** Takes a copy. */
        public Excluded {
            patients = Set.copyOf(patients);
        }

        /** How many; pseudonyms are not shown. */
        @Override
        public String toString() {
            return "Excluded[" + patients.size() + " patients]";
        }
    }

    /** Who is left out now. */
    public Excluded excluded() {
        return excluded;
    }

    /**
     * The site's pseudonym of an identifier as the hospital writes it.
     *
     * @throws CallException {@code PATIENT_MALFORMED}, without the identifier
     */
    public String pseudonym(String identifier) {
        if (identifier.isBlank() || identifier.length() > MOST_CHARACTERS) {
            throw CallException.wrong(
                    "PATIENT_MALFORMED", "a patient's identifier has 1 to " + MOST_CHARACTERS + " characters");
        }
        return new Pseudonyms(pseudonymKey).ofPatient(identifier);
    }

    /** When a patient withdrew. */
    public Optional<Instant> since(String pseudonym) {
        return store.read(sql -> sql.sql("SELECT since FROM withdrawn WHERE patient = ?")
                .param(pseudonym)
                .query((row, n) -> Instant.ofEpochMilli(row.getLong(1)))
                .optional());
    }

    /**
     * Leaves a patient out from now on; durable when this returns. Rows that are drawn after this call began are drawn
     * without the patient, also when it fails.
     *
     * @param also what else belongs into the transaction
     * @return whether the patient had not withdrawn before
     */
    public synchronized boolean add(String pseudonym, Consumer<JdbcClient> also) {
        Set<String> patients = new TreeSet<>(excluded.patients());
        patients.add(pseudonym);
        // Before the time is taken: whatever was reserved later is drawn without the patient.
        excluded = new Excluded(excluded.generation() + 1, patients);
        boolean fresh = store.write(sql -> {
            int added = sql.sql("INSERT INTO withdrawn(patient, since) VALUES (?, ?) ON CONFLICT (patient) DO NOTHING")
                    .params(pseudonym, clock.now().toEpochMilli())
                    .update();
            also.accept(sql);
            return added == 1;
        });
        writeFile(patients);
        return fresh;
    }

    private Set<String> stored() {
        return Set.copyOf(store.read(sql -> sql.sql("SELECT patient FROM withdrawn")
                .query((row, n) -> row.getString(1))
                .list()));
    }

    private void writeFile(Set<String> patients) {
        try {
            WithdrawnFile.write(folder, patients);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
