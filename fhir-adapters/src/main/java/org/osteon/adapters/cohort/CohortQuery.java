package org.osteon.adapters.cohort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.osteon.adapters.snapshot.Snapshot;

/**
 * A checked cohort query; immutable. Each row of its result depends on the rows of one patient only, whatever the data;
 * see {@code docs/spec/cohort-sql.md} for the language and why this holds.
 */
public final class CohortQuery {
    private static final int MAX_CHARACTERS = 20_000;
    private static final int MAX_NESTING = 1000;
    private static final long PARSE_BYTES = 256L << 20;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
            .build());

    private final Query query;

    /** With a query that {@link PatientRule} has checked. */
    CohortQuery(Query query) {
        this.query = query;
    }

    /**
     * Parses and checks a query without any data.
     *
     * @throws CohortRefused with a code that names the construct
     */
    public static CohortQuery compile(String sql) {
        Query query = parse(sql);
        PatientRule.check(query);
        return new CohortQuery(query);
    }

    /** The query as cohort SQL, not yet shown to keep patients apart. */
    static Query parse(String sql) {
        if (sql.length() > MAX_CHARACTERS) {
            throw new CohortRefused("COHORT_TOO_LONG", "a query has at most " + MAX_CHARACTERS + " characters");
        }
        JsonNode tree = tree(sql);
        if (tree.path("error").asBoolean(true)) {
            boolean parsed = tree.path("error_type").asText().equals("not implemented");
            throw parsed
                    ? new CohortRefused("COHORT_NOT_ONE_SELECT", "a cohort is one SELECT and nothing else")
                    : new CohortRefused("COHORT_SYNTAX", "the query does not parse" + at(tree));
        }
        JsonNode statements = tree.path("statements");
        if (statements.size() != 1) {
            throw new CohortRefused("COHORT_NOT_ONE_SELECT", "a cohort is one SELECT, not " + statements.size());
        }
        AstNode statement = new AstNode(statements.get(0), "COHORT_EXPRESSION");
        Query query = new AstReader().query(statement.at("node"));
        if (!statement.json().path("named_param_map").isEmpty()) {
            throw new CohortRefused("COHORT_EXPRESSION", "parameters are refused");
        }
        return query;
    }

    /**
     * Runs the query on a snapshot. The tables it reads are checked against the manifest first.
     *
     * @throws CohortRefused if a table or column is unknown, types do not fit, a limit is reached, or a patient has
     *     more than one row ({@code COHORT_NOT_ONE_ROW_A_PATIENT})
     * @throws org.osteon.adapters.snapshot.SnapshotException if a table is not the one of the manifest
     */
    public CohortTable run(Snapshot snapshot, CohortLimits limits) {
        return run(snapshot, limits, Set.of());
    }

    /**
     * The same as if some patients were not in the snapshot: none of their rows reaches the database.
     *
     * @param without pseudonyms of the patients left out
     */
    public CohortTable run(Snapshot snapshot, CohortLimits limits, Set<String> without) {
        QueryWriter writer = new QueryWriter(snapshot.manifest());
        QueryWriter.Select select = writer.whole(query);
        return new CohortRun(snapshot, limits, without).rows(select, writer.read());
    }

    /**
     * The columns of the snapshot that the query reads, as {@code table.column} in ascending order.
     *
     * @throws CohortRefused if a table or column is unknown
     */
    public List<String> sourceColumns(Snapshot snapshot) {
        QueryWriter writer = new QueryWriter(snapshot.manifest());
        writer.whole(query);
        List<String> columns = new ArrayList<>();
        for (Map.Entry<String, SortedSet<String>> table : writer.read().entrySet()) {
            table.getValue().forEach(column -> columns.add(table.getKey() + "." + column));
        }
        return columns;
    }

    /**
     * The columns of the result beside the patient, in order; looks at the manifest only, never at a row.
     *
     * @throws CohortRefused if a table or column is unknown, or types do not fit
     */
    public List<String> resultColumns(Snapshot snapshot) {
        return CohortRun.columns(new QueryWriter(snapshot.manifest()).whole(query));
    }

    private static JsonNode tree(String sql) {
        byte[] json;
        try (CohortDatabase parser = CohortDatabase.open(PARSE_BYTES)) {
            json = parser.syntaxTree(sql);
        } catch (SQLException e) {
            throw new CohortRefused("COHORT_FAILED", "the database cannot parse the query");
        }
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new CohortRefused("COHORT_TOO_DEEP", "the query nests too deeply");
        }
    }

    private static String at(JsonNode tree) {
        String position = tree.path("position").asText("");
        return position.matches("[0-9]{1,6}") ? ", at character " + position : "";
    }
}
