/** Replication. */
export {};
