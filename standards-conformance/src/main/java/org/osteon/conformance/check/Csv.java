package org.osteon.conformance.check;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** A table of evidence: UTF-8, RFC 4180, the first line names the columns. */
final class Csv {
    private static final int MAX_ROWS = 100_000;
    private final String name;
    private final List<String> columns;
    private final List<List<String>> rows;

    private Csv(String name, List<String> columns, List<List<String>> rows) {
        this.name = name;
        this.columns = columns;
        this.rows = rows;
    }

    /** What is wrong with a table; without any of its values. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Fault fault;

        Malformed(String table, int row) {
            super(table + ", row " + row);
            this.fault = Fault.inconclusive("TABLE_MALFORMED", "table", table, "row", row);
        }

        Malformed(String table, String column) {
            super(table + ", column " + column);
            this.fault = Fault.inconclusive("TABLE_COLUMN_MISSING", "table", table, "column", column);
        }

        Fault fault() {
            return fault;
        }
    }

    static Csv read(String name, byte[] bytes) throws Malformed {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Malformed(name, 0);
        }
        List<List<String>> records = records(name, text.startsWith("\ufeff") ? text.substring(1) : text);
        if (records.isEmpty()
                || new HashSet<>(records.get(0)).size() != records.get(0).size()) {
            throw new Malformed(name, 0);
        }
        List<String> columns = records.get(0);
        for (int i = 1; i < records.size(); i++) {
            if (records.get(i).size() != columns.size()) {
                throw new Malformed(name, i);
            }
        }
        return new Csv(name, columns, records.subList(1, records.size()));
    }

    private static List<List<String>> records(String name, String text) throws Malformed {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    cell.append(c);
                }
            } else if (c == '"') {
                quoted = true;
                any = true;
            } else if (c == ',') {
                record.add(cell.toString());
                cell.setLength(0);
                any = true;
            } else if (c == '\n') {
                if (any || cell.length() > 0) {
                    record.add(cell.toString());
                    records.add(List.copyOf(record));
                }
                record.clear();
                cell.setLength(0);
                any = false;
                if (records.size() > MAX_ROWS) {
                    throw new Malformed(name, MAX_ROWS);
                }
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new Malformed(name, records.size());
        }
        if (any || cell.length() > 0) {
            record.add(cell.toString());
            records.add(List.copyOf(record));
        }
        return records;
    }

    List<String> columns() {
        return columns;
    }

    int size() {
        return rows.size();
    }

    int column(String column) throws Malformed {
        int at = columns.indexOf(column);
        if (at < 0) {
            throw new Malformed(name, column);
        }
        return at;
    }

    String cell(int row, int column) {
        return rows.get(row).get(column);
    }

    /** A finite number. */
    double number(int row, int column) throws Malformed {
        String text = cell(row, column).strip();
        if (text.matches("[0-9.Ee+-]{1,40}")) {
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw malformed(row);
            }
        }
        throw malformed(row);
    }

    Malformed malformed(int row) {
        return new Malformed(name, row + 1);
    }
}
