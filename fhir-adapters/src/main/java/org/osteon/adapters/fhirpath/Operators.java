package org.osteon.adapters.fhirpath;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operators: logic in three values, comparison, arithmetic in exact decimals, types and the index. */
final class Operators {
    private static final List<Value> TRUE = List.of(Value.Truth.TRUE);
    private static final List<Value> FALSE = List.of(Value.Truth.FALSE);

    private Operators() {}

    static List<Value> truth(@Nullable Boolean truth) {
        return truth == null ? List.of() : truth ? TRUE : FALSE;
    }

    /** The infix operator of that name, whose operands are both evaluated for the same input. */
    static Node binary(String operator, Node left, Node right) {
        return switch (operator) {
            case "and" ->
                (focus, frame) -> {
                    Boolean a = logical(left.evaluate(focus, frame));
                    return Boolean.FALSE.equals(a) ? FALSE : truth(and(a, logical(right.evaluate(focus, frame))));
                };
            case "or" ->
                (focus, frame) -> {
                    Boolean a = logical(left.evaluate(focus, frame));
                    return Boolean.TRUE.equals(a) ? TRUE : truth(or(a, logical(right.evaluate(focus, frame))));
                };
            case "xor" ->
                (focus, frame) -> {
                    Boolean a = logical(left.evaluate(focus, frame));
                    Boolean b = logical(right.evaluate(focus, frame));
                    return truth((a == null || b == null) ? null : (Boolean) !a.equals(b));
                };
            case "implies" ->
                (focus, frame) -> {
                    Boolean a = not(logical(left.evaluate(focus, frame)));
                    return Boolean.TRUE.equals(a) ? TRUE : truth(or(a, logical(right.evaluate(focus, frame))));
                };
            case "=" ->
                (focus, frame) -> truth(Comparison.equal(left.evaluate(focus, frame), right.evaluate(focus, frame)));
            case "!=" ->
                (focus, frame) ->
                        truth(not(Comparison.equal(left.evaluate(focus, frame), right.evaluate(focus, frame))));
            case "in" -> (focus, frame) -> member(left.evaluate(focus, frame), right.evaluate(focus, frame));
            case "contains" -> (focus, frame) -> member(right.evaluate(focus, frame), left.evaluate(focus, frame));
            case "<", ">", "<=", ">=" ->
                (focus, frame) ->
                        order(operator, single(left.evaluate(focus, frame)), single(right.evaluate(focus, frame)));
            case "&" ->
                (focus, frame) -> concatenated(
                        textOrEmpty(left.evaluate(focus, frame)), textOrEmpty(right.evaluate(focus, frame)));
            case "+", "-", "*", "/", "div", "mod" ->
                (focus, frame) ->
                        arithmetic(operator, single(left.evaluate(focus, frame)), single(right.evaluate(focus, frame)));
            default ->
                throw new FhirPathException(
                        FhirPathException.Code.UNSUPPORTED, "the operator " + operator + " cannot be used");
        };
    }

    static Node type(String operator, Node operand, String type) {
        return operator.equals("is")
                ? (focus, frame) -> isType(operand.evaluate(focus, frame), type)
                : (focus, frame) -> asType(operand.evaluate(focus, frame), type);
    }

    static List<Value> isType(List<Value> items, String type) {
        return items.isEmpty() ? List.of() : truth(TypeTest.is(one(items), type));
    }

    static List<Value> asType(List<Value> items, String type) {
        return items.isEmpty() ? List.of() : TypeTest.keep(List.of(one(items)), type);
    }

    static Node index(Node index) {
        return (focus, frame) -> {
            Value at = single(index.evaluate(frame.self(), frame));
            if (at == null) {
                return List.of();
            }
            if (!(at instanceof Value.Numeric numeric) || !numeric.whole()) {
                throw type("an index must be an integer");
            }
            boolean inside =
                    numeric.number().signum() >= 0 && numeric.number().compareTo(BigDecimal.valueOf(focus.size())) < 0;
            return inside ? List.of(focus.get(numeric.number().intValueExact())) : List.of();
        };
    }

