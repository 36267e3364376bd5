package org.osteon.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.fontbox.ttf.OpenTypeFont;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeCollection;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBufferedFile;

/**
 * The font of a PDF report: TrueType outlines (fonts with CFF outlines, such as Noto Sans CJK, cannot be embedded in
 * part), with Chinese, Latin and Greek letters. It is looked for on the system; none is shipped.
 */
public final class ReportFont {
    /** The Debian package that brings such a font. */
    public static final String PACKAGE = "fonts-wqy-microhei";

    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/share/fonts"), Path.of("/usr/local/share/fonts"), Path.of("/Library/Fonts"));
    private static final List<String> NAMES = List.of("wqy-microhei.ttc", "wqy-zenhei.ttc");
    private static final int[] NEEDED = {'A', '0', '符', '合', '性', 'ε', 'δ', '…', '–', '“'};

    private final Path file;

    private ReportFont(Path file) {
        this.file = file;
    }

    /**
     * A font in a file.
     *
     * @throws ReportException {@code FONT_UNUSABLE}
     */
    public static ReportFont of(Path file) {
        ReportFont font = new ReportFont(file);
        try (TrueTypeFont read = font.open()) {
            for (int letter : NEEDED) {
                if (read.getUnicodeCmapLookup().getGlyphId(letter) == 0) {
                    throw unusable(file, "it has no " + Character.toString(letter));
                }
            }
        } catch (IOException e) {
            throw unusable(file, "it is no TrueType font");
        }
        return font;
    }

    /**
     * The font of this system.
     *
     * @throws ReportException {@code FONT_MISSING}, naming the package
     */
    public static ReportFont find() {
        for (Path folder : FOLDERS) {
            for (String name : NAMES) {
                Optional<Path> found = find(folder, name);
                if (found.isPresent()) {
                    return of(found.orElseThrow());
                }
            }
        }
        throw new ReportException(
                "FONT_MISSING",
                "a PDF needs a TrueType font with Chinese letters; install the package " + PACKAGE
                        + ", or name a font file");
    }

    private static Optional<Path> find(Path folder, String name) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var files = Files.find(folder, 6, (path, facts) -> facts.isRegularFile() && path.endsWith(name))) {
            return files.sorted().findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The font, or the first of a collection; whoever opens it closes it. */
    TrueTypeFont open() throws IOException {
        TrueTypeFont font;
        if (file.toString().endsWith(".ttc")) {
            TrueTypeCollection collection = new TrueTypeCollection(file.toFile());
            TrueTypeFont[] first = new TrueTypeFont[1];
            collection.processAllFonts(each -> first[0] = first[0] == null ? each : first[0]);
            font = first[0];
        } else {
            font = new TTFParser().parse(new RandomAccessReadBufferedFile(file));
        }
        if (font == null || font instanceof OpenTypeFont open && open.isPostScript()) {
            throw unusable(file, "it has no TrueType outlines");
        }
        return font;
    }

    private static ReportException unusable(Path file, String why) {
        return new ReportException(
                "FONT_UNUSABLE",
                "the font " + file.getFileName() + " cannot be used: " + why + "; the package " + PACKAGE
                        + " brings one that can");
    }
}
