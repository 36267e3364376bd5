package org.osteon.adapters.fhirpath;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled FHIRPath expression: immutable, safe for many threads, evaluated as often as wanted. */
public final class Expression {
    /** The longest expression that is compiled, in UTF-16 units. */
    public static final int MAX_LENGTH = 8192;
    /** The deepest nesting of parentheses, arguments and signs that is compiled. */
    public static final int MAX_DEPTH = 64;
    /** The largest number of operators, steps and calls in one expression; it bounds the stack of an evaluation. */
    public static final int MAX_OPERATIONS = 500;

    private final String text;
    private final Node node;
    private final boolean usesRowIndex;

    private Expression(String text, Node node, boolean usesRowIndex) {
        this.text = text;
        this.node = node;
        this.usesRowIndex = usesRowIndex;
    }

    /**
     * Compiles an expression.
     *
     * @param constants what {@code %name} stands for, beside the built-in {@code %resource}, {@code %context} and
     *     {@code %rowIndex}
     * @throws FhirPathException SYNTAX, LIMIT, UNSUPPORTED, ARGUMENTS, UNKNOWN_CONSTANT, UNKNOWN_TYPE
     */
    public static Expression compile(String text, Map<String, Value> constants) {
        Parser parser = new Parser(text, Map.copyOf(constants));
        Node node = parser.parse();
        return new Expression(text, node, parser.usesRowIndex());
    }

    /**
     * Evaluates with a resource, or one of its elements, as input.
     *
     * @param resource the whole resource, {@code %resource}
     * @param focus what the expression starts from; null for nothing
     * @param rowIndex {@code %rowIndex}, from 0
     * @return the resulting collection, in order
     * @throws FhirPathException TYPE, TYPE_UNKNOWN, MANY_VALUES, NUMBER_LIMIT, LIMIT
     */
    public List<Value> evaluate(JsonNode resource, @Nullable Value focus, int rowIndex) {
        List<Value> input = focus == null ? List.of() : List.of(focus);
        return node.evaluate(input, new Frame(resource, input, input, 0, rowIndex, new Budget()));
    }

    /** Whether {@code %rowIndex} occurs in the expression. */
    public boolean usesRowIndex() {
        return usesRowIndex;
    }

    /** The expression as written. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
