package org.osteon.cli.output;

import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads numbers of arguments, and says of what is none what was expected. */
public final class Numbers {
    private Numbers() {}

    /** Reads the numbers of all verbs this way. */
    public static void register(CommandLine command) {
        ITypeConverter<Long> whole = text -> parsed(text, Long::valueOf, "a whole number");
        ITypeConverter<Integer> small = text -> parsed(text, Integer::valueOf, "a whole number");
        ITypeConverter<Double> number = text -> parsed(text, Double::valueOf, "a number");
        command.registerConverter(long.class, whole)
                .registerConverter(Long.class, whole)
                .registerConverter(int.class, small)
                .registerConverter(Integer.class, small)
                .registerConverter(double.class, number)
                .registerConverter(Double.class, number);
    }

    private interface Parser<T> {
        T of(String text);
    }

    private static <T> T parsed(String text, Parser<T> parser, String expected) {
        try {
            return parser.of(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not " + expected);
        }
    }
}
