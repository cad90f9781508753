/** A small transactional key-value store over shards. */
export {};
