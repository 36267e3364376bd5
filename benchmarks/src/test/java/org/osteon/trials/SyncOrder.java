package org.osteon.trials;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.trials.SystemCalls.Call;

/**
 * Judges a hub's trace: what an acknowledgement stands for was on disk before the first byte of the acknowledgement was
 * written. A file is on disk when its bytes were synced before it got its name, and its folder after; a row when the
 * database's log was synced after the write that holds the row.
 *
 * <p>The acknowledgement is on the site's connection, which carries nothing but that site's calls, one after the other.
 * It is not told from other writes there: every write that begins after the driver began to send the last request must
 * begin after all syncs have ended, and the acknowledgement is one of them.
 */
final class SyncOrder {
    private static final Pattern NAMES = Pattern.compile("\"([^\"]+)\".*\"([^\"]+)\".*");

    private final List<Call> calls;
    private final double acknowledged;

    /**
     * A judge of a trace.
     *
     * @param connection the site's port
     * @param sent when the driver began to send the request whose answer is the acknowledgement, seconds since 1970
     * @param returned when it had the answer
     */
    SyncOrder(List<Call> calls, int connection, double sent, double returned) {
        this.calls = calls;
        this.acknowledged = calls.stream()
                .filter(call ->
                        writes(call) && call.arguments().matches("(?s)\\d+<TCP[^>]*->[^>]*:" + connection + "]>.*"))
                .mapToDouble(Call::begin)
                .filter(begin -> begin >= sent && begin <= returned)
                .min()
                .orElseThrow(() -> new IllegalArgumentException("the trace has no acknowledgement"));
    }

    /** What is wrong with a file that must be there under its name; empty when it is right. */
    List<String> file(String folder, String name) {
        String target = folder + "/" + name;
        Optional<Call> rename = calls.stream()
                .filter(call -> call.name().startsWith("rename") && call.done())
                .filter(call -> target.equals(names(call)[1]))
                .findFirst();
        if (rename.isEmpty()) {
            return List.of("NOT_NAMED: " + target);
        }
        List<String> faults = new ArrayList<>();
        String draft = names(rename.orElseThrow())[0];
        double named = rename.orElseThrow().begin();
        if (calls.stream().noneMatch(call -> synced(call, draft) && call.end() <= named)) {
            faults.add("FILE_NOT_SYNCED: " + draft + " before it was named " + target);
        }
        double from = rename.orElseThrow().end();
        if (calls.stream()
                .noneMatch(call -> synced(call, folder) && call.begin() >= from && call.end() <= acknowledged)) {
            faults.add("FOLDER_NOT_SYNCED: " + folder + " after " + name + " came into it and before the answer");
        }
        return faults;
    }

    /** What is wrong with a row of the database whose text holds a word; empty when it is right. */
    List<String> row(String log, String word) {
        Optional<Call> write = calls.stream()
                .filter(call -> writes(call) && call.on(log) && call.arguments().contains(word))
                .findFirst();
        if (write.isEmpty()) {
            return List.of("ROW_NOT_WRITTEN: " + word);
        }
        double from = write.orElseThrow().end();
        return calls.stream().anyMatch(call -> synced(call, log) && call.begin() >= from && call.end() <= acknowledged)
                ? List.of()
                : List.of("LOG_NOT_SYNCED: " + log + " after the row of " + word + " and before the answer");
    }

    private static boolean synced(Call call, String path) {
        return (call.name().equals("fsync") || call.name().equals("fdatasync")) && call.done() && call.on(path);
    }

    private static boolean writes(Call call) {
        return switch (call.name()) {
            case "write", "pwrite64", "writev", "pwritev", "sendto", "sendmsg" -> true;
            default -> false;
        };
    }

    private static String[] names(Call rename) {
        Matcher names = NAMES.matcher(rename.arguments());
        return names.matches() ? new String[] {names.group(1), names.group(2)} : new String[] {"", ""};
    }
}
