package org.osteon.audit.bundle;

import java.util.ArrayList;
import java.util.List;
import org.osteon.audit.log.LogException;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SignatureException;

/** Collects what does not hold, up to a number nobody reads past. */
final class Findings {
    private static final int MOST = 100;
    private final List<Verdict.Finding> found = new ArrayList<>();

    void add(String code, String where) {
        if (found.size() < MOST) {
            found.add(new Verdict.Finding(code, where));
        }
    }

    void require(boolean holds, String code, String where) {
        if (!holds) {
            add(code, where);
        }
    }

    /** Runs a step; what it refuses becomes a finding there. */
    void check(String where, Runnable step) {
        try {
            step.run();
        } catch (BundleException e) {
            add(e.code(), e.where());
        } catch (LogException e) {
            add(e.code(), where);
        } catch (DocumentException e) {
            add(e.code(), where);
        } catch (SignatureException e) {
            add(e.code(), where);
        } catch (ArithmeticException | IllegalArgumentException e) {
            add("VALUE_MALFORMED", where);
        }
    }

    boolean none() {
        return found.isEmpty();
    }

    List<Verdict.Finding> list() {
        return List.copyOf(found);
    }
}
