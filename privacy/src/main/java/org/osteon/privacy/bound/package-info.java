/** What an honest update can at most look like, from a study's constants alone. */
@NullMarked
package org.osteon.privacy.bound;

import org.jspecify.annotations.NullMarked;
