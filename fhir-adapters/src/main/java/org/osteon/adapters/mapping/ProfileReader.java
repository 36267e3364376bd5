package org.osteon.adapters.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.adapters.view.Column;
import org.osteon.adapters.view.View;
import org.osteon.adapters.view.ViewException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;

/** Reads and compiles profile documents; see {@link Profile#read}. */
final class ProfileReader {
    private static final String SCHEMA = "osteon.mapping-profile/1";
    private static final Set<String> PROFILE =
            Set.of("schema", "name", "version", "views", "tables", "dicom", "quasiIdentifiers");
    private static final Set<String> VIEW = Set.of("table", "view", "actions");
    private static final Set<String> TABLE = Set.of("table", "missing", "onePerPatient", "columns", "drop");
    private static final Set<String> DICOM = Set.of("image", "frame");

    private final ActionReader actions = new ActionReader();
    private final Set<String> names = new HashSet<>();
    private final Set<String> columns = new HashSet<>();

    Profile read(byte[] document) {
        JsonNode json;
        try {
            json = CanonicalJson.readTree(document);
        } catch (DocumentException e) {
            throw new ProfileException("the profile is not strict JSON: " + e.getMessage(), e);
        }
        members(json, "profile", PROFILE, Set.of("schema", "name", "version"));
        if (!SCHEMA.equals(json.path("schema").textValue())) {
            throw new ProfileException("profile.schema must be " + SCHEMA);
        }
        List<ViewMapping> views = new ArrayList<>();
        for (JsonNode view : json.path("views")) {
            views.add(view(view, "views[" + views.size() + "]"));
        }
        List<CsvMapping> tables = new ArrayList<>();
        for (JsonNode table : json.path("tables")) {
            tables.add(table(table, "tables[" + tables.size() + "]"));
        }
        Optional<DicomMapping> dicom = json.has("dicom") ? Optional.of(dicom(json.path("dicom"))) : Optional.empty();
        return new Profile(
                json.path("name").asText(),
                Digest.of(CanonicalJson.write(json)),
                views,
                tables,
                dicom,
                quasiIdentifiers(json));
    }

    private List<String> quasiIdentifiers(JsonNode json) {
        List<String> quasi = new ArrayList<>();
        for (JsonNode name : json.path("quasiIdentifiers")) {
            if (!columns.contains(name.asText())) {
                throw new ProfileException("quasiIdentifiers: there is no column " + name.asText());
            }
            quasi.add(name.asText());
        }
        return quasi;
    }

    private ViewMapping view(JsonNode json, String place) {
        members(json, place, VIEW, VIEW);
        View view;
        try {
            view = View.compile(json.path("view"));
        } catch (ViewException e) {
            throw new ProfileException(place + ": " + e.getMessage(), e);
        }
        JsonNode declared = json.path("actions");
        List<ColumnRule> rules = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < view.columns().size(); i++) {
            Column column = view.columns().get(i);
            String at = place + " column " + column.name();
            if (!declared.has(column.name())) {
                throw new ProfileException(at + " has no de-identification action");
            }
            if (column.collection()) {
                throw new ProfileException(at + " is a collection; use forEach");
            }
            actions.rule(column.name(), column.name(), declared.path(column.name()), Set.of(), at)
                    .ifPresent(rules::add);
            if (positions.size() < rules.size()) {
                positions.add(i);
            }
        }
        for (String name : (Iterable<String>) declared::fieldNames) {
            if (view.columns().stream().noneMatch(column -> column.name().equals(name))) {
                throw new ProfileException(place + ".actions: the view has no column " + name);
            }
        }
        TableSchema schema = schema(json, rules, place);
        return new ViewMapping(
                view,
                schema,
                rules,
                positions.stream().mapToInt(Integer::intValue).toArray(),
                Digest.of(CanonicalJson.write(json)));
    }

    private CsvMapping table(JsonNode json, String place) {
        members(json, place, TABLE, Set.of("table", "columns"));
        Set<String> missing = texts(json.path("missing"));
        Set<String> dropped = texts(json.path("drop"));
        List<ColumnRule> rules = new ArrayList<>();
        for (JsonNode column : json.path("columns")) {
            String at = place + ".columns[" + rules.size() + "]";
            String name = text(column, "name", at);
            String from = text(column, "from", at);
            if (dropped.contains(from)) {
                throw new ProfileException(at + " reads " + from + ", which the table drops");
            }
            actions.rule(name, from, column, missing, at).ifPresent(rules::add);
        }
        return new CsvMapping(
                schema(json, rules, place),
                rules,
                json.path("onePerPatient").asBoolean(false),
                Digest.of(CanonicalJson.write(json)));
    }

    private DicomMapping dicom(JsonNode json) {
        members(json, "dicom", DICOM, DICOM);
        DicomMapping dicom = DicomMapping.of(
                text(json, "image", "dicom"), text(json, "frame", "dicom"), Digest.of(CanonicalJson.write(json)));
        dicom.schemas().forEach(schema -> enter(schema, "dicom"));
        return dicom;
    }

    private TableSchema schema(JsonNode json, List<ColumnRule> rules, String place) {
        List<TableColumn> list = rules.stream().map(ColumnRule::column).toList();
        try {
            TableSchema schema = new TableSchema(text(json, "table", place), list);
            if (!schema.columns().get(0).action().equals("pseudonym " + Pseudonyms.PATIENT)) {
                throw new ProfileException(place + ": column patient must be a pseudonym of domain patient");
            }
            enter(schema, place);
            return schema;
        } catch (IllegalArgumentException e) {
            throw new ProfileException(place + ": " + e.getMessage(), e);
        }
    }

    private void enter(TableSchema schema, String place) {
        if (!names.add(schema.name())) {
            throw new ProfileException(place + ": two tables are named " + schema.name());
        }
        schema.columns().forEach(column -> columns.add(schema.name() + "." + column.name()));
    }

    static void members(JsonNode json, String place, Set<String> allowed, Set<String> needed) {
        if (!json.isObject()) {
            throw new ProfileException(place + " must be an object");
        }
        for (String name : (Iterable<String>) json::fieldNames) {
            if (!allowed.contains(name)) {
                throw new ProfileException(place + " has the unknown member " + name);
            }
        }
        for (String name : needed) {
            if (!json.has(name)) {
                throw new ProfileException(place + " lacks the member " + name);
            }
        }
    }

    static String text(JsonNode json, String member, String place) {
        String text = json.path(member).textValue();
        if (text == null || text.isBlank()) {
            throw new ProfileException(place + "." + member + " must be text");
        }
        return text;
    }

    static Set<String> texts(JsonNode list) {
        Set<String> texts = new HashSet<>();
        for (JsonNode text : list) {
            texts.add(text.asText());
        }
        return texts;
    }
}
