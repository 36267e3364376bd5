package org.osteon.adapters.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.dicom.DicomLimits;
import org.osteon.adapters.mapping.CsvMapping;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.Reason;
import org.osteon.adapters.mapping.UnitRefused;
import org.osteon.adapters.source.BundleReader;
import org.osteon.adapters.source.CsvFields;
import org.osteon.adapters.source.FileContent;
import org.osteon.adapters.source.RecordReader;
import org.osteon.adapters.source.SourceFile;
import org.osteon.adapters.source.SourceLimits;
import org.osteon.adapters.view.ResourceJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Manifest;

/** Reads all files of an input and decides the fate of each unit. */
final class MappingRun {
    private static final int PROGRESS_EVERY = 4096;

    private final SourceLimits limits = SourceLimits.standard();
    private final Profile profile;
    private final UnitMapper mapper;
    private final Quarantine quarantine;
    private final MappingProgress progress;
    private final Map<String, Tally> tallies = new TreeMap<>();

    MappingRun(Profile profile, UnitMapper mapper, Quarantine quarantine, MappingProgress progress) {
        this.profile = profile;
        this.mapper = mapper;
        this.quarantine = quarantine;
        this.progress = progress;
    }

    /** The balances of all sources, sorted by label. */
    List<Manifest.SourceCount> counts() {
        return tallies.values().stream().map(Tally::count).toList();
    }

    /** Maps one file. */
    void file(SourceFile file) throws IOException {
        if (!file.regular()) {
            fileRefused(file, Reason.FILE_LINK);
            return;
        }
        FileContent content;
        try {
            content = FileContent.of(file, limits, header -> mappingFor(header).isPresent());
        } catch (IOException e) {
            fileRefused(file, Reason.FILE_UNREADABLE);
            return;
        }
        if (content instanceof FileContent.Ndjson ndjson) {
            ndjson(file, ndjson);
        } else if (content instanceof FileContent.Document) {
            document(file);
        } else if (content instanceof FileContent.Table table) {
            table(file, table);
        } else if (content instanceof FileContent.ForeignTable foreign) {
            foreign(file, foreign);
        } else if (content instanceof FileContent.Binary) {
            binary(file);
        } else if (content instanceof FileContent.Unknown) {
            fileRefused(file, Reason.FILE_UNKNOWN);
        } else if (!file.namedAsLines()) {
            fileRefused(file, Reason.FILE_EMPTY);
        }
    }

    private void ndjson(SourceFile file, FileContent.Ndjson content) throws IOException {
        Tally tally = tally("ndjson." + content.type(), "line");
        mapper.expectResources();
        try (InputStream in = file.open(limits.fileBytes())) {
            RecordReader lines = RecordReader.lines(in, limits.lineBytes());
            while (nextOrBroken(lines, tally, file)) {
                if (!lines.isBlank()) {
                    unit(tally, file.ordinal() + "/" + lines.line(), lines, () -> line(lines));
                }
            }
        }
        progress.at(tally.source(), tally.read());
    }

    private void line(RecordReader line) throws IOException {
        if (line.fault() == RecordReader.Fault.TOO_LARGE) {
            throw new UnitRefused(Reason.TOO_LARGE);
        }
        JsonNode resource;
        try {
            resource = ResourceJson.reader().readTree(line.bytes(), line.offset(), line.length());
        } catch (IOException e) {
            throw new UnitRefused(Reason.BAD_JSON);
        }
        if (!resource.isObject()) {
            throw new UnitRefused(Reason.BAD_JSON);
        }
        mapper.resource(resource, line.digest());
    }

    private void document(SourceFile file) throws IOException {
        Tally tally = tally("bundle", "entry");
        mapper.expectResources();
        try (InputStream first = file.open(limits.documentBytes());
                InputStream in = file.open(limits.documentBytes())) {
            BundleReader reader = new BundleReader();
            reader.read(in, reader.targets(first), new BundleReader.EntrySink() {
                @Override
                public void entry(long index, @Nullable JsonNode resource) {
                    MappingRun.this.entry(tally, file.ordinal() + "/" + index, resource);
                }

                @Override
                public void broken(long index) {
                    MappingRun.this.broken(tally, file.ordinal() + "/" + index);
                }
            });
        } catch (IOException e) {
            refused(tally, file.ordinal() + "/0", Digest.of(new byte[0]), Reason.FILE_UNREADABLE);
        }
        progress.at(tally.source(), tally.read());
    }

