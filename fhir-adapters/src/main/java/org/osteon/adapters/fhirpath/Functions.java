package org.osteon.adapters.fhirpath;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that expressions may call; any other name is refused while compiling. */
final class Functions {
    private Functions() {}

    /** Whether the argument of the function is the name of a type and not an expression. */
    static boolean takesType(String name) {
        return switch (name) {
            case "ofType", "as", "is", "getReferenceKey" -> true;
            default -> false;
        };
    }

    /**
     * A call as a step on its input.
     *
     * @throws FhirPathException UNSUPPORTED for an unknown function, ARGUMENTS for a wrong number of arguments
     */
    static Node call(String name, List<Node> arguments, @Nullable String type) {
        return switch (name) {
            case "where" -> where(argument(name, arguments));
            case "select" -> select(argument(name, arguments));
            case "all" -> all(argument(name, arguments));
            case "exists" -> {
                Node criterion = optional(name, arguments);
                Node input = criterion == null ? null : where(criterion);
                yield (focus, frame) ->
                        Operators.truth(!(input == null ? focus : input.evaluate(focus, frame)).isEmpty());
            }
            case "empty" -> none(name, arguments, (focus, frame) -> Operators.truth(focus.isEmpty()));
            case "not" ->
                none(name, arguments, (focus, frame) -> Operators.truth(Operators.not(Operators.logical(focus))));
            case "count" ->
                none(
                        name,
                        arguments,
                        (focus, frame) -> List.of(new Value.Numeric(BigDecimal.valueOf(focus.size()), true)));
            case "first" -> none(name, arguments, (focus, frame) -> focus.isEmpty() ? focus : List.of(focus.get(0)));
            case "last" ->
                none(name, arguments, (focus, frame) -> focus.isEmpty() ? focus : List.of(focus.get(focus.size() - 1)));
            case "join" -> join(optional(name, arguments));
            case "extension" -> extension(argument(name, arguments));
            case "lowBoundary" -> none(name, arguments, (focus, frame) -> Boundary.of(focus, false));
            case "highBoundary" -> none(name, arguments, (focus, frame) -> Boundary.of(focus, true));
            case "getResourceKey" -> none(name, arguments, (focus, frame) -> Keys.ofResources(focus));
            case "getReferenceKey" -> none(name, arguments, (focus, frame) -> Keys.ofReferences(focus, type));
            case "ofType" -> {
                String wanted = typeOf(name, type);
                yield (focus, frame) -> TypeTest.keep(focus, wanted);
            }
            case "as" -> {
                String wanted = typeOf(name, type);
                yield (focus, frame) -> Operators.asType(focus, wanted);
            }
            case "is" -> {
                String wanted = typeOf(name, type);
                yield (focus, frame) -> Operators.isType(focus, wanted);
            }
            default ->
                throw new FhirPathException(
                        FhirPathException.Code.UNSUPPORTED, "the function " + name + "() cannot be used");
        };
    }

    private static Node where(Node criterion) {
        return (focus, frame) -> {
            List<Value> kept = new ArrayList<>(focus.size());
            for (int i = 0; i < focus.size(); i++) {
                List<Value> item = List.of(focus.get(i));
                if (Boolean.TRUE.equals(Operators.logical(criterion.evaluate(item, frame.on(item, i))))) {
                    kept.add(focus.get(i));
                }
            }
            return kept;
        };
    }

    private static Node select(Node projection) {
        return (focus, frame) -> {
            List<Value> all = new ArrayList<>(focus.size());
            for (int i = 0; i < focus.size(); i++) {
                List<Value> item = List.of(focus.get(i));
                List<Value> found = projection.evaluate(item, frame.on(item, i));
                frame.budget().spend(found.size());
                all.addAll(found);
            }
            return all;
        };
    }

    private static Node all(Node criterion) {
        Node held = where(criterion);
        return (focus, frame) -> Operators.truth(held.evaluate(focus, frame).size() == focus.size());
    }

    private static Node join(@Nullable Node separator) {
        return (focus, frame) -> {
            String between = separator == null ? "" : text("join", separator.evaluate(frame.self(), frame));
            List<String> parts = new ArrayList<>(focus.size());
            long length = 0;
            for (Value item : focus) {
                Value value = item.simple();
                if (value != null) {
                    String part = text("join", List.of(value));
                    length += part.length() + between.length();
                    Budget.checkText(length);
                    parts.add(part);
                }
            }
            return parts.isEmpty() ? List.of() : List.of(new Value.Text(String.join(between, parts)));
        };
    }

    private static Node extension(Node url) {
        return (focus, frame) -> Navigation.extensions(focus, text("extension", url.evaluate(frame.self(), frame)));
    }

    private static String text(String function, List<Value> items) {
        if (Operators.single(items) instanceof Value.Text text) {
            return text.text();
        }
        throw Operators.type(function + "() needs strings");
    }

    private static Node none(String name, List<Node> arguments, Node call) {
        if (!arguments.isEmpty()) {
            throw arguments(name, "no argument");
        }
        return call;
    }

    private static Node argument(String name, List<Node> arguments) {
        if (arguments.size() != 1) {
            throw arguments(name, "one argument");
        }
        return arguments.get(0);
    }

    private static @Nullable Node optional(String name, List<Node> arguments) {
        return arguments.isEmpty() ? null : argument(name, arguments);
    }

    private static String typeOf(String name, @Nullable String type) {
        if (type == null) {
            throw arguments(name, "the name of a type");
        }
        return type;
    }

    private static FhirPathException arguments(String name, String what) {
        return new FhirPathException(FhirPathException.Code.ARGUMENTS, name + "() takes " + what);
    }
}
