/** A replicated key-value store on a ring, with quorums, hints, repair and siblings. */
export {};
