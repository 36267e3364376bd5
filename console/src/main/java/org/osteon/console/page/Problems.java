package org.osteon.console.page;

import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SignatureException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** Turns what rooms throw into a page, once: what is wrong, with which value; never what is inside. */
@ControllerAdvice
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private final Frame frame;
    private final Words words;

    /** Problems inside this frame. */
    public Problems(Frame frame, Words words) {
        this.frame = frame;
        this.words = words;
    }

    /** A room said no. */
    @ExceptionHandler(CallException.class)
    public ModelAndView call(HttpServletRequest request, CallException e) {
        return page(request, status(e.kind()), e.code(), e.getMessage());
    }

    /** A document or a signature will not do. */
    @ExceptionHandler({DocumentException.class, SignatureException.class, IllegalArgumentException.class})
    public ModelAndView document(HttpServletRequest request, RuntimeException e) {
        String code = e instanceof DocumentException document
                ? document.code()
                : e instanceof SignatureException signature ? signature.code() : "VALUE_MALFORMED";
        String text = e instanceof IllegalArgumentException ? "a value of the request will not do" : e.getMessage();
        return page(request, HttpStatus.BAD_REQUEST, code, text);
    }

    /** A bug, or a resource that is not there: a reference leads from the page to the log. */
    @ExceptionHandler(IllegalStateException.class)
    public ModelAndView bug(HttpServletRequest request, RuntimeException e) {
        String reference = reference();
        LOG.atError().setCause(e).addKeyValue("reference", reference).log("a page failed");
        ModelAndView page = page(request, HttpStatus.SERVICE_UNAVAILABLE, "", "");
        page.addObject("reference", reference);
        return page;
    }

    /** A name for what the page and the log say of one problem. */
    private static String reference() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    private static HttpStatus status(CallException.Kind kind) {
        return switch (kind) {
            case WRONG -> HttpStatus.BAD_REQUEST;
            case ABSENT -> HttpStatus.NOT_FOUND;
            case REFUSED, DOES_NOT_HOLD -> HttpStatus.CONFLICT;
        };
    }

    /** Logs that a page was refused; returns the reference that leads from the page to that line. */
    public static String logged(int status, String code) {
        String reference = reference();
        LOG.atInfo()
                .addKeyValue("reference", reference)
                .addKeyValue("status", status)
                .addKeyValue("code", code)
                .log("a page was refused");
        return reference;
    }

    private ModelAndView page(HttpServletRequest request, HttpStatus status, String code, @Nullable String sentence) {
        ModelAndView page = new ModelAndView("error", status);
        page.addObject("frame", frame.frame(request));
        page.addObject("status", status.value());
        if (!code.isEmpty()) {
            page.addObject("problem", words.meaning(code));
            page.addObject("code", code);
            page.addObject("detail", String.valueOf(sentence));
            page.addObject("reference", logged(status.value(), code));
        }
        return page;
    }
}
