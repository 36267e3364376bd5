package org.osteon.cli.officer.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A page as a tree; every text and attribute is escaped when it is written, there is no way around it. Elements,
 * attribute names and where links lead are the program's own, and checked all the same.
 */
sealed interface Html {
    /** Writes it. */
    void write(StringBuilder out);

    /** A piece of text. */
    record Text(String text) implements Html {
        @Override
        public void write(StringBuilder out) {
            escape(text, out);
        }
    }

    /** An attribute; an empty value writes the bare name. */
    record Attribute(String name, String value) {
        private static final Set<String> LINKS = Set.of("href", "src", "action", "formaction");

        /** Refuses script, style, and links that lead away. */
        public Attribute {
            if (!name.matches("[a-zA-Z][a-zA-Z-]*") || name.startsWith("on") || name.equals("style")) {
                throw new IllegalArgumentException("no attribute of these pages: " + name);
            }
            if (LINKS.contains(name) && !value.matches("(/(?!/)|#).*")) {
                throw new IllegalArgumentException("links of these pages stay here: " + value);
            }
        }
    }

    /** An element. */
    record Element(String name, List<Attribute> attributes, List<Html> children) implements Html {
        private static final Set<String> EMPTY = Set.of("input", "meta", "link", "br", "hr");

        /** Takes copies. */
        public Element {
            if (!name.matches("[a-z][a-z0-9]*")) {
                throw new IllegalArgumentException("no element of these pages: " + name);
            }
            attributes = List.copyOf(attributes);
            children = List.copyOf(children);
        }

        @Override
        public void write(StringBuilder out) {
            out.append('<').append(name);
            for (Attribute attribute : attributes) {
                out.append(' ').append(attribute.name());
                if (!attribute.value().isEmpty()) {
                    out.append("=\"");
                    escape(attribute.value(), out);
                    out.append('"');
                }
            }
            out.append('>');
            children.forEach(child -> child.write(out));
            if (!EMPTY.contains(name)) {
                out.append("</").append(name).append('>');
            }
        }
    }

    /** An element of attributes, texts, elements and lists of these, in order. */
    static Element el(String name, Object... content) {
        List<Attribute> attributes = new ArrayList<>();
        List<Html> children = new ArrayList<>();
        add(List.of(content), attributes, children);
        return new Element(name, attributes, children);
    }

    private static void add(List<?> content, List<Attribute> attributes, List<Html> children) {
        for (Object part : content) {
            if (part instanceof Attribute attribute) {
                attributes.add(attribute);
            } else if (part instanceof Html child) {
                children.add(child);
            } else if (part instanceof List<?> more) {
                add(more, attributes, children);
            } else {
                children.add(new Text(part.toString()));
            }
        }
    }

    /** An attribute with a value. */
    static Attribute at(String name, String value) {
        return new Attribute(name, value);
    }

    /** The attribute {@code class}. */
    static Attribute cls(String names) {
        return new Attribute("class", names);
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
    }
}
