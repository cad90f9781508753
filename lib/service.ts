/** A service under load. */
export {};
