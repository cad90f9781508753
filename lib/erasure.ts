/** Erasure coding. */
export {};
