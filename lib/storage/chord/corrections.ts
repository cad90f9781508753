/**
 * What Zave's rules have and the original ones have not:
 *
 * - "whole list": a node that joins takes over its predecessor's whole successor list, not just one successor;
 * - "asked candidate": stabilise adopts the successor's predecessor only once that one has answered;
 * - "rectify": who is notified replaces a dead predecessor, also by one that is farther away.
 */
export type ChordCorrection = "whole list" | "asked candidate" | "rectify";

/** All three. */
export const chordCorrections: readonly ChordCorrection[] = ["whole list", "asked candidate", "rectify"];
