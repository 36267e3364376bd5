package org.osteon.protocol.document;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says that model versions of a study were made with data that may no longer be used. It names neither a patient nor
 * how many there are.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site
 * @param models identities of model versions that went through a round with the data, ascending, each once
 * @param noticed when it was signed
 */
public record WithdrawalNotice(
        String schema, String federation, Digest study, String site, List<Digest> models, Instant noticed)
        implements Statement {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.withdrawal-notice/1";

    /** Most model versions that one notice names. */
    public static final int MOST_MODELS = 256;

    /** Takes a copy; the models are in order, so that their order says nothing. */
    public WithdrawalNotice {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        models = List.copyOf(models);
        Require.size("models", models, 1, MOST_MODELS);
        List<String> names = models.stream().map(Digest::hex).toList();
        Require.hold(
                IntStream.range(1, names.size()).allMatch(i -> names.get(i - 1).compareTo(names.get(i)) < 0),
                "MODELS_NOT_IN_ORDER",
                "models must be in ascending order, each once");
    }
}
