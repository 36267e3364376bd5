package org.osteon.adapters.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osteon.adapters.fhirpath.FhirTypes;
import org.osteon.adapters.view.ResourceJson;
import org.osteon.adapters.view.ViewException;

/** What kind of file a source file is, told by its content. */
public sealed interface FileContent {

    /** One FHIR resource a line; {@code type} is the first resource type found, for the source's label. */
    record Ndjson(String type) implements FileContent {}

    /** One JSON document: a FHIR bundle or a single resource. */
    record Document() implements FileContent {}

    /**
     * A delimited table with a header that a mapping fits.
     *
     * @param charset the file's character set
     * @param delimiter between fields
     * @param header names of the columns
     */
    record Table(Charset charset, char delimiter, List<String> header) implements FileContent {}

    /** A delimited table that no mapping fits. */
    record ForeignTable(char delimiter) implements FileContent {}

    /** Possibly DICOM: binary, or with the prefix of PS3.10. */
    record Binary() implements FileContent {}

    /** Text of no known kind. */
    record Unknown() implements FileContent {}

    /** Nothing at all. */
    record Empty() implements FileContent {}

    /**
     * Looks into a file.
     *
     * @param wanted whether some mapping fits a header
     * @throws IOException if the file cannot be read or decompressed
     */
    static FileContent of(SourceFile file, SourceLimits limits, Function<List<String>, Boolean> wanted)
            throws IOException {
        return new Detection(file, limits, wanted).content();
    }

    /** One look at one file. */
    final class Detection {
        private static final int HEAD = 1 << 16;
        private static final int LINES = 16;
        private static final int DICM_AT = 128;
        private static final char[] DELIMITERS = {',', ';', '\t'};
        private static final List<Charset> CHARSETS = List.of(StandardCharsets.UTF_8, Charset.forName("GB18030"));

        private final SourceFile file;
        private final SourceLimits limits;
        private final Function<List<String>, Boolean> wanted;

        private Detection(SourceFile file, SourceLimits limits, Function<List<String>, Boolean> wanted) {
            this.file = file;
            this.limits = limits;
            this.wanted = wanted;
        }

        private FileContent content() throws IOException {
            byte[] head;
            try (InputStream in = file.open(limits.fileBytes())) {
                head = in.readNBytes(HEAD);
            }
            if (head.length == 0) {
                return new Empty();
            }
            if (head.length >= DICM_AT + 4
                    && new String(head, DICM_AT, 4, StandardCharsets.ISO_8859_1).equals("DICM")) {
                return new Binary();
            }
            Optional<FileContent> json = mayHoldJson(head) ? json(head) : Optional.empty();
            if (json.isPresent()) {
                return json.orElseThrow();
            }
            boolean binary = false;
            for (byte value : head) {
                binary |= value == 0;
            }
            return binary ? new Binary() : table(head);
        }

        private static boolean mayHoldJson(byte[] head) {
            boolean lineStart = true;
            for (byte value : head) {
                boolean blank = value == ' ' || value == '\t' || value == '\r' || (value & 0xff) >= 0xbb;
                if (lineStart && value == '{') {
                    return true;
                }
                lineStart = value == '\n' || (lineStart && blank);
            }
            return false;
        }

        /** NDJSON if one of the first lines is a resource by itself; a lone bundle, or JSON over lines, a document. */
        private Optional<FileContent> json(byte[] head) throws IOException {
            try (InputStream in = file.open(limits.fileBytes())) {
                RecordReader lines = RecordReader.lines(in, limits.lineBytes());
                int seen = 0;
                boolean bundleFirst = false;
                while (seen < LINES && lines.next()) {
                    if (lines.isBlank()) {
                        continue;
                    }
                    seen++;
                    if (bundleFirst) {
                        return Optional.of(new Ndjson("Bundle"));
                    }
                    Optional<String> type = resourceType(lines);
                    bundleFirst = seen == 1 && type.filter("Bundle"::equals).isPresent();
                    if (type.isPresent() && !bundleFirst) {
                        return Optional.of(new Ndjson(type.orElseThrow()));
                    }
                }
                if (bundleFirst) {
                    return Optional.of(new Document());
                }
            }
            int first = 0;
            while (first < head.length && (head[first] <= ' ' || (head[first] & 0xff) >= 0xbb)) {
                first++;
            }
            return first < head.length && head[first] == '{' ? Optional.of(new Document()) : Optional.empty();
        }

        private static Optional<String> resourceType(RecordReader line) {
            if (line.length() == 0) {
                return Optional.empty();
            }
            try {
                JsonNode json = ResourceJson.parse(
                        new String(line.bytes(), line.offset(), line.length(), StandardCharsets.UTF_8)
                                .replace("\uFEFF", ""));
                return Optional.ofNullable(json.path("resourceType").textValue())
                        .filter(FhirTypes::isResource);
            } catch (ViewException e) {
                return Optional.empty();
            }
        }

        private FileContent table(byte[] head) throws IOException {
            int lineEnd = 0;
            while (lineEnd < head.length && head[lineEnd] != '\n') {
                lineEnd++;
            }
            int length = lineEnd > 0 && head[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
            for (Charset charset : CHARSETS) {
                for (char delimiter : DELIMITERS) {
                    CsvFields csv = new CsvFields(charset, delimiter);
                    Optional<List<String>> header =
                            csv.text(head, 0, length).flatMap(csv::fields).map(Detection::stripped);
                    if (header.filter(wanted::apply).isPresent()) {
                        return new Table(charsetOf(header.orElseThrow(), charset), delimiter, header.orElseThrow());
                    }
                }
            }
            return foreign(head, length);
        }

        private static List<String> stripped(List<String> names) {
            return names.stream().map(String::strip).toList();
        }

        /** An ASCII header says nothing, so the rows decide: the first character set that decodes them all. */
        private Charset charsetOf(List<String> header, Charset found) throws IOException {
            if (!String.join("", header).chars().allMatch(c -> c < 0x80)) {
                return found;
            }
            for (Charset charset : CHARSETS) {
                if (decodes(charset)) {
                    return charset;
                }
            }
            return found;
        }

        private boolean decodes(Charset charset) throws IOException {
            CsvFields csv = new CsvFields(charset, ',');
            try (InputStream in = file.open(limits.fileBytes())) {
                RecordReader lines = RecordReader.lines(in, limits.rowBytes());
                while (lines.next()) {
                    if (csv.text(lines.bytes(), lines.offset(), lines.length()).isEmpty()) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** A table if the first two lines have the same number of delimiters, at least one. */
        private static FileContent foreign(byte[] head, int length) {
            int second = Math.min(head.length, length + 2);
            while (second > 0 && second < head.length && head[second - 1] != '\n') {
                second++;
            }
            int stop = second;
            while (stop < head.length && head[stop] != '\n') {
                stop++;
            }
            for (char delimiter : DELIMITERS) {
                long first = count(Arrays.copyOf(head, length), delimiter);
                if (first > 0 && first == count(Arrays.copyOfRange(head, Math.min(second, stop), stop), delimiter)) {
                    return new ForeignTable(delimiter);
                }
            }
            return new Unknown();
        }

        private static long count(byte[] line, char delimiter) {
            long count = 0;
            for (byte value : line) {
                if (value == delimiter) {
                    count++;
                }
            }
            return count;
        }
    }
}
