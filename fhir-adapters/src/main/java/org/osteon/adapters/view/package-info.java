/**
 * SQL-on-FHIR view definitions: compiled once, then each resource gives its rows. Nothing is kept between resources.
 *
 * <p>Starting points: {@link org.osteon.adapters.view.View} compiles a ViewDefinition and makes rows,
 * {@link org.osteon.adapters.view.ViewDefinition} is its content, {@link org.osteon.adapters.view.ResourceJson} parses
 * resources so that decimals keep their precision.
 */
@NullMarked
package org.osteon.adapters.view;

import org.jspecify.annotations.NullMarked;
