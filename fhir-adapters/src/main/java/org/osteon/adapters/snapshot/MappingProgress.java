package org.osteon.adapters.snapshot;

/** Hears how far a mapping has come; called on the mapping's own thread, at most every few thousand units. */
@FunctionalInterface
public interface MappingProgress {
    /** A listener that does nothing. */
    MappingProgress NONE = (source, units) -> {};

    /**
     * Some units were read.
     *
     * @param source label of the source, as in the manifest
     * @param units units of this source read so far
     */
    void at(String source, long units);
}
