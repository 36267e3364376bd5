/**
 * The settings file {@code osteon.toml} that each daemon's folder has and that the command reads to find the daemon.
 *
 * <p>Starting points: {@link org.osteon.protocol.settings.Settings}.
 */
@NullMarked
package org.osteon.protocol.settings;

import org.jspecify.annotations.NullMarked;
