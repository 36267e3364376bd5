package org.osteon.adapters.fhirpath;

import java.util.ArrayList;
import java.util.List;

/** Splits an expression into words. Source: the grammar of FHIRPath (ANSI/HL7 N1 R1), lexical part. */
final class Lexer {
    private static final String[] LONG_SYMBOLS = {"<=", ">=", "!=", "!~"};
    private static final String SYMBOLS = "()[]{}.,+-*/&|=~<>";

    private final String text;
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> words(String text) {
        return new Lexer(text).words();
    }

    private List<Token> words() {
        List<Token> words = new ArrayList<>();
        while (skipSpace()) {
            words.add(next());
        }
        words.add(new Token(Token.Kind.END, "", text.length()));
        return words;
    }

    private boolean skipSpace() {
        while (at < text.length()) {
            if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw syntax("a comment is not closed", at);
                }
                at = end + 2;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private Token next() {
        int start = at;
        char c = text.charAt(at);
        if (isLetter(c)) {
            return new Token(Token.Kind.NAME, name(), start);
        }
        if (isDigit(c)) {
            return new Token(Token.Kind.NUMBER, number(), start);
        }
        return switch (c) {
            case '\'' -> new Token(Token.Kind.STRING, quoted('\''), start);
            case '`' -> new Token(Token.Kind.QUOTED_NAME, quoted('`'), start);
            case '@' -> {
                at++;
                yield new Token(Token.Kind.MOMENT, moment(start), start);
            }
            case '$' -> {
                at++;
                yield new Token(Token.Kind.VARIABLE, name(), start);
            }
            case '%' -> {
                at++;
                yield new Token(Token.Kind.CONSTANT, constantName(start), start);
            }
            default -> new Token(Token.Kind.SYMBOL, symbol(), start);
        };
    }

    private String symbol() {
        for (String symbol : LONG_SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                at += 2;
                return symbol;
            }
        }
        char c = text.charAt(at);
        if (SYMBOLS.indexOf(c) < 0) {
            throw syntax("a character that FHIRPath does not know", at);
        }
        at++;
        return String.valueOf(c);
    }

    private String constantName(int start) {
        if (at < text.length() && (text.charAt(at) == '`' || text.charAt(at) == '\'')) {
            return quoted(text.charAt(at));
        }
        String name = name();
        if (name.isEmpty()) {
            throw syntax("% without a name", start);
        }
        return name;
    }

    private String name() {
        int start = at;
        while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
            at++;
        }
        return text.substring(start, at);
    }

    private String number() {
        int start = at;
        digits();
        if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(text.charAt(at + 1))) {
            at++;
            digits();
        }
        return text.substring(start, at);
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private String moment(int start) {
        int from = at;
        while (at < text.length()
                && (isDigit(text.charAt(at)) || "-T:Z+".indexOf(text.charAt(at)) >= 0 || isFraction())) {
            at++;
        }
        if (at == from) {
            throw syntax("@ without a date or time", start);
        }
        return text.substring(from, at);
    }

    private boolean isFraction() {
        return text.charAt(at) == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1));
    }

    private String quoted(char quote) {
        int start = at++;
        StringBuilder content = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == quote) {
                return content.toString();
            }
            content.append(c == '\\' ? escaped(start) : c);
        }
        throw syntax("a quotation is not closed", start);
    }

    private char escaped(int start) {
        char c = at < text.length() ? text.charAt(at++) : 0;
        return switch (c) {
            case '\'', '"', '`', '\\', '/' -> c;
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode(start);
            default -> throw syntax("an escape that FHIRPath does not know", start);
        };
    }

    private char unicode(int start) {
        int value = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw syntax("\\u needs four hexadecimal digits", start);
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static FhirPathException syntax(String what, int at) {
        return new FhirPathException(FhirPathException.Code.SYNTAX, what + ", at character " + (at + 1));
    }
}
