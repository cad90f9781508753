/** Consensus without clocks. */
export {};
