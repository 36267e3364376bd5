package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osteon.cli.output.CliException;

/** What every page of one program has around its content. */
final class Frame {
    private final String titleKey;
    private final String owner;

    /**
     * A frame.
     *
     * @param titleKey the program's name in the messages, with the owner as its value
     * @param owner whose pages these are, such as the site's name
     */
    Frame(String titleKey, String owner) {
        this.titleKey = titleKey;
        this.owner = owner;
    }

    /** A page; {@code here} is its own address for the switch of languages, empty where it cannot be shown again. */
    Page page(int status, Visit visit, String here, String heading, List<Html> content) {
        boolean chinese = visit.locale().getLanguage().equals(Locale.CHINESE.getLanguage());
        List<Html> bar = new ArrayList<>();
        bar.add(el("a", at("href", "/"), cls("product"), el("strong", "Osteon"), " ", visit.say(titleKey, owner)));
        if (!here.isEmpty()) {
            String language = chinese ? "en" : "zh";
            String join = here.contains("?") ? "&" : "?";
            bar.add(el(
                    "a",
                    at("href", here + join + "lang=" + language),
                    at("lang", language),
                    at("hreflang", language),
                    chinese ? "English" : "中文"));
        }
        return Page.of(
                status,
                el(
                        "html",
                        at("lang", chinese ? "zh-CN" : "en"),
                        el(
                                "head",
                                el("meta", at("charset", "utf-8")),
                                el(
                                        "meta",
                                        at("name", "viewport"),
                                        at("content", "width=device-width, initial-scale=1")),
                                el("meta", at("name", "color-scheme"), at("content", "light dark")),
                                el("link", at("rel", "icon"), at("href", "/none")),
                                el("link", at("rel", "stylesheet"), at("href", "/style.css")),
                                el("title", heading + " · Osteon")),
                        el(
                                "body",
                                el("a", cls("skip"), at("href", "#main"), visit.say("page.skip")),
                                el("header", el("nav", at("aria-label", visit.say("page.nav")), bar)),
                                el("main", at("id", "main"), el("h1", heading), content),
                                el("footer", el("p", visit.say("page.footer"))))));
    }

    /** What went wrong, what was not lost, and the way on. */
    Page failure(int status, Visit visit, String sentence) {
        return page(
                status,
                visit,
                "",
                visit.say("page.failed"),
                List.of(
                        el("p", cls("notice bad"), at("role", "alert"), sentence),
                        el("p", visit.say("page.failed.nothing")),
                        el("p", el("a", at("href", "/"), visit.say("page.back")))));
    }

    /** A form of this session. */
    static Html.Element form(Visit visit, String action, Object... content) {
        return el(
                "form",
                at("method", "post"),
                at("action", action),
                at("autocomplete", "off"),
                hidden("csrf", visit.csrf()),
                List.of(content));
    }

    static Html.Element hidden(String name, String value) {
        return el("input", at("type", "hidden"), at("name", name), at("value", value));
    }

    /** A named fact. */
    static List<Html> fact(String name, Object... value) {
        return List.of(el("dt", name), el("dd", value));
    }

    /** Why something did not work, in the reader's language; the detail is as the program wrote it. */
    static Html.Element refused(Visit visit, CliException ending) {
        Optional<String> meaning = visit.messages().meaning(ending.code());
        List<Object> said = meaning.isEmpty() || visit.locale().getLanguage().equals("en")
                ? List.of(ending.sentence(visit.messages()))
                : List.of(
                        el("code", ending.code()),
                        " ",
                        meaning.orElseThrow(),
                        " ",
                        el("span", at("lang", "en"), String.valueOf(ending.getMessage())));
        return el("p", cls("notice bad"), at("role", "alert"), said);
    }

    /** Words of a study's authors, in whatever language they wrote. */
    static Html.Element theirs(String text) {
        return el("span", at("lang", ""), text);
    }

    /** The state of a study: a shape, a word and a colour. */
    static Html.Element badge(Visit visit, String decision) {
        String shape = switch (decision) {
            case "approved" -> "●";
            case "refused" -> "✕";
            case "revoked" -> "⊘";
            default -> "◔";
        };
        String tone = switch (decision) {
            case "approved" -> "good";
            case "refused", "revoked" -> "bad";
            default -> "open";
        };
        String word =
                tone.equals("open") ? visit.say("page.waits") : visit.messages().word(decision);
        return el("span", cls("badge " + tone), el("span", at("aria-hidden", "true"), shape), " ", word);
    }
}
