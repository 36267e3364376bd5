@NullMarked
package org.osteon.cli.officer.page;

import org.jspecify.annotations.NullMarked;
