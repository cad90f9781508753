/**
 * Chord: a ring of nodes each of which knows a few others, and finds the node of any key in about ½ log₂ N hops (Stoica,
 * Morris, Karger, Kaashoek and Balakrishnan, SIGCOMM 2001).
 *
 * `FingerRing` is a ring in which every pointer is right, for figures with up to millions of nodes.
 */
export { FingerRing, type ChordRoute, type FingerRingOptions } from "./storage/chord/finger-ring.js";
export { failedLookups, keysPerNode, pathLengths, type KeysPerNode, type PathLengths } from "./storage/chord/figures.js";
