package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.osteon.protocol.mutation.Mutations;
import org.osteon.protocol.sign.SignatureException;

/** Documents of a lying peer: whatever is changed in valid ones, a reader takes them or says why not. */
class MutatedDocumentsTest {
    private static final int TRIES = 6000;
    private static final AtomicInteger REFUSED = new AtomicInteger();
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static List<SpecificationExamplesTest.Example> examples = List.of();

    @BeforeContainer
    static void readsTheSpecification() throws IOException {
        examples = SpecificationExamplesTest.examples();
    }

    @AfterContainer
    static void bothHappened() {
        assertThat(REFUSED.get()).isGreaterThan(TRIES / 2);
        assertThat(TAKEN.get()).isPositive();
    }

    @Property(tries = TRIES)
    void aChangedMemberIsTakenOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        SpecificationExamplesTest.Example example = examples.get(random.nextInt(examples.size()));
        JsonNode tree = Mutations.of(CanonicalJson.readTree(example.text()), random);
        read(example, tree.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = TRIES)
    void aChangedByteIsTakenOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        SpecificationExamplesTest.Example example = examples.get(random.nextInt(examples.size()));
        read(example, Mutations.of(example.text(), random));
    }

    private static void read(SpecificationExamplesTest.Example example, byte[] bytes) {
        try {
            if (example.signed()) {
                SignedDocument<? extends Document> document = SignedDocument.read(bytes, example.kind());
                assertThat(SignedDocument.read(document.bytes(), example.kind()).digest())
                        .isEqualTo(document.digest());
            } else {
                Document document = CanonicalJson.read(bytes, example.kind());
                assertThat(CanonicalJson.read(CanonicalJson.write(document), example.kind()))
                        .isEqualTo(document);
            }
            TAKEN.incrementAndGet();
        } catch (DocumentException e) {
            assertThat(e.code()).matches("[A-Z_0-9]+");
            REFUSED.incrementAndGet();
        } catch (SignatureException e) {
            assertThat(e.code()).matches("[A-Z_0-9]+");
            REFUSED.incrementAndGet();
        }
    }
}
