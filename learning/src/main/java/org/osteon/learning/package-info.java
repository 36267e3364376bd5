/** How a site computes: model templates, differentially private and exact training, evaluation. */
@NullMarked
package org.osteon.learning;

import org.jspecify.annotations.NullMarked;
