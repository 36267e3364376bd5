package org.osteon.adapters.fhirpath;

import java.util.List;

/** A compiled piece of an expression; holds no state, so that it serves any number of threads. */
@FunctionalInterface
interface Node {
    /** Evaluates this piece for the collection {@code focus}; the result is never changed afterwards. */
    List<Value> evaluate(List<Value> focus, Frame frame);
}
