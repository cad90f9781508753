import type { BatchCostRule, CostRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

export const cost: Answers<CostRule> = {
  sound: (protocol, n) => (protocol === "Paxos" ? 4 : 2) * (n - 1),
  wrong: [
    { name: "asks itself, too", trial: /of Paxos/, problem: /Paxos with 3 servers: the answer was 12, and the run sent 8/, run: false, answer: (protocol, n) => (protocol === "Paxos" ? 4 : 2) * n },
    { name: "asks a majority only", trial: /of Paxos/, problem: /Paxos with 3 servers/, run: false, answer: (protocol, n) => (protocol === "Paxos" ? 4 : 2) * Math.floor(n / 2) },
    { name: "the same for all", trial: /of Multi-Paxos/, problem: /Multi-Paxos with 3 servers: the answer was 8, and the run sent 4/, run: false, answer: (_, n) => 4 * (n - 1) },
    { name: "Raft tells of the commit, too", trial: /of Raft/, problem: /Raft with 3 servers: the answer was 6/, run: false, answer: (protocol, n) => ({ Paxos: 4, "Multi-Paxos": 2, Raft: 3 })[protocol] * (n - 1) },
  ],
};

export const batchCost: Answers<BatchCostRule> = {
  sound: (n, perBatch) => (2 * (n - 1)) / perBatch,
  wrong: [
    { name: "as without batches", trial: /batches/, problem: /3 servers and 2 commands/, run: false, answer: (n) => 2 * (n - 1) },
    { name: "only the answers are shared", trial: /batches/, problem: /3 servers and 2 commands/, run: false, answer: (n, perBatch) => n - 1 + (n - 1) / perBatch },
  ],
};
