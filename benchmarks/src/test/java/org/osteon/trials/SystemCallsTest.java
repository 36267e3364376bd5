package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Traces are read also where threads interrupt each other's lines. */
class SystemCallsTest {
    @Test
    void aCallInTwoPiecesHasItsOwnBeginAndEnd() {
        List<SystemCalls.Call> calls = SystemCalls.read(List.of(
                "17 100.000001 fsync(5</hub/hub.db-wal> <unfinished ...>",
                "18 100.000002 write(6</hub/log>, \"a = b) <x>\"..., 9) = 9 <0.000003>",
                "17 100.000900 <... fsync resumed>) = 0 <0.000899>",
                "19 100.001000 rename(\"/a/.b\", \"/a/b\") = -1 ENOENT (No such file or directory) <0.000010>",
                "19 100.002000 +++ exited with 0 +++"));

        assertThat(calls)
                .containsExactly(
                        new SystemCalls.Call("fsync", "5</hub/hub.db-wal>", 100.000001, 100.0009, 0),
                        new SystemCalls.Call(
                                "write", "6</hub/log>, \"a = b) <x>\"..., 9", 100.000002, 100.000002 + 0.000003, 9),
                        new SystemCalls.Call("rename", "\"/a/.b\", \"/a/b\"", 100.001, 100.001 + 0.00001, -1));
        assertThat(calls.get(0).on("/hub/hub.db-wal")).isTrue();
        assertThat(calls.get(2).done()).isFalse();
    }
}
