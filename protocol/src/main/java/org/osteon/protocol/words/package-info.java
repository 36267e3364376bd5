/** The sentences of codes and the words of values, in Chinese and English, for every edge that people read at. */
@NullMarked
package org.osteon.protocol.words;

import org.jspecify.annotations.NullMarked;
