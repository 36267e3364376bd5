package org.osteon.adapters.fhirpath;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles an expression by precedence climbing. Nesting and the number of operations are bounded, so neither compiling
 * nor evaluating can exhaust the stack. Source: the grammar of FHIRPath (ANSI/HL7 N1 R1).
 */
final class Parser {
    private final Map<String, Value> constants;
    private final List<Token> words;
    private int at;
    private int depth;
    private int operations;
    private boolean usesRowIndex;

    Parser(String text, Map<String, Value> constants) {
        if (text.length() > Expression.MAX_LENGTH) {
            throw limit("the expression has " + text.length() + " characters; at most " + Expression.MAX_LENGTH);
        }
        this.constants = constants;
        this.words = Lexer.words(text);
    }

    Node parse() {
        Node node = expression(0);
        if (peek().kind() != Token.Kind.END) {
            throw unexpected(peek());
        }
        return node;
    }

    boolean usesRowIndex() {
        return usesRowIndex;
    }

    private Node expression(int weakest) {
        if (++depth > Expression.MAX_DEPTH) {
            throw limit("the expression nests deeper than " + Expression.MAX_DEPTH);
        }
        Node left = signed();
        for (Token word = peek(); strength(word) > weakest; word = peek()) {
            at++;
            operation();
            if (word.is("is") || word.is("as")) {
                left = Operators.type(word.text(), left, typeName());
            } else {
                left = Operators.binary(word.text(), left, expression(strength(word)));
            }
        }
        depth--;
        return left;
    }

    /** How tightly an infix operator binds; 0 for a word that is none. */
    private static int strength(Token word) {
        if (word.kind() != Token.Kind.SYMBOL && word.kind() != Token.Kind.NAME) {
            return 0;
        }
        return switch (word.text()) {
            case "implies" -> 1;
            case "or", "xor" -> 2;
            case "and" -> 3;
            case "in", "contains" -> 4;
            case "=", "!=", "~", "!~" -> 5;
            case "<", ">", "<=", ">=" -> 6;
            case "|" -> 7;
            case "is", "as" -> 8;
            case "+", "-", "&" -> 9;
            case "*", "/", "div", "mod" -> 10;
            default -> 0;
        };
    }

    private Node signed() {
        boolean negative = false;
        boolean signed = false;
        while (peek().is("-") || peek().is("+")) {
            negative ^= next().is("-");
            signed = true;
            operation();
        }
        Node node = path();
        return signed ? Operators.sign(node, negative) : node;
    }

    private Node path() {
        List<Node> steps = new ArrayList<>();
        steps.add(term());
        String member = pendingMember;
        while (peek().is(".") || peek().is("[")) {
            operation();
            if (next().is("[")) {
                Node index = expression(0);
                expect("]");
                steps.add(Operators.index(index));
                member = null;
                continue;
            }
            String choiceType = member == null ? null : choiceType();
            if (choiceType != null && member != null) {
                steps.set(steps.size() - 1, Navigation.choice(member, choiceType));
                member = null;
            } else {
                steps.add(invocation(false));
                member = pendingMember;
            }
        }
        if (steps.size() == 1) {
            return steps.get(0);
        }
        Node[] chain = steps.toArray(new Node[0]);
        return (focus, frame) -> {
            List<Value> current = focus;
            for (Node step : chain) {
                current = step.evaluate(current, frame);
            }
            return current;
        };
    }

    /** The name of the member step that was just parsed, while an {@code ofType} may still be joined to it. */
    private @Nullable String pendingMember;

    /** Consumes {@code ofType(T)} if that is what comes next. */
    private @Nullable String choiceType() {
        if (!peek().is("ofType") || !words.get(at + 1).is("(")) {
            return null;
        }
        at += 2;
        String type = typeName();
        expect(")");
        return type;
    }

    private Node term() {
        pendingMember = null;
        Token word = peek();
        if (word.is("true") || word.is("false")) {
            at++;
            return constant(Value.Truth.of(word.is("true")));
        }
        return switch (word.kind()) {
            case STRING -> {
                at++;
                yield constant(new Value.Text(word.text()));
            }
            case NUMBER -> {
                at++;
                yield number(word);
            }
            case MOMENT -> {
                at++;
                yield moment(word);
            }
            case CONSTANT -> {
                at++;
                yield external(word);
            }
            case VARIABLE -> {
                at++;
                yield variable(word);
            }
            case SYMBOL -> bracketed();
            case NAME, QUOTED_NAME -> invocation(true);
            case END -> throw unexpected(word);
        };
    }

    private Node bracketed() {
        Token word = next();
        if (word.is("{")) {
            expect("}");
            return (focus, frame) -> List.of();
        }
        if (!word.is("(")) {
            throw unexpected(word);
        }
        Node inner = expression(0);
        expect(")");
        pendingMember = null;
        return inner;
    }

    private Node number(Token word) {
        boolean whole = word.text().indexOf('.') < 0;
        Token unit = peek();
        if (unit.kind() == Token.Kind.STRING || (unit.kind() == Token.Kind.NAME && isCalendarUnit(unit.text()))) {
            throw unsupported("quantity literals", unit);
        }
        if (word.text().length() > Value.Numeric.MAX_DIGITS) {
            throw limit("a number with more than " + Value.Numeric.MAX_DIGITS + " digits");
        }
        return constant(new Value.Numeric(new BigDecimal(word.text()), whole));
    }

