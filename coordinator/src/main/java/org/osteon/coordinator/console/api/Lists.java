package org.osteon.coordinator.console.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.osteon.console.api.ApiException;

/**
 * Lists by the page: a cursor is the identity of the last item before, so that newer items at the head move nothing.
 */
final class Lists {
    /** Items of a page where the caller does not say. */
    static final int USUAL = 50;

    /** Most items of a page. */
    static final int MOST = 200;

    private Lists() {}

    /**
     * A page.
     *
     * @param all newest first
     * @param id an item's identity
     * @param view what the answer shows of it; asked for the page's items alone
     */
    static <T> Map<String, Object> page(
            Question question, String cursor, List<T> all, Function<T, String> id, Function<T, ?> view) {
        int limit = question.number("limit", 1, MOST).orElse(USUAL);
        Optional<String> after = question.text("cursor", cursor, "a value that an answer gave as next");
        int from = after.map(last -> place(all, id, last) + 1).orElse(0);
        List<T> items = all.subList(from, Math.min(all.size(), from + limit));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items.stream().map(view).toList());
        if (from + items.size() < all.size()) {
            page.put("next", id.apply(items.get(items.size() - 1)));
        }
        return page;
    }

    private static <T> int place(List<T> all, Function<T, String> id, String last) {
        return IntStream.range(0, all.size())
                .filter(i -> id.apply(all.get(i)).equals(last))
                .findFirst()
                .orElseThrow(() -> new ApiException(404, "CURSOR_UNKNOWN", "the list has nothing after this cursor"));
    }
}
