import type { JointQuorumRule, LeaseTimeRule, MayChangeRule, ReadRule, SessionRule, SuffixRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const majorityOf = (set: readonly string[], yes: ReadonlySet<string>): boolean => set.filter((node) => yes.has(node)).length > set.length / 2;
const agree = /configurations and those who agree/;

export const jointQuorum: Answers<JointQuorumRule> = {
  sound: (voters, outgoing, yes) => majorityOf(voters, yes) && (outgoing.length === 0 || majorityOf(outgoing, yes)),
  wrong: [
    { name: "a majority of all together", trial: agree, problem: /must be/, run: false, answer: (voters, outgoing, yes) => majorityOf([...new Set([...voters, ...outgoing])], yes) },
    { name: "only the new voters", trial: agree, problem: /must be false/, run: false, answer: (voters, _, yes) => majorityOf(voters, yes) },
    { name: "either of the two", trial: agree, problem: /must be false/, run: false, answer: (voters, outgoing, yes) => majorityOf(voters, yes) || majorityOf(outgoing, yes) },
    { name: "never without an old set", trial: agree, problem: /must be true/, run: false, answer: (voters, outgoing, yes) => majorityOf(voters, yes) && majorityOf(outgoing, yes) },
    { name: "half is enough", trial: agree, problem: /must be false/, run: false, answer: (voters, outgoing, yes) => [voters, outgoing].every((set) => set.filter((node) => yes.has(node)).length >= set.length / 2) },
  ],
};

const logs = /logs and snapshots/;

export const suffix: Answers<SuffixRule> = {
  sound: (log, index, term) => (log[index - 1] === term ? log.length - index : 0),
  wrong: [
    { name: "all of it", trial: logs, problem: /must be/, run: false, answer: (log) => log.length },
    { name: "nothing, ever", trial: logs, problem: /must be [1-9]/, run: false, answer: () => 0 },
    { name: "what is behind, whatever the term", trial: logs, problem: /must be 0/, run: false, answer: (log, index) => Math.max(0, log.length - index) },
  ],
};

const letters = /two clients append letters/;

export const session: Answers<SessionRule> = {
  sound: ({ results, forgotten }, serial) => (results.has(serial) ? "answer" : serial <= forgotten ? "refuse" : "perform"),
  wrong: [
    { name: "always performs", trial: letters, problem: /appended twice/, run: true, answer: () => "perform" },
    { name: "never performs", trial: letters, problem: /letters are missing/, run: true, answer: () => "refuse" },
    { name: "performs what is forgotten", trial: /clients and serials/, problem: /must be "refuse"/, run: false, answer: ({ results }, serial) => (results.has(serial) ? "answer" : "perform") },
    {
      name: "only what is higher than all before", trial: /clients and serials/, problem: /must be "perform"/, run: false,
      answer: ({ results, forgotten }, serial) => (results.has(serial) ? "answer" : serial > Math.max(forgotten, ...results.keys()) ? "perform" : "refuse"),
    },
  ],
};

const drifting = /third of the true rate/;

export const lease: Answers<LeaseTimeRule> = {
  sound: (sentAt, electionTimeout, bound) => sentAt + electionTimeout / bound,
  wrong: [
    { name: "no thought of clocks", trial: drifting, problem: /overwritten: \w/, run: true, answer: (sentAt, electionTimeout) => sentAt + electionTimeout },
    { name: "as long as clocks may stretch it", trial: drifting, problem: /patience/, run: false, answer: (sentAt, electionTimeout, bound) => sentAt + electionTimeout * bound },
    { name: "none", trial: drifting, problem: /which is none/, run: false, answer: (sentAt) => sentAt },
    { name: "from now on", trial: /heartbeats, time-outs/, problem: /wastes|elected/, run: false, answer: (_, electionTimeout, bound) => electionTimeout / bound },
    { name: "too careful", trial: /heartbeats, time-outs/, problem: /wastes/, run: false, answer: (sentAt, electionTimeout, bound) => sentAt + electionTimeout / (2 * bound) },
  ],
};

const leaders = /leaders that are asked/;

export const mayChange: Answers<MayChangeRule> = {
  sound: ({ configurationIndex, commitIndex, termOfCommitted, currentTerm }) => configurationIndex <= commitIndex && termOfCommitted === currentTerm,
  wrong: [
    { name: "before the errata", trial: leaders, problem: /earlier leader/, run: false, answer: ({ configurationIndex, commitIndex }) => configurationIndex <= commitIndex },
    { name: "only the errata", trial: leaders, problem: /may still vanish/, run: false, answer: ({ termOfCommitted, currentTerm }) => termOfCommitted === currentTerm },
    { name: "never", trial: leaders, problem: /nothing stands in the way/, run: false, answer: () => false },
  ],
};

const waiting = /reads that wait/;
const soundRead: ReadRule = ({ readIndex, round }, { acknowledged, lastApplied, ownTermCommitted }) =>
  ownTermCommitted && lastApplied >= readIndex && acknowledged.filter((one) => one >= round).length > acknowledged.length / 2;

export const mayRead: Answers<ReadRule> = {
  sound: soundRead,
  wrong: [
    { name: "asks nobody", trial: waiting, problem: /must be false/, run: false, answer: ({ readIndex }, { lastApplied, ownTermCommitted }) => ownTermCommitted && lastApplied >= readIndex },
    { name: "does not wait for its own state", trial: waiting, problem: /must be false/, run: false, answer: (read, leader) => soundRead({ ...read, readIndex: 0 }, leader) },
    { name: "before it knows what is committed", trial: waiting, problem: /not committed/, run: false, answer: (read, leader) => soundRead(read, { ...leader, ownTermCommitted: true }) },
    { name: "only that very round", trial: waiting, problem: /must be true/, run: false, answer: (read, leader) => soundRead(read, { ...leader, acknowledged: leader.acknowledged.map((one) => (one === read.round ? one : -1)) }) },
    { name: "an earlier round is enough", trial: waiting, problem: /must be false/, run: false, answer: (read, leader) => soundRead({ ...read, round: read.round - 1 }, leader) },
  ],
};
