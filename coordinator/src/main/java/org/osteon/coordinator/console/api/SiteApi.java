package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.console.api.Api;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;

/** The sites of the federation, as the hub knows them. */
@Api
final class SiteApi {
    private final Sites sites;
    private final FleetHandlers fleet;

    SiteApi(Sites sites, FleetHandlers fleet) {
        this.sites = sites;
        this.fleet = fleet;
    }

    @GetMapping(HubApi.BASE + "/sites")
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Question question = Question.of(request, "application/json", "limit", "cursor");
        return Answer.of(Lists.page(question, "[a-z0-9][a-z0-9._-]{0,63}", sites.all(), SiteRecord::name, this::line));
    }

    private Map<String, Object> line(SiteRecord site) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", site.name());
        view.put("nodeId", site.nodeId());
        view.put("kind", site.kind());
        view.put("state", site.state());
        view.put("fingerprint", site.nodeKey().fingerprint());
        long contact = fleet.lastContact(site.nodeId());
        if (contact > 0) {
            view.put("lastContact", Instant.ofEpochMilli(contact).toString());
        }
        return view;
    }
}
