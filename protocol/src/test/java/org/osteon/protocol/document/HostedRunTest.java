package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.document.HostedRun.Setting;

class HostedRunTest {
    private static final Digest FAB = Digest.of(new byte[] {1});
    private static final List<ArraySpec> ARRAYS = List.of(ArraySpec.shared("0", "float32", 2, 3));

    private static HostedRun run(Digest fab, List<Setting> config, int rounds, List<ArraySpec> arrays) {
        return run(HostedRun.MESSAGE_TYPES, fab, config, rounds, arrays);
    }

    private static HostedRun run(
            List<String> types, Digest fab, List<Setting> config, int rounds, List<ArraySpec> arrays) {
        return new HostedRun(
                HostedRun.SCHEMA,
                "ortho-net",
                "hospital-a",
                "superlink.example:9092",
                "someone/bones",
                "1.0.0",
                fab,
                config,
                types,
                rounds,
                arrays,
                List.of("num-examples"));
    }

    @Test
    void anotherBundleSettingRoundOrShapeIsAnotherDocument() {
        List<Setting> config = List.of(new Setting("lr", "real", "0.1"), new Setting("steps", "integer", "3"));
        HostedRun run = run(FAB, config, 3, ARRAYS);

        assertThat(HostedRun.read(run.canonical())).isEqualTo(run);
        assertThat(List.of(
                        run(Digest.of(new byte[] {2}), config, 3, ARRAYS).digest(),
                        run(FAB, List.of(new Setting("lr", "real", "0.2"), config.get(1)), 3, ARRAYS)
                                .digest(),
                        run(FAB, List.of(new Setting("lr", "text", "0.1"), config.get(1)), 3, ARRAYS)
                                .digest(),
                        run(FAB, config, 4, ARRAYS).digest(),
                        run(FAB, config, 3, List.of(ArraySpec.shared("0", "float32", 3, 2)))
                                .digest(),
                        run.digest()))
                .doesNotHaveDuplicates();
    }

    @Test
    void saysWhatLeavesAndThatItIsNotPrivate() {
        HostedRun run = run(FAB, List.of(), 1, ARRAYS);

        assertThat(run.releases()).containsExactly("arrays", "metrics/num-examples");
        assertThat(run.purpose()).contains(FAB.hex(), "not private");
    }

    @Test
    void listsWhatLeavesOfEachTypeThatIsApproved() {
        HostedRun run = run(FAB, List.of(), 1, ARRAYS);

        List<String> both = run.releases(List.of("train", "evaluate"), List.of("eval_loss"));
        assertThat(both)
                .containsExactly("arrays", "metrics/num-examples", "evaluate/num-examples", "evaluate/eval_loss");
        assertThat(run.numbers(both)).containsExactly("num-examples", "eval_loss");
        assertThat(run.covers(both, "train")).isTrue();
        assertThat(run.covers(both, "evaluate")).isTrue();
        assertThat(run.covers(run.releases(List.of("train"), List.of()), "evaluate"))
                .isFalse();
        assertThat(run.covers(both, "query")).isFalse();
        assertThat(run.declared(both)).isTrue();
        assertThat(run.declared(List.of("arrays", "evaluate/num-examples"))).isFalse();
        assertThat(run.declared(List.of("evaluate/num-examples", "evaluate/num-examples")))
                .isFalse();
    }

    @Test
    void refusesNumbersWithoutEvaluationTooManyAndMisnamed() {
        HostedRun run = run(FAB, List.of(), 1, ARRAYS);
        List<String> many = java.util.stream.IntStream.range(0, HostedRun.MOST_NUMBERS)
                .mapToObj(number -> "n" + number)
                .toList();

        assertThatThrownBy(() -> run.releases(List.of("train"), List.of("loss")))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run.releases(List.of("evaluate"), many)).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run.releases(List.of("evaluate"), List.of("a row: 1")))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run.releases(List.of("query"), List.of())).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run.releases(List.of(), List.of())).isInstanceOf(DocumentException.class);
    }

    @Test
    void aQueryOrACustomActionIsAskedForByItself() {
        assertThat(HostedRun.asked("train")).contains(List.of("train", "evaluate"));
        assertThat(HostedRun.asked("evaluate")).contains(List.of("train", "evaluate"));
        assertThat(HostedRun.asked("query")).contains(List.of("query"));
        assertThat(HostedRun.asked("train.warm_up")).contains(List.of("train.warm_up"));
        assertThat(List.of("system", "get_parameters", "train.", "train.a.b", "train.1", "query.a b", "", "trainer"))
                .allSatisfy(type -> assertThat(HostedRun.asked(type)).isEmpty());

        HostedRun query = run(List.of("query"), FAB, List.of(), 1, List.of());
        List<String> numbers = query.releases(List.of("query"), List.of("patients"));
        assertThat(query.releases()).containsExactly("query/num-examples");
        assertThat(numbers).containsExactly("query/num-examples", "query/patients");
        assertThat(query.numbers(numbers)).containsExactly("num-examples", "patients");
        assertThat(query.covers(numbers, "query")).isTrue();
        assertThat(query.covers(numbers, "train")).isFalse();
        assertThat(query.declared(List.of("arrays", "query/num-examples"))).isFalse();
        assertThat(query.declared(List.of("evaluate/num-examples"))).isFalse();

        HostedRun action = run(List.of("train.warm_up"), FAB, List.of(), 1, ARRAYS);
        assertThat(action.releases()).containsExactly("arrays", "metrics/num-examples");
        assertThat(action.covers(action.releases(), "train")).isFalse();
        assertThat(action.covers(action.releases(), "train.warm_up")).isTrue();

        HostedRun measure = run(List.of("evaluate.by_hip"), FAB, List.of(), 1, List.of());
        assertThat(measure.releases()).containsExactly("evaluate.by_hip/num-examples");
    }

    @Test
    void refusesTypesThatAreNotAskedForTogetherAndArraysWithoutTraining() {
        assertThat(List.of(
                        List.of("train"),
                        List.of("evaluate", "train"),
                        List.of("train", "query"),
                        List.of("query", "query"),
                        List.of("system")))
                .allSatisfy(types -> assertThatThrownBy(() -> run(types, FAB, List.of(), 1, ARRAYS))
                        .isInstanceOf(DocumentException.class));
        assertThatThrownBy(() -> run(List.of("query"), FAB, List.of(), 1, ARRAYS))
                .isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run(List.of("train.a"), FAB, List.of(), 1, List.of()))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void refusesSettingsOutOfOrderTwiceOrOfAnotherKind() {
        Setting first = new Setting("a", "truth", "true");
        Setting second = new Setting("b", "text", "");

        assertThatThrownBy(() -> run(FAB, List.of(second, first), 1, ARRAYS)).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run(FAB, List.of(first, first), 1, ARRAYS)).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> new Setting("a", "integer", "1.5")).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> new Setting("a", "real", "0.10")).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> new Setting("a", "bytes", "00")).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run(FAB, List.of(), 1, List.of())).isInstanceOf(DocumentException.class);
        assertThatThrownBy(() -> run(FAB, List.of(), 0, ARRAYS)).isInstanceOf(DocumentException.class);
    }
}
