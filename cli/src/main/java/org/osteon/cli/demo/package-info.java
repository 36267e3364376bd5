/**
 * The demo: a script over the public verbs and ports. Daemons are processes of their own; nothing here has another door
 * into them.
 */
@NullMarked
package org.osteon.cli.demo;

import org.jspecify.annotations.NullMarked;
