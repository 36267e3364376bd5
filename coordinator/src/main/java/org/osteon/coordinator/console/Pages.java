package org.osteon.coordinator.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One page of a long list.
 *
 * @param lines what is on it
 * @param total of the whole list
 * @param number this page, from 1
 * @param count of pages, at least 1
 * @param query what the list was narrowed by, empty for nothing
 * @param address of this list without the page's number, ready for one
 */
record Pages<T>(List<T> lines, int total, int number, int count, String query, String address) {
    /** Lines on a page. */
    static final int SIZE = 50;

    /** The page of that number, or the nearest there is. */
    static <T> Pages<T> of(List<T> all, int number, String path, String parameter, String query) {
        int count = Math.max(1, (all.size() + SIZE - 1) / SIZE);
        int at = Math.max(1, Math.min(count, number));
        String address = path + "?"
                + (query.isEmpty() ? "" : parameter + "=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + "&")
                + "page=";
        return new Pages<>(
                all.subList((at - 1) * SIZE, Math.min(all.size(), at * SIZE)), all.size(), at, count, query, address);
    }
}
