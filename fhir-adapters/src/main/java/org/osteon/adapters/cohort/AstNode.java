package org.osteon.adapters.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A node of the database's serialised syntax tree, read by allow-list: a member that nobody asked for must be empty, so
 * that a construct of a newer database is refused and not overlooked.
 */
record AstNode(JsonNode json, String code) {

    /** Refuses unless all members other than these are absent, null, false, empty texts or empty lists. */
    AstNode only(String... members) {
        Set<String> allowed = Set.of(members);
        for (var member : json.properties()) {
            String name = member.getKey();
            if (!allowed.contains(name) && !name.equals("query_location") && !empty(member.getValue())) {
                throw new CohortRefused(code, "the query uses '" + name + "', which cohort SQL does not have");
            }
        }
        return this;
    }

    private static boolean empty(JsonNode value) {
        boolean emptyOrders = value.isObject()
                && value.path("orders").isArray()
                && value.path("orders").isEmpty();
        boolean emptyMap = value.isObject()
                && value.size() == 1
                && value.path("map").isArray()
                && value.path("map").isEmpty();
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isContainerNode() && value.isEmpty())
                || emptyOrders
                || emptyMap;
    }

    boolean has(String member) {
        return !empty(json.path(member)) && !json.path(member).isMissingNode();
    }

    AstNode at(String member) {
        return new AstNode(json.path(member), code);
    }

    List<AstNode> list(String member) {
        List<AstNode> nodes = new ArrayList<>();
        json.path(member).forEach(node -> nodes.add(new AstNode(node, code)));
        return nodes;
    }

    String text(String member) {
        return json.path(member).asText("");
    }

    boolean truth(String member) {
        return json.path(member).asBoolean(false);
    }
}
