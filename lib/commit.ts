/** Atomic commitment: all participants of a transaction commit, or all abort. */
export {};
