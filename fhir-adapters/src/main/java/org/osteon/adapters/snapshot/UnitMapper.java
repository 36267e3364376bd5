package org.osteon.adapters.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.dicom.DicomCode;
import org.osteon.adapters.dicom.DicomLimits;
import org.osteon.adapters.dicom.DicomMapper;
import org.osteon.adapters.dicom.DicomOutcome;
import org.osteon.adapters.fhirpath.FhirTypes;
import org.osteon.adapters.mapping.CsvMapping;
import org.osteon.adapters.mapping.DicomMapping;
import org.osteon.adapters.mapping.Disposition;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.adapters.mapping.Reason;
import org.osteon.adapters.mapping.UnitRefused;
import org.osteon.adapters.mapping.ViewMapping;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.protocol.document.Digest;

/** Takes one unit after the other to rows of tables; each method either writes all rows of its unit or throws. */
final class UnitMapper {
    private record TableRow(TableSchema schema, @Nullable Object[] values) {}

    private final Map<String, List<ViewMapping>> views = new HashMap<>();
    private final Profile profile;
    private final Pseudonyms pseudonyms;
    private final Set<String> withdrawn;
    private final DicomMapper dicom;
    private final Tables tables;
    private final RiskMeter risk;
    private final SeenUnits seen = new SeenUnits();

    UnitMapper(Profile profile, Pseudonyms pseudonyms, Set<String> withdrawn, Tables tables, RiskMeter risk) {
        this.profile = profile;
        this.pseudonyms = pseudonyms;
        this.withdrawn = withdrawn;
        this.tables = tables;
        this.risk = risk;
        this.dicom = new DicomMapper(
                DicomLimits.standard(), pseudonyms.keyFor("dicom-uid"), id -> pseudonyms.of(Pseudonyms.PATIENT, id));
        profile.views()
                .forEach(view -> views.computeIfAbsent(view.resource(), type -> new ArrayList<>())
                        .add(view));
    }

    /** Maps a resource. */
    void resource(JsonNode resource, Digest content) throws IOException {
        String type = resource.path("resourceType").textValue();
        if (type == null || !FhirTypes.isResource(type)) {
            throw new UnitRefused(Reason.NOT_A_RESOURCE);
        }
        if (type.equals("Bundle")) {
            throw new UnitRefused(Reason.NESTED_BUNDLE);
        }
        List<ViewMapping> forType = views.get(type);
        if (forType == null) {
            throw new UnitRefused(Reason.NO_VIEW);
        }
        List<TableRow> rows = new ArrayList<>();
        UnitRefused filtered = new UnitRefused(Reason.NOT_SELECTED);
        for (ViewMapping view : forType) {
            try {
                view.rows(resource, pseudonyms).forEach(row -> rows.add(new TableRow(view.schema(), row)));
            } catch (UnitRefused e) {
                if (e.reason().disposition() != Disposition.FILTERED) {
                    throw e;
                }
                filtered = e;
            }
        }
        if (rows.isEmpty()) {
            throw filtered;
        }
        rows.removeIf(row -> withdrawn(row.values));
        if (rows.isEmpty()) {
            throw new UnitRefused(Reason.PATIENT_WITHDRAWN);
        }
        String id = resource.path("id").textValue();
        seen.enter(id == null ? "content|" + content : "resource|" + type + "/" + id, content);
        for (TableRow row : rows) {
            write(row.schema, row.values);
        }
    }

    /** Maps a row of a delimited file. */
    void row(CsvMapping.Bound table, List<String> fields) throws IOException {
        CsvMapping mapping = table.mapping();
        @Nullable Object[] row = table.row(fields, pseudonyms);
        refuseWithdrawn(row);
        if (mapping.onePerPatient()) {
            seen.enter(
                    "row|" + mapping.schema().name() + "|" + row[0],
                    Digest.of(Arrays.toString(row).getBytes(StandardCharsets.UTF_8)));
        }
        write(mapping.schema(), row);
    }

    /** Maps a file that may be DICOM; false if it is not. */
    boolean image(byte[] file, Digest content) throws IOException {
        DicomOutcome outcome = dicom.map(file);
        if (outcome instanceof DicomOutcome.Rejected rejected) {
            if (rejected.code() == DicomCode.NOT_DICOM) {
                return false;
            }
            throw new UnitRefused(new Reason(
                    "DICOM_" + rejected.code(),
                    rejected.code().held() ? Disposition.QUARANTINED : Disposition.REJECTED));
        }
        Optional<DicomMapping> mapping = profile.dicom();
        if (mapping.isEmpty()) {
            throw new UnitRefused(Reason.NO_VIEW);
        }
        DicomOutcome.Mapped mapped = (DicomOutcome.Mapped) outcome;
        DicomMapping to = mapping.orElseThrow();
        @Nullable Object[] image = to.imageRow(mapped.header(), mapped.pixels());
        refuseWithdrawn(image);
        seen.enter("image|" + mapped.header().instanceUid(), content);
        write(to.image(), image);
        for (int frame = 0; frame < mapped.pixels().format().frames(); frame++) {
            write(to.frame(), to.frameRow(mapped.header(), mapped.pixels(), frame));
        }
        return true;
    }

    /** Makes the tables of views, so that a site without matching resources has them empty. */
    void expectResources() throws IOException {
        for (ViewMapping view : profile.views()) {
            tables.open(view.schema());
        }
    }

    /** Makes the tables of images. */
    void expectImages() throws IOException {
        if (profile.dicom().isPresent()) {
            for (TableSchema schema : profile.dicom().orElseThrow().schemas()) {
                tables.open(schema);
            }
        }
    }

    /** Makes the table of a delimited file. */
    void expectRows(CsvMapping mapping) throws IOException {
        tables.open(mapping.schema());
    }

    /** Each row begins with its patient. */
    private boolean withdrawn(@Nullable Object[] row) {
        return row[0] instanceof String patient && withdrawn.contains(patient);
    }

    private void refuseWithdrawn(@Nullable Object[] row) {
        if (withdrawn(row)) {
            throw new UnitRefused(Reason.PATIENT_WITHDRAWN);
        }
    }

    private void write(TableSchema schema, @Nullable Object[] row) throws IOException {
        tables.write(schema, row);
        risk.row(schema, row);
    }
}
