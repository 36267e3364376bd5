package org.osteon.adapters.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import org.osteon.adapters.source.RecordReader.Fault;
import org.osteon.protocol.document.Digest;

class RecordReaderTest {

    @Property(tries = 500)
    void whatIsQuotedComesBack(@ForAll("tables") List<List<String>> table, @ForAll boolean chinese) throws IOException {
        // Given a table written by RFC 4180, every field quoted
        Charset charset = chinese ? Charset.forName("GB18030") : StandardCharsets.UTF_8;
        String text = table.stream()
                .map(row -> row.stream()
                        .map(field -> '"' + field.replace("\"", "\"\"") + '"')
                        .collect(Collectors.joining(",")))
                .collect(Collectors.joining("\r\n", "", "\r\n"));

        // When
        List<List<String>> read = new ArrayList<>();
        CsvFields csv = new CsvFields(charset, ',');
        RecordReader rows = RecordReader.rows(slowly(text.getBytes(charset)), 1 << 20, ',');
        while (rows.next()) {
            String row = csv.text(rows.bytes(), rows.offset(), rows.length()).orElseThrow();
            read.add(csv.fields(row).orElseThrow());
        }

        // Then
        assertThat(read).isEqualTo(table);
    }

    @Provide
    Arbitrary<List<List<String>>> tables() {
        return Arbitraries.of("a", "\"", ",", "\n", "\r", "中", "𠮷", ";", "\t")
                .list()
                .ofMaxSize(6)
                .map(parts -> String.join("", parts))
                .list()
                .ofMinSize(2)
                .ofMaxSize(5)
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    @Property(tries = 500)
    void linesAreThoseOfTheText(@ForAll @Size(max = 30) List<@CharRange(from = 'a', to = 'e') String> lines)
            throws IOException {
        byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);

        List<String> read = new ArrayList<>();
        RecordReader reader = RecordReader.lines(slowly(text), 1 << 20);
        while (reader.next()) {
            read.add(new String(reader.bytes(), reader.offset(), reader.length(), StandardCharsets.UTF_8));
            assertThat(reader.line()).isEqualTo(read.size());
            assertThat(reader.digest())
                    .isEqualTo(Digest.of(read.get(read.size() - 1).getBytes(StandardCharsets.UTF_8)));
        }

        assertThat(read).isEqualTo(lines.isEmpty() ? List.of("") : lines);
    }

    @Example
    void aLineOverTheLimitIsSkippedAndTheNextIsRead() throws IOException {
        String large = "x".repeat(300_000);
        RecordReader reader = RecordReader.lines(
                new ByteArrayInputStream((large + "\nshort\n" + large).getBytes(StandardCharsets.UTF_8)), 1000);

        assertThat(reader.next()).isTrue();
        assertThat(reader.fault()).isEqualTo(Fault.TOO_LARGE);
        assertThat(reader.digest()).isEqualTo(Digest.of(large.getBytes(StandardCharsets.UTF_8)));
        assertThat(reader.next()).isTrue();
        assertThat(reader.fault()).isEqualTo(Fault.NONE);
        assertThat(new String(reader.bytes(), reader.offset(), reader.length(), StandardCharsets.UTF_8))
                .isEqualTo("short");
        assertThat(reader.line()).isEqualTo(2);
        assertThat(reader.next()).isTrue();
        assertThat(reader.fault()).isEqualTo(Fault.TOO_LARGE);
        assertThat(reader.next()).isFalse();
    }

    @Example
    void anOpenQuoteDoesNotSwallowTheRowsAfterIt() throws IOException {
        String text = "a,\"open\nb,2\nc,3\n";
        RecordReader reader =
                RecordReader.rows(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1000, ',');
        List<String> rows = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        while (reader.next()) {
            rows.add(new String(reader.bytes(), reader.offset(), reader.length(), StandardCharsets.UTF_8));
            faults.add(reader.fault());
        }

        assertThat(rows).containsExactly("a,\"open", "b,2", "c,3");
        assertThat(faults).containsExactly(Fault.QUOTE_OPEN, Fault.NONE, Fault.NONE);
    }

    @Example
    void aQuoteInsideAnUnquotedFieldIsText() throws IOException {
        String text = "5'10\",x\"\"y\nnext,1\n";
        RecordReader reader =
                RecordReader.rows(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1000, ',');

        assertThat(reader.next()).isTrue();
        assertThat(reader.length()).isEqualTo(text.indexOf('\n'));
        assertThat(new CsvFields(StandardCharsets.UTF_8, ',').fields(text.substring(0, text.indexOf('\n'))))
                .contains(List.of("5'10\"", "x\"\"y"));
    }

    /** A stream that gives at most three bytes at a time. */
    private static InputStream slowly(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                return super.read(buffer, offset, Math.min(length, 3));
            }
        };
    }
}
