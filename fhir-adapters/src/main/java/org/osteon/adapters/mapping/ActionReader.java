package org.osteon.adapters.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.adapters.parquet.ColumnKind;
import org.osteon.adapters.parquet.TableColumn;

/** Reads the de-identification action of a column. */
final class ActionReader {
    private static final Set<String> COLUMN = Set.of("name", "from", "action", "missing", "required");

    /** The rule of a column, empty where the action is {@code drop}. */
    Optional<ColumnRule> rule(String name, String from, JsonNode json, Set<String> missing, String place) {
        String kind = ProfileReader.text(json, "action", place);
        if (kind.equals("drop")) {
            members(json, place);
            return Optional.empty();
        }
        Action action = switch (kind) {
            case "pseudonym" -> pseudonym(json, place);
            case "keep" -> keep(json, place);
            case "cap" -> {
                members(json, place, "min", "max", "cap");
                yield new Actions.Cap(
                        number(json, "min", place), number(json, "max", place), number(json, "cap", place));
            }
            case "generalise" -> generalise(json, place);
            case "category" -> category(json, place);
            case "year" -> {
                members(json, place);
                yield new Actions.Year();
            }
            case "age-band" -> ageBand(json, place);
            default -> throw new ProfileException(place + " has the unknown action " + kind);
        };
        Set<String> marks = new HashSet<>(missing);
        marks.addAll(ProfileReader.texts(json.path("missing")));
        boolean required = name.equals("patient") || json.path("required").asBoolean(false);
        try {
            TableColumn column = new TableColumn(name, action.kind(), action.label());
            return Optional.of(new ColumnRule(column, from, action, Set.copyOf(marks), required));
        } catch (IllegalArgumentException e) {
            throw new ProfileException(place + ": " + e.getMessage(), e);
        }
    }

    private static Action pseudonym(JsonNode json, String place) {
        members(json, place, "domain");
        String domain = json.has("domain") ? ProfileReader.text(json, "domain", place) : Pseudonyms.PATIENT;
        if (!domain.matches("[a-z]{1,32}")) {
            throw new ProfileException(place + ".domain must be of a-z");
        }
        return new Actions.Pseudonym(domain);
    }

    private static Action keep(JsonNode json, String place) {
        String type = ProfileReader.text(json, "type", place);
        switch (type) {
            case "double", "int64" -> {
                members(json, place, "type", "min", "max");
                return new Actions.KeepNumber(
                        type.equals("double") ? ColumnKind.DOUBLE : ColumnKind.INT64,
                        number(json, "min", place),
                        number(json, "max", place));
            }
            case "boolean" -> {
                members(json, place, "type");
                return new Actions.KeepTruth();
            }
            case "string" -> {
                members(json, place, "type", "values", "otherwise");
                Set<String> values = ProfileReader.texts(json.path("values"));
                if (values.isEmpty()) {
                    throw new ProfileException(place + ": kept text needs the list of its values");
                }
                String otherwise = json.path("otherwise").asText("quarantine");
                return new Actions.KeepListed(
                        Set.copyOf(values),
                        switch (otherwise) {
                            case "quarantine" -> Reason.VALUE_UNEXPECTED;
                            case "filter" -> Reason.CODE_NOT_LISTED;
                            default -> throw new ProfileException(place + ".otherwise must be quarantine or filter");
                        });
            }
            default -> throw new ProfileException(place + ".type must be double, int64, boolean or string");
        }
    }

    private static Action generalise(JsonNode json, String place) {
        members(json, place, "min", "max", "step");
        double step = number(json, "step", place);
        if (!(step > 0)) {
            throw new ProfileException(place + ".step must be > 0");
        }
        return new Actions.Generalise(number(json, "min", place), number(json, "max", place), step);
    }

    private static Action category(JsonNode json, String place) {
        members(json, place, "map");
        Map<String, Object> values = new HashMap<>();
        Set<ColumnKind> kinds = new HashSet<>();
        for (Map.Entry<String, JsonNode> entry : json.path("map").properties()) {
            JsonNode value = entry.getValue();
            if (value.isIntegralNumber()) {
                values.put(entry.getKey(), value.longValue());
                kinds.add(ColumnKind.INT64);
            } else if (value.isTextual()) {
                values.put(entry.getKey(), value.textValue());
                kinds.add(ColumnKind.STRING);
            } else {
                throw new ProfileException(place + ".map must give whole numbers or texts");
            }
        }
        if (kinds.size() != 1) {
            throw new ProfileException(place + ".map must give values of one kind");
        }
        return new Actions.Category(kinds.iterator().next(), Map.copyOf(values));
    }

    private static Action ageBand(JsonNode json, String place) {
        members(json, place, "at");
        try {
            return new Actions.AgeBand(LocalDate.parse(ProfileReader.text(json, "at", place)));
        } catch (DateTimeException e) {
            throw new ProfileException(place + ".at must be a date such as 2026-01-31", e);
        }
    }

    private static void members(JsonNode json, String place, String... more) {
        Set<String> allowed = new HashSet<>(COLUMN);
        allowed.addAll(Set.of(more));
        ProfileReader.members(json, place, allowed, Set.of("action"));
    }

    private static double number(JsonNode json, String member, String place) {
        if (!json.path(member).isNumber()) {
            throw new ProfileException(place + "." + member + " must be a number; kept numbers need a range");
        }
        return json.path(member).doubleValue();
    }
}
