/** Gossip. */
export {};
