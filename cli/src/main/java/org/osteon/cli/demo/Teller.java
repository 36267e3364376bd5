package org.osteon.cli.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.osteon.cli.output.Output;
import org.osteon.cli.output.Table;

/** Tells what happens, line by line and with the time; silent but for the answer where a program reads. */
final class Teller {
    private final Output output;
    private final long started = System.nanoTime();

    Teller(Output output) {
        this.output = output;
    }

    Output output() {
        return output;
    }

    double seconds() {
        return Math.round((System.nanoTime() - started) / 1e8) / 10.0;
    }

    void say(String key, Object... values) {
        output.line(output.messages().say(key, values));
    }

    void step(String key, Object... values) {
        output.line("");
        output.line(String.format(Locale.ROOT, "[%4.1f s] ", seconds())
                + output.messages().say(key, values));
    }

    List<String> headings(String... fields) {
        List<String> row = new ArrayList<>();
        for (String field : fields) {
            row.add(output.messages().field(field));
        }
        return row;
    }

    void table(List<List<String>> rows) {
        if (!output.json()) {
            Table.print(new PrintStream(System.out, true, StandardCharsets.UTF_8), "  ", rows);
        }
    }

    void row(List<Integer> widths, List<String> cells) {
        StringBuilder line = new StringBuilder("  ");
        for (int i = 0; i < cells.size(); i++) {
            line.append(cells.get(i)).append(" ".repeat(Math.max(1, widths.get(i) - Table.width(cells.get(i)))));
        }
        output.line(line.toString().stripTrailing());
    }
}
