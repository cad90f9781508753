/** Conflict-free replicated data types. */
export {};