    /** An output that fails ends the run; it must not look like an input that does. */
    private void entry(Tally tally, String position, @Nullable JsonNode resource) {
        String text = resource == null ? "" : resource.toString();
        Digest digest = Digest.of(text.getBytes(StandardCharsets.UTF_8));
        try {
            unit(tally, position, digest, () -> {
                if (resource == null) {
                    throw new UnitRefused(Reason.NO_RESOURCE);
                }
                mapper.resource(resource, digest);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void broken(Tally tally, String position) {
        try {
            refused(tally, position, Digest.of(new byte[0]), Reason.BAD_JSON);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void table(SourceFile file, FileContent.Table content) throws IOException {
        CsvMapping mapping = mappingFor(content.header()).orElseThrow();
        CsvMapping.Bound bound = mapping.bind(content.header());
        mapper.expectRows(mapping);
        Tally tally = tally("table." + mapping.schema().name(), "row");
        CsvFields csv = new CsvFields(content.charset(), content.delimiter());
        try (InputStream in = file.open(limits.fileBytes())) {
            RecordReader rows = RecordReader.rows(in, limits.rowBytes(), content.delimiter());
            boolean header = true;
            while (nextOrBroken(rows, tally, file)) {
                if (rows.isBlank() || header) {
                    header = header && rows.isBlank();
                    continue;
                }
                unit(tally, file.ordinal() + "/" + rows.line(), rows, () -> mapper.row(bound, fields(csv, rows)));
            }
        }
        progress.at(tally.source(), tally.read());
    }

    private static List<String> fields(CsvFields csv, RecordReader row) {
        switch (row.fault()) {
            case TOO_LARGE -> throw new UnitRefused(Reason.TOO_LARGE);
            case QUOTE_OPEN -> throw new UnitRefused(Reason.QUOTE_BROKEN);
            default -> {}
        }
        String text = csv.text(row.bytes(), row.offset(), row.length())
                .orElseThrow(() -> new UnitRefused(Reason.CHARSET_INVALID));
        return csv.fields(text).orElseThrow(() -> new UnitRefused(Reason.QUOTE_BROKEN));
    }

    private void foreign(SourceFile file, FileContent.ForeignTable content) throws IOException {
        Tally tally = tally("table.unknown", "row");
        try (InputStream in = file.open(limits.fileBytes())) {
            RecordReader rows = RecordReader.rows(in, limits.rowBytes(), content.delimiter());
            boolean header = true;
            while (nextOrBroken(rows, tally, file)) {
                if (!rows.isBlank() && !header) {
                    refused(tally, file.ordinal() + "/" + rows.line(), rows.digest(), Reason.HEADER_UNKNOWN);
                }
                header = header && rows.isBlank();
            }
        }
    }

    private void binary(SourceFile file) throws IOException {
        long limit = DicomLimits.standard().fileBytes();
        byte[] bytes;
        try (InputStream in = file.open(Long.MAX_VALUE)) {
            bytes = in.readNBytes((int) limit + 1);
        } catch (IOException e) {
            fileRefused(file, Reason.FILE_UNREADABLE);
            return;
        }
        Digest digest = Digest.of(bytes);
        boolean[] image = {true};
        Tally tally = new Tally("dicom", "file");
        Reason refusal = null;
        try {
            image[0] = mapper.image(bytes, digest);
        } catch (UnitRefused e) {
            refusal = e.reason();
        }
        if (!image[0]) {
            fileRefused(file, Reason.FILE_UNKNOWN);
            return;
        }
        mapper.expectImages();
        tally = tally(tally.source(), tally.unit());
        tally.unitRead();
        if (refusal == null) {
            tally.mapped();
        } else {
            tally.refused(refusal);
            quarantine.add(tally.source(), file.ordinal() + "/0", refusal, digest);
        }
        progress.at(tally.source(), tally.read());
    }

    private void fileRefused(SourceFile file, Reason reason) throws IOException {
        Digest digest = Digest.of(new byte[0]);
        if (file.regular()) {
            try {
                digest = FileDigest.of(file.path());
            } catch (IOException e) {
                digest = Digest.of(new byte[0]);
            }
        }
        refused(tally("file", "file"), file.ordinal() + "/0", digest, reason);
    }

    /** The next record; what can no longer be read counts as one unit. */
    private boolean nextOrBroken(RecordReader records, Tally tally, SourceFile file) throws IOException {
        boolean more;
        try {
            more = records.next();
        } catch (IOException e) {
            refused(tally, file.ordinal() + "/" + records.line(), Digest.of(new byte[0]), Reason.FILE_UNREADABLE);
            return false;
        }
        return more;
    }

    private void unit(Tally tally, String position, RecordReader record, UnitWork work) throws IOException {
        tally.unitRead();
        try {
            work.map();
            tally.mapped();
        } catch (UnitRefused e) {
            tally.refused(e.reason());
            quarantine.add(tally.source(), position, e.reason(), record.digest());
        }
        report(tally);
    }

    private void unit(Tally tally, String position, Digest digest, UnitWork work) throws IOException {
        tally.unitRead();
        try {
            work.map();
            tally.mapped();
        } catch (UnitRefused e) {
            tally.refused(e.reason());
            quarantine.add(tally.source(), position, e.reason(), digest);
        }
        report(tally);
    }

    private void refused(Tally tally, String position, Digest digest, Reason reason) throws IOException {
        unit(tally, position, digest, () -> {
            throw new UnitRefused(reason);
        });
    }

    private void report(Tally tally) {
        if (tally.read() % PROGRESS_EVERY == 0) {
            progress.at(tally.source(), tally.read());
        }
    }

    private Tally tally(String source, String unit) {
        return tallies.computeIfAbsent(source, label -> new Tally(label, unit));
    }

    private Optional<CsvMapping> mappingFor(List<String> header) {
        return profile.tables().stream()
                .filter(mapping -> mapping.fits(header))
                .max(Comparator.comparingInt(CsvMapping::width));
    }

    /** Work on one unit. */
    @FunctionalInterface
    private interface UnitWork {
        void map() throws IOException;
    }
}
