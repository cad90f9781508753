/** Multi-Paxos: a log of slots, each decided by Paxos, and a replica that carries them out in order. */
export {};
