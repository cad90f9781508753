import type { ChordSpecificationOptions } from "./specification.js";

/** One of the demands without which the ring breaks, and the smallest world that shows it. */
export interface ChordAnomaly {
  readonly name: string;
  /** What has to be so for the ring to be safe. */
  readonly demand: string;
  /** What happens where it is not. */
  readonly happens: string;
  /** A world without it: `search(chordSpecification(broken))` with this one property finds the shortest way to the break. */
  readonly broken: ChordSpecificationOptions;
  /** The property that fails, by its name in `chordProperties`. */
  readonly property: string;
  /** The same world with it, in which all of `chordProperties` hold in every state. */
  readonly mended: ChordSpecificationOptions;
}

const base = { size: 4, successors: 2, ring: [0, 1, 2], base: [0, 1, 2] };

/**
 * The five demands of Pamela Zave ("Reasoning about Identifier Spaces: How to Make Chord Correct", IEEE TSE 2017), each
 * dropped alone, with all else of the corrected rules in place; and, last, the rules of 2001 and 2003 as they were published.
 */
export const chordAnomalies: readonly ChordAnomaly[] = [
  {
    name: "a first ring of one",
    demand: "The ring begins with at least r + 1 members.",
    happens: "Lists of a small ring name one node twice, or the node itself. When the first node fails, its followers are two rings. Ten steps lead there, and fourteen to two rings that no maintenance joins again.",
    broken: { size: 4, successors: 2, ring: [0] },
    property: "there is one ring",
    mended: base,
  },
  {
    name: "a newcomer with one successor",
    demand: "A node that joins takes over the whole successor list of its predecessor.",
    happens: "The newcomer knows one successor. That one fails, and the newcomer knows nobody, although lists of two should bear one failure.",
    broken: { ...base, base: [1, 2], without: ["whole list"], failures: 1 },
    property: "everybody has a live successor",
    mended: { ...base, base: [1, 2], failures: 1 },
  },
  {
    name: "a dead node adopted",
    demand: "Stabilise adopts the successor's predecessor only once that one has answered.",
    happens: "The successor's predecessor has failed, and nobody lists it, so that its failure seemed harmless. Now it is adopted, and pushes the live successor out of the list.",
    broken: { size: 3, successors: 1, ring: [0, 1], base: [0, 1], without: ["asked candidate"] },
    property: "everybody has a live successor",
    mended: { size: 3, successors: 1, ring: [0, 1], base: [0, 1] },
  },
  {
    name: "a dead predecessor kept",
    demand: "Who is notified replaces its predecessor if the new one is closer, or if the old one is dead (rectify).",
    happens: "A newcomer notifies its successor and fails. It lies closer than anybody else, so its place as the predecessor is never given to another: the ring never becomes ideal.",
    broken: { ...base, without: ["rectify"] },
    property: "some order of maintenance repairs the ring",
    mended: base,
  },
  {
    name: "no stable base",
    demand: "r + 1 members of the ring never fail (or, the ring never becomes smaller than that).",
    happens: "Members fail and come back until the ring has shrunk to fewer than r + 1, and then it breaks as one that was begun too small: in eleven steps, or in fourteen for ever.",
    broken: { ...base, base: [] },
    property: "there is one ring",
    mended: base,
  },
  {
    name: "the published rules",
    demand: "All of these at once.",
    happens: "Three joins and two failures, and the ring is out of order: 0 is followed by 3, 3 by 1, and 1 by 0. No maintenance repairs it.",
    broken: { size: 4, successors: 2, ring: [0, 2], rules: "original" },
    property: "some order of maintenance repairs the ring",
    mended: base,
  },
];
