/** Raft: a log that an elected leader replicates, as Ongaro's dissertation has it. */
export {};
