/** From a hub's signed instruction to a reply on disk: judge, reserve, compute, commit. Sends nothing. */
@NullMarked
package org.osteon.site.training;

import org.jspecify.annotations.NullMarked;
