package org.osteon.cli.hub;

import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.connect.HubOption;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.v1.HubGrpc;
import picocli.CommandLine.Mixin;

/** A verb that makes one call at the hub, as the engineer unless {@code --as} names another role. */
public abstract class HubVerb extends Verb {
    @Mixin
    private final HubOption hub = new HubOption();

    /** Makes the call. */
    protected abstract ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception;

    /** The role whose key is used when none is named. */
    protected String defaultRole() {
        return "engineer";
    }

    @Override
    protected final ExitCode run() throws Exception {
        try (DaemonFolder folder = hub.connect(defaultRole())) {
            return call(folder.hub());
        }
    }
}
