package org.osteon.console.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.console.account.Person;
import org.osteon.console.account.SignIn;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

class DoorTest {
    private final Door door = new Door(
            new Routes(List.of(Route.get("/models/{model}", "regulator"), Route.post("/models/{model}", "operator"))),
            "ortho-net");

    @ParameterizedTest
    @CsvSource({
        "GET,  /models/1,        regulator, ortho-net, true",
        "HEAD, /models/1,        regulator, ortho-net, true",
        "GET,  /models/1,        regulator, knee-net,  false",
        "GET,  /models/1,        operator,  ortho-net, false",
        "POST, /models/1,        regulator, ortho-net, false",
        "POST, /models/1,        operator,  ortho-net, true",
        "GET,  /models/1,        ,          ,          false",
        "GET,  /models/1/secret, regulator, ortho-net, false",
        "GET,  /anything,        operator,  ortho-net, false",
        "PUT,  /models/1,        operator,  ortho-net, false",
        "GET,  /sign-in,         ,          ,          true",
        "GET,  /sign-in,         regulator, knee-net,  true",
        "GET,  /people,          operator,  ortho-net, true",
        "GET,  /people,          regulator, ortho-net, false"
    })
    void opensToTheTablesRolesOfItsFederationAlone(
            String method, String path, @Nullable String role, @Nullable String federation, boolean open) {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        Authentication who =
                role == null || federation == null ? null : SignIn.of(new Person("somebody", role, federation));

        boolean granted = door.authorize(() -> who, new RequestAuthorizationContext(request))
                .isGranted();

        assertThat(granted).isEqualTo(open);
    }
}
