import type { BatchCostRule, CommitWaitRule, CostRule, FirstStandRule } from "../../lib/learn.js";
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

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

export const commitWait: Answers<CommitWaitRule> = {
  sound: (oneWayMs) => 2 * sorted(oneWayMs)[Math.ceil(oneWayMs.length / 2) - 1]!,
  wrong: [
    { name: "waits for all", trial: /near and far/, problem: /ms away, each way: the answer was/, run: false, answer: (oneWayMs) => 2 * Math.max(...oneWayMs) },
    { name: "takes the first answer", trial: /near and far/, problem: /each way: the answer was/, run: false, answer: (oneWayMs) => 2 * Math.min(...oneWayMs) },
    { name: "does not count itself", trial: /near and far/, problem: /each way/, run: false, answer: (oneWayMs) => 2 * sorted(oneWayMs)[Math.floor((oneWayMs.length + 1) / 2)]! },
    { name: "forgets the way back", trial: /near and far/, problem: /each way/, run: false, answer: (oneWayMs) => sorted(oneWayMs)[Math.ceil(oneWayMs.length / 2) - 1]! },
    { name: "the mean", trial: /near and far/, problem: /each way/, run: false, answer: (oneWayMs) => (2 * oneWayMs.reduce((a, b) => a + b)) / oneWayMs.length },
  ],
};

export const firstStand: Answers<FirstStandRule> = {
  sound: (followers, least, most) => least + (most - least) / (followers + 1),
  wrong: [
    { name: "the mean of one", trial: /crash/, problem: /2 followers, patience from 150 to 300 ms: the answer was 225/, run: false, answer: (_, least, most) => (least + most) / 2 },
    { name: "the least of all", trial: /crash/, problem: /2 followers/, run: false, answer: (_, least) => least },
    { name: "divides by the followers", trial: /crash/, problem: /2 followers/, run: false, answer: (followers, least, most) => least + (most - least) / followers },
    { name: "waits for a majority", trial: /crash/, problem: /followers/, run: false, answer: (followers, least, most) => least + ((most - least) * (followers / 2 + 1)) / (followers + 1) },
  ],
};
