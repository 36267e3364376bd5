package org.osteon.site.hosted;

import java.nio.file.Path;
import org.osteon.protocol.flower.wire.Context;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.ObjectTree;

/**
 * What one launch of an app is given.
 *
 * @param app the app as it was approved
 * @param fab the bundle's bytes
 * @param context node and run configuration, and what the app kept from its last launch in this run
 * @param message the message as it was announced
 * @param tree the ids of its objects
 * @param objects folder with its objects, each under its id
 */
record AppTask(HostedApp app, byte[] fab, Context context, Message message, ObjectTree tree, Path objects) {}
