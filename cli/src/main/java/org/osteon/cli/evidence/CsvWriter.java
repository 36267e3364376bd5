package org.osteon.cli.evidence;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A table of evidence in the making: UTF-8, RFC 4180. */
final class CsvWriter {
    private final List<String> columns;
    private final List<String> lines = new ArrayList<>();

    CsvWriter(List<String> columns) {
        this.columns = List.copyOf(columns);
    }

    void row(List<String> cells) {
        lines.add(line(cells));
    }

    int rows() {
        return lines.size();
    }

    /** Writes the table, or adds its rows to one with the same columns. */
    void write(Path file, boolean append) throws IOException {
        boolean there = append && Files.exists(file);
        StringBuilder text = new StringBuilder(there ? "" : line(columns) + "\n");
        lines.forEach(line -> text.append(line).append('\n'));
        if (there) {
            Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } else {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        }
    }

    private static String line(List<String> cells) {
        List<String> quoted = new ArrayList<>();
        for (String cell : cells) {
            boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
            quoted.add(plain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"");
        }
        return String.join(",", quoted);
    }
}
