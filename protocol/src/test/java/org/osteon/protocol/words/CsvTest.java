package org.osteon.protocol.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
    @Test
    void quotesWhatWouldBreakALineAndEndsLinesAsTheRfcSays() {
        assertThat(Csv.line(List.of("a", "b,c", "say \"x\"", "two\nlines", "")))
                .isEqualTo("a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
    }

    @Test
    void letsNoFieldBeginAFormula() {
        for (String field : List.of("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1")) {
            assertThat(Csv.line(List.of(field)))
                    .as(field)
                    .satisfiesAnyOf(
                            line -> assertThat(line).startsWith("'"),
                            line -> assertThat(line).startsWith("\"'"));
        }
        assertThat(Csv.line(List.of("1-1", "a=b"))).isEqualTo("1-1,a=b\r\n");
    }
}
