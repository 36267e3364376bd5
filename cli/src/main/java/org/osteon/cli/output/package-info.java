/** How answers reach a person or a program: text, one JSON line, exit codes. */
@NullMarked
package org.osteon.cli.output;

import org.jspecify.annotations.NullMarked;
