/** Which node holds a key: consistent hashing and its relatives. */
export {};
