package org.osteon.console.api;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/** What the web server refuses before any filter sees it, such as a path with bytes that no path has: a problem too. */
final class ApiErrorValve extends ErrorReportValve {
    private final ApiProblems problems;

    ApiErrorValve(ApiProblems problems) {
        this.problems = problems;
        setShowReport(false);
        setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (!ApiErrorFilter.api(request.getRequestURI())
                || response.getStatus() < 400
                || response.getContentWritten() > 0
                || !response.setErrorReported()) {
            super.report(request, response, failure);
            return;
        }
        try {
            problems.write(request, response.getResponse(), ApiErrorFilter.problem(response.getStatus()));
            response.finishResponse();
        } catch (java.io.IOException e) {
            // The caller has gone.
        }
    }
}