    static Node sign(Node operand, boolean negative) {
        return (focus, frame) -> {
            Value value = single(operand.evaluate(focus, frame));
            if (value == null) {
                return List.of();
            }
            if (!(value instanceof Value.Numeric numeric)) {
                throw type("a sign needs a number");
            }
            return List.of(negative ? new Value.Numeric(numeric.number().negate(), numeric.whole()) : numeric);
        };
    }

    /**
     * A collection as a condition: its boolean; true for any other single item (FHIRPath, singleton evaluation); null
     * if empty.
     */
    static @Nullable Boolean logical(List<Value> items) {
        Value value = single(items);
        return value == null ? null : (Boolean) (!(value instanceof Value.Truth truth) || truth.truth());
    }

    /** The value of a collection of one; null if there is none. */
    static @Nullable Value single(List<Value> items) {
        return items.isEmpty() ? null : one(items).simple();
    }

    private static Value one(List<Value> items) {
        if (items.size() > 1) {
            throw new FhirPathException(
                    FhirPathException.Code.MANY_VALUES,
                    "an operand has more than one value; narrow it, as with first()");
        }
        return items.get(0);
    }

    static @Nullable Boolean not(@Nullable Boolean a) {
        return a == null ? null : (Boolean) !a;
    }

    private static @Nullable Boolean and(@Nullable Boolean a, @Nullable Boolean b) {
        if (Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)) {
            return false;
        }
        return (a == null || b == null) ? null : (Boolean) true;
    }

    private static @Nullable Boolean or(@Nullable Boolean a, @Nullable Boolean b) {
        return not(and(not(a), not(b)));
    }

    private static List<Value> member(List<Value> item, List<Value> items) {
        if (item.isEmpty()) {
            return List.of();
        }
        Value wanted = one(item);
        return truth(items.stream().anyMatch(candidate -> Boolean.TRUE.equals(Comparison.equal(wanted, candidate))));
    }

    private static List<Value> order(String operator, @Nullable Value a, @Nullable Value b) {
        Integer order = a == null || b == null ? null : Comparison.order(a, b);
        if (order == null) {
            return List.of();
        }
        return truth(
                switch (operator) {
                    case "<" -> order < 0;
                    case ">" -> order > 0;
                    case "<=" -> order <= 0;
                    default -> order >= 0;
                });
    }

    private static List<Value> concatenated(String first, String second) {
        Budget.checkText((long) first.length() + second.length());
        return List.of(new Value.Text(first + second));
    }

    private static String textOrEmpty(List<Value> items) {
        Value value = single(items);
        if (value == null) {
            return "";
        }
        if (value instanceof Value.Text text) {
            return text.text();
        }
        throw type("& needs strings");
    }

    private static List<Value> arithmetic(String operator, @Nullable Value a, @Nullable Value b) {
        if (a == null || b == null) {
            return List.of();
        }
        if (operator.equals("+") && a instanceof Value.Text x && b instanceof Value.Text y) {
            return concatenated(x.text(), y.text());
        }
        if (!(a instanceof Value.Numeric left) || !(b instanceof Value.Numeric right)) {
            throw type(operator + " needs numbers");
        }
        BigDecimal x = left.number();
        BigDecimal y = right.number();
        boolean whole = left.whole() && right.whole();
        boolean divides = operator.equals("/") || operator.equals("div") || operator.equals("mod");
        if (divides && y.signum() == 0) {
            return List.of();
        }
        return List.of(
                switch (operator) {
                    case "+" -> new Value.Numeric(x.add(y), whole);
                    case "-" -> new Value.Numeric(x.subtract(y), whole);
                    case "*" -> new Value.Numeric(x.multiply(y), whole);
                    case "/" -> new Value.Numeric(x.divide(y, MathContext.DECIMAL128), false);
                    case "div" -> new Value.Numeric(x.divideToIntegralValue(y).setScale(0, RoundingMode.DOWN), true);
                    default -> new Value.Numeric(x.remainder(y), whole);
                });
    }

    static FhirPathException type(String what) {
        return new FhirPathException(FhirPathException.Code.TYPE, what);
    }
}
