package org.osteon.protocol.flower.object;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.FlowerException;

/**
 * One object: {@code TypeName SP children SP length NUL body}; children are object ids joined by commas.
 *
 * @param type {@code ArrayChunk}, {@code Array}, {@code ArrayRecord}, {@code MetricRecord}, {@code ConfigRecord},
 *     {@code RecordDict} or {@code Message}
 * @param children ids of child objects, unique, in first-occurrence order
 * @param body the body's bytes
 */
public record FlowerObject(String type, List<String> children, byte[] body) {
    private static final List<String> TYPES =
            List.of("ArrayChunk", "Array", "ArrayRecord", "MetricRecord", "ConfigRecord", "RecordDict", "Message");
    private static final Set<String> LEAVES = Set.of("ArrayChunk", "MetricRecord", "ConfigRecord");
    private static final int MAX_HEADER = 16 * 1024 * 1024;

    /** Refuses unknown types, malformed or repeated ids, and children where the type has none. */
    public FlowerObject {
        children = List.copyOf(children);
        if (!TYPES.contains(type)) {
            throw new FlowerException("OBJECT_TYPE", "object type is not known");
        }
        if (LEAVES.contains(type) && !children.isEmpty() || "Message".equals(type) && children.size() > 1) {
            throw new FlowerException("OBJECT_MALFORMED", type + " has " + children.size() + " children");
        }
        Set<String> seen = new HashSet<>();
        for (String child : children) {
            if (!Digest.isHex(child)) {
                throw new FlowerException("OBJECT_MALFORMED", "a child id is not 64 hex digits");
            }
            if (!seen.add(child)) {
                throw new FlowerException("OBJECT_MALFORMED", "a child id occurs twice");
            }
        }
    }

    /** The whole object. */
    public byte[] encoded() {
        byte[] header = header(type, children, body.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream(header.length + body.length);
        out.writeBytes(header);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** The identity: SHA-256 of {@link #encoded()}. */
    public String id() {
        var sha = Digest.sha256();
        sha.update(header(type, children, body.length));
        sha.update(body);
        return Digest.ofRaw(sha.digest()).hex();
    }

    /** The header with its closing NUL, for bodies that stay in files. */
    public static byte[] header(String type, List<String> children, long bodyBytes) {
        return (type + " " + String.join(",", children) + " " + bodyBytes + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Decodes an object.
     *
     * @throws FlowerException with code {@code OBJECT_MALFORMED} or {@code OBJECT_TYPE}
     */
    public static FlowerObject decode(byte[] bytes) {
        int nul = 0;
        while (nul < bytes.length && nul < MAX_HEADER && bytes[nul] != 0) {
            nul++;
        }
        if (nul == bytes.length || nul == MAX_HEADER) {
            throw new FlowerException("OBJECT_MALFORMED", "an object has no header");
        }
        String[] parts = new String(bytes, 0, nul, StandardCharsets.US_ASCII).split(" ", -1);
        if (parts.length != 3 || !parts[2].matches("0|[1-9][0-9]{0,9}")) {
            throw new FlowerException("OBJECT_MALFORMED", "an object header has three parts");
        }
        int length = bytes.length - nul - 1;
        if (Long.parseLong(parts[2]) != length) {
            throw new FlowerException("OBJECT_MALFORMED", "an object says " + parts[2] + " bytes and has " + length);
        }
        List<String> children = new ArrayList<>();
        if (!parts[1].isEmpty()) {
            children.addAll(List.of(parts[1].split(",", -1)));
        }
        byte[] body = new byte[length];
        System.arraycopy(bytes, nul + 1, body, 0, length);
        return new FlowerObject(parts[0], children, body);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowerObject that && id().equals(that.id());
    }

    @Override
    public int hashCode() {
        return id().hashCode();
    }

    @Override
    public String toString() {
        return "FlowerObject[" + type + ", " + children.size() + " children, " + body.length + " bytes]";
    }
}
