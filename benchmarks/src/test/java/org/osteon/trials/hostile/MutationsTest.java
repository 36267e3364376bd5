package org.osteon.trials.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.StudyRef;

/** Mutations follow from the seed, always change something, and mostly stay readable enough to reach a handler. */
class MutationsTest {
    private static final int TRIES = 2_000;

    private final SigningKey officer = SigningKey.ed25519();
    private final Document valid = Document.newBuilder()
            .setEnvelope(ByteString.copyFrom(SignedDocument.sign(
                            new Refusal(
                                    Refusal.SCHEMA,
                                    "ortho-net",
                                    Digest.of("study".getBytes(StandardCharsets.UTF_8)),
                                    "north",
                                    "no",
                                    Instant.parse("2026-01-31T08:00:00Z")),
                            officer)
                    .bytes()))
            .build();

    @Test
    void theSameSeedGivesTheSameRequestAndItIsNeverTheValidOne() {
        for (int seed = 0; seed < TRIES; seed++) {
            byte[] once = new Mutations(new SplittableRandom(seed)).request(valid, officer);
            byte[] again = new Mutations(new SplittableRandom(seed)).request(valid, officer);

            assertThat(once).isEqualTo(again).isNotEqualTo(valid.toByteArray());
        }
    }

    @Test
    void mostCanBeReadAndSomeCarryAChangedDocumentThatIsSigned() {
        int readable = 0;
        int signed = 0;
        for (int seed = 0; seed < TRIES; seed++) {
            byte[] request = new Mutations(new SplittableRandom(seed)).request(valid, officer);
            try {
                byte[] envelope = Document.parseFrom(request).getEnvelope().toByteArray();
                readable++;
                SignedDocument<Refusal> document = SignedDocument.read(envelope, Refusal.class);
                boolean changed = !document.digest()
                        .equals(SignedDocument.read(valid.getEnvelope().toByteArray(), Refusal.class)
                                .digest());
                signed += changed && document.signedBy(officer.publicKey()) ? 1 : 0;
            } catch (InvalidProtocolBufferException | DocumentException e) {
                // What cannot be read is meant to be so.
            }
        }

        assertThat(readable).isGreaterThan(TRIES / 2);
        assertThat(signed).isGreaterThan(TRIES / 50);
    }

    @Test
    void requestsWithFewOrNoFieldsAreChangedToo() {
        StudyRef study = StudyRef.newBuilder().setStudy("0a1b2c").build();
        int readable = 0;
        for (int seed = 0; seed < TRIES; seed++) {
            assertThat(new Mutations(new SplittableRandom(seed)).request(study, null))
                    .isNotEqualTo(study.toByteArray());
            byte[] nothing = new Mutations(new SplittableRandom(seed)).request(Empty.getDefaultInstance(), null);
            assertThat(nothing).isNotEmpty();
            try {
                Empty.parseFrom(nothing);
                readable++;
            } catch (InvalidProtocolBufferException e) {
                // What cannot be read is meant to be so.
            }
        }

        assertThat(readable).isGreaterThan(TRIES / 2);
    }
}