    private static boolean isCalendarUnit(String name) {
        return name.matches("(year|month|week|day|hour|minute|second|millisecond)s?");
    }

    private static Node moment(Token word) {
        boolean time = word.text().startsWith("T");
        Moment moment = Moment.parse(word.text(), null);
        if (moment == null || time != (moment.kind() == Moment.Kind.TIME)) {
            throw syntax("not a date, dateTime or time: @" + word.text(), word);
        }
        return constant(moment);
    }

    private Node external(Token word) {
        return switch (word.text()) {
            case "rowIndex" -> {
                usesRowIndex = true;
                yield (focus, frame) -> List.of(new Value.Numeric(BigDecimal.valueOf(frame.rowIndex()), true));
            }
            case "resource", "rootResource" ->
                (focus, frame) -> List.of(new Value.Element(frame.resource(), null, null));
            case "context" -> (focus, frame) -> frame.context();
            default -> {
                Value value = constants.get(word.text());
                if (value == null) {
                    throw new FhirPathException(
                            FhirPathException.Code.UNKNOWN_CONSTANT,
                            "%" + word.text() + " is not defined; add it to the view's constants");
                }
                yield constant(value);
            }
        };
    }

    private static Node variable(Token word) {
        return switch (word.text()) {
            case "this" -> (focus, frame) -> frame.self();
            case "index" -> (focus, frame) -> List.of(new Value.Numeric(BigDecimal.valueOf(frame.index()), true));
            default -> throw unsupported("$" + word.text(), word);
        };
    }

    /** A member, type name or function call, which is applied to the input of the step. */
    private Node invocation(boolean first) {
        pendingMember = null;
        Token word = next();
        if (word.kind() == Token.Kind.VARIABLE) {
            return variable(word);
        }
        if (word.kind() != Token.Kind.NAME && word.kind() != Token.Kind.QUOTED_NAME) {
            throw unexpected(word);
        }
        if (peek().is("(")) {
            at++;
            return call(word);
        }
        if (word.text().isEmpty()) {
            throw unexpected(word);
        }
        if (Character.isUpperCase(word.text().charAt(0))) {
            if (!first || !FhirTypes.isResource(word.text())) {
                throw new FhirPathException(
                        FhirPathException.Code.UNKNOWN_TYPE,
                        word.text() + " is neither an element nor a resource type that can stand here");
            }
            return Navigation.resourceOfType(word.text());
        }
        pendingMember = word.text();
        return Navigation.member(word.text());
    }

    private Node call(Token name) {
        operation();
        List<Node> arguments = new ArrayList<>();
        String type = null;
        if (!peek().is(")")) {
            if (Functions.takesType(name.text())) {
                type = typeName();
            } else {
                do {
                    arguments.add(expression(0));
                } while (accept(","));
            }
        }
        expect(")");
        pendingMember = null;
        return Functions.call(name.text(), arguments, type);
    }

    private String typeName() {
        Token word = next();
        if (accept(".")) {
            if (!word.is("FHIR") && !word.is("System")) {
                throw unexpected(word);
            }
            Token name = next();
            return knownType(
                    word.is("System")
                            ? Character.toLowerCase(name.text().charAt(0))
                                    + name.text().substring(1)
                            : name.text(),
                    name);
        }
        return knownType(word.text(), word);
    }

    private static String knownType(String type, Token word) {
        if (word.kind() != Token.Kind.NAME && word.kind() != Token.Kind.QUOTED_NAME) {
            throw unexpected(word);
        }
        if (!FhirTypes.isKnown(type)) {
            throw new FhirPathException(
                    FhirPathException.Code.UNKNOWN_TYPE, type + " is not a FHIR type; mind upper and lower case");
        }
        return type;
    }

    private static Node constant(Value value) {
        List<Value> one = List.of(value);
        return (focus, frame) -> one;
    }

    private void operation() {
        if (++operations > Expression.MAX_OPERATIONS) {
            throw limit("the expression has more than " + Expression.MAX_OPERATIONS + " operations");
        }
    }

    private Token peek() {
        return words.get(at);
    }

    private Token next() {
        Token word = words.get(at);
        if (word.kind() != Token.Kind.END) {
            at++;
        }
        return word;
    }

    private boolean accept(String symbol) {
        boolean found = peek().is(symbol);
        if (found) {
            at++;
        }
        return found;
    }

    private void expect(String symbol) {
        Token word = next();
        if (!word.is(symbol)) {
            throw unexpected(word);
        }
    }

    private static FhirPathException unexpected(Token word) {
        return word.kind() == Token.Kind.END
                ? syntax("the expression ends too early", word)
                : syntax("unexpected '" + word.text() + "'", word);
    }

    private static FhirPathException syntax(String what, Token word) {
        return new FhirPathException(FhirPathException.Code.SYNTAX, what + ", at character " + (word.at() + 1));
    }

    private static FhirPathException unsupported(String what, Token word) {
        return new FhirPathException(
                FhirPathException.Code.UNSUPPORTED, what + " cannot be used, at character " + (word.at() + 1));
    }

    private static FhirPathException limit(String what) {
        return new FhirPathException(FhirPathException.Code.LIMIT, what);
    }
}
