/**
 * Chord: a ring of nodes each of which knows a few others, and finds the node of any key in about ½ log₂ N hops (Stoica,
 * Morris, Karger, Kaashoek and Balakrishnan, SIGCOMM 2001).
 *
 * `chord` is a node: it joins, stabilises, looks keys up and holds some, by messages, on the simulator. `FingerRing` is a ring
 * in which every pointer is right, for figures with up to millions of nodes. `chordSpecification` is its maintenance as a
 * transition system, small enough to look at every state: the original rules break the ring, the corrected ones do not.
 */
export {
  chord, type ChordNode, type ChordOptions, type ChordReply, type ChordRequest, type ChordSignature, type ChordTimer, type Pending, type Purpose,
} from "./storage/chord/node.js";
export {
  chordHost, hostOf, positionOf,
  type BetweenPositions, type ChordHost, type ChordHostOptions, type ChordHostSignature, type PositionTimer,
} from "./storage/chord/host.js";
export { type ChordMessage } from "./storage/chord/messages.js";
export { isBetween, isUpTo, space, type Identifier, type Space } from "./storage/chord/space.js";
export { orderedRing, ringFaults } from "./storage/chord/properties.js";
export {
  chordConditions, chordProperties, chordRepair, chordSpecification, chordStateText,
  type ChordRepaired, type ChordSpecificationOptions, type ChordState, type SpecifiedNode,
} from "./storage/chord/specification.js";
export { chordCorrections, type ChordCorrection } from "./storage/chord/corrections.js";
export { chordAnomalies, type ChordAnomaly } from "./storage/chord/anomalies.js";
export { FingerRing, type ChordRoute, type FingerRingOptions } from "./storage/chord/finger-ring.js";
export {
  chordFigure, chordFigureSettings, type ChordFigure, type ChordFigureRow, type ChordFigureSetting,
} from "./storage/chord/published.js";
export { lookupsWhileStabilising, type StabilisingOptions, type StabilisingRow } from "./storage/chord/stabilising.js";
export { failedLookups, keysPerNode, pathLengths, type KeysPerNode, type PathLengths } from "./storage/chord/figures.js";
export { ListedChord, type ChordListingRepair, type ListedChordNode } from "./storage/chord/article.js";
