@NullMarked
package org.osteon.cli.officer;

import org.jspecify.annotations.NullMarked;
