/** Chord: a ring of nodes that finds the node of a key in few hops. */
export {};
