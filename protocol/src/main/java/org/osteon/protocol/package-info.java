/** What the two sides of Osteon exchange: Flower wire messages, documents, canonical JSON and signatures. */
@NullMarked
package org.osteon.protocol;

import org.jspecify.annotations.NullMarked;
