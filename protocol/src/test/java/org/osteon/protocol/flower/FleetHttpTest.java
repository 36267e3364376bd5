package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FleetHttpTest {
    @Test
    void namesPathsAsFlowerDoes() {
        assertThat(FleetHttp.path("PullMessages")).isEqualTo("/v1/fleet/pull-messages");
        assertThat(FleetHttp.path("SendNodeHeartbeat")).isEqualTo("/v1/fleet/send-node-heartbeat");
        assertThat(FleetHttp.path("GetFab")).isEqualTo("/v1/fleet/get-fab");
    }
}
