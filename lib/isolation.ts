/** Isolation levels. */
export {};
