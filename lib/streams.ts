/** Streams. */
export {};
