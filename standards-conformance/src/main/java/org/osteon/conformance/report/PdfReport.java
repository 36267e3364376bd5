package org.osteon.conformance.report;

import com.openhtmltopdf.pdfboxout.PDFontSupplier;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.osteon.conformance.verdict.Report;

/** A report as PDF, made of its page; the font is embedded as far as it is used. */
public final class PdfReport {
    private PdfReport() {}

    /** Writes the PDF in the language of the sentences. */
    public static void write(Report report, Sentences sentences, ReportFont font, OutputStream out) {
        XRLog.setLoggingEnabled(false);
        String page = HtmlReport.write(report, sentences, "report");
        try (TrueTypeFont letters = font.open();
                PDDocument document = new PDDocument()) {
            new PdfRendererBuilder()
                    .usePDDocument(document)
                    .usePdfUaAccessibility(true)
                    .useFont(new PDFontSupplier(PDType0Font.load(document, letters, true)), "report")
                    .withHtmlContent(page, "")
                    .toStream(out)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
