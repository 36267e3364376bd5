package org.osteon.trials;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules that every page keeps, on a wide and on a narrow screen, in both languages: it does not scroll sideways, no
 * sentence is missing, and a Chinese page has no foreign words but names and identifiers. Axe finds nothing on the
 * narrow Chinese page and on the wide English one.
 */
final class PageForEverybody {
    private static final int[] WIDTHS = {390, 1280};
    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

    /** Words of two letters and more outside elements whose language is marked, and outside identifiers. */
    private static final String LATIN = """
            () => {
              const found = (text) => text.replace(/\\b(r-)?[0-9a-f]{8}\\b/g, '').match(/[A-Za-z]{2,}(-[A-Za-z]+)*/g) || [];
              const words = new Set(found(document.title));
              const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (texts.nextNode()) {
                const parent = texts.currentNode.parentElement;
                if (parent.closest('script, style, code, pre, .id')) continue;
                if (parent.closest('[lang]') !== document.documentElement) continue;
                found(texts.currentNode.textContent).forEach((word) => words.add(word));
              }
              return [...words];
            }""";

    private final Path pictures;
    private final Set<String> latin;
    private final Set<String> seen = new TreeSet<>();
    private final Set<String> chinese = new TreeSet<>();
    private final List<String> faults = new ArrayList<>();

    /**
     * With pictures in a folder.
     *
     * @param latin the words that may stand on a Chinese page
     */
    PageForEverybody(Path pictures, Set<String> latin) {
        this.pictures = pictures;
        this.latin = latin;
    }

    /** Looks at a page that its address brings back; it is English on a wide screen afterwards. */
    void look(Page page, String name) {
        String address = page.url().replaceAll("[?&]lang=[a-z]+", "");
        for (String language : List.of("zh", "en")) {
            page.navigate(in(address, language));
            lookHere(page, name + "-" + language);
        }
    }

    /** Looks at a page that is shown once, in the language that it has. */
    void lookHere(Page page, String name) {
        boolean chinese = "zh".equals(page.getAttribute("html", "lang"));
        for (int width : WIDTHS) {
            page.setViewportSize(width, 900);
            String at = name + "-" + width;
            page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(pictures.resolve(at + ".png")));
            check(page, at, width);
            if (chinese == (width == WIDTHS[0])) {
                axe(page, at);
            }
        }
        seen.add(name);
    }

    private void check(Page page, String at, int width) {
        int wide = (Integer) page.evaluate("document.documentElement.scrollWidth");
        if (wide > width) {
            faults.add(at + ": it is " + wide + " pixels wide");
        }
        String language = page.getAttribute("html", "lang");
        if (!language.equals(at.contains("-zh-") ? "zh" : "en")) {
            faults.add(at + ": the language is said to be " + language);
        }
        if (page.content().contains("??")) {
            faults.add(at + ": a sentence is missing");
        }
        if ("zh".equals(language) && width == WIDTHS[0]) {
            chinese.add(page.url().replaceFirst("\\?.*", ""));
            Set<String> foreign = foreign(page);
            foreign.removeAll(latin);
            if (!foreign.isEmpty()) {
                faults.add(at + ": foreign words " + foreign);
            }
        }
    }

    private void axe(Page page, String at) {
        new AxeBuilder(page)
                .setLegacyMode(true)
                .withTags(RULES)
                .analyze()
                .getViolations()
                .forEach(violation -> faults.add(at + ": " + violation.getId() + " "
                        + violation.getNodes().stream()
                                .map(node -> node.getTarget() + " " + node.getHtml())
                                .toList()));
    }

    private static String in(String address, String language) {
        String path = address.replaceFirst("#.*", "");
        return path + (path.contains("?") ? "&" : "?") + "lang=" + language;
    }

    /** Foreign words of a page, outside elements whose language is marked and outside identifiers. */
    @SuppressWarnings("unchecked")
    static Set<String> foreign(Page page) {
        return new TreeSet<>((List<String>) page.evaluate(LATIN));
    }

    /** Addresses of the pages that were read in Chinese. */
    Set<String> chinese() {
        return chinese;
    }

    /** What did not keep the rules. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many pages were looked at, each language its own. */
    int seen() {
        return seen.size();
    }
}
