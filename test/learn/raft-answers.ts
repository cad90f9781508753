import type { BackUpRule, CommitRule, CutRule, GrantRule, TimeoutRule, UpToDateRule } from "../../lib/learn.js";
import { majority } from "../../lib/core/quorum.js";
import type { Answers } from "./hold-exercises.js";

const quiet = /^five servers, no faults$/;
const unserved = /a command is never answered/;
const lacks = /was applied, but s\d, who leads in term \d+, does not have it/;

export const upToDate: Answers<UpToDateRule> = {
  sound: (candidate, own) => (candidate.term !== own.term ? candidate.term > own.term : candidate.index >= own.index),
  wrong: [
    { name: "never", trial: quiet, problem: unserved, run: true, answer: () => false },
    {
      name: "only a log that is more up to date", trial: quiet, problem: unserved, run: true,
      answer: (candidate, own) => (candidate.term !== own.term ? candidate.term > own.term : candidate.index > own.index),
    },
    { name: "always", trial: /long tail/, problem: lacks, run: true, answer: () => true },
    { name: "the longer log", trial: /long tail/, problem: lacks, run: true, answer: (candidate, own) => candidate.index >= own.index },
    { name: "the later term, whatever the length", trial: /last entries of its term/, problem: lacks, run: true, answer: (candidate, own) => candidate.term >= own.term },
    {
      name: "both must be at least as large", trial: /pairs of logs/, problem: /and must be true/, run: false,
      answer: (candidate, own) => candidate.term >= own.term && candidate.index >= own.index,
    },
    { name: "no flag", trial: quiet, problem: /the answer must be true or false/, run: false, answer: (() => 1) as never },
  ],
};

const soundGrant: GrantRule = (self, request, out) => {
  if (request.term < self.currentTerm) return false;
  if (self.votedFor !== null && self.votedFor !== request.candidateId) return false;
  const isBehind =
    request.lastLogTerm !== self.lastLogTerm ? request.lastLogTerm < self.lastLogTerm : request.lastLogIndex < self.lastLogIndex;
  if (isBehind) return false;
  self.votedFor = request.candidateId;
  out.persist();
  return true;
};

export const grant: Answers<GrantRule> = {
  sound: soundGrant,
  wrong: [
    { name: "never", trial: quiet, problem: unserved, run: true, answer: () => false },
    {
      name: "does not look whom it has voted for", trial: /^two candidates/, problem: /both/, run: true,
      answer(self, request, out) {
        self.votedFor = request.candidateId;
        out.persist();
        return true;
      },
    },
    {
      name: "does not note its vote", trial: quiet, problem: /voted for s\d in term 1, and now kn/, run: true,
      answer: (self, request) => self.votedFor === null && request.term >= self.currentTerm,
    },
    {
      name: "does not write its vote", trial: /may crash$/, problem: /both/, run: true,
      answer: (self, request) => soundGrant(self, request, { persist() {} }),
    },
    {
      name: "writes before it notes", trial: /may crash$/, problem: /both/, run: true,
      answer(self, request, out) {
        const before = self.votedFor;
        const granted = soundGrant(self, request, { persist() {} });
        const after = self.votedFor;
        self.votedFor = before;
        out.persist();
        self.votedFor = after;
        return granted;
      },
    },
    {
      name: "does not look at the log", trial: /lacks what is committed/, problem: lacks, run: true,
      answer: (self, request, out) => soundGrant(self, { ...request, lastLogTerm: 99, lastLogIndex: 99 }, out),
    },
    {
      name: "refuses the same candidate the second time", trial: /requests of all sorts/, problem: /must be true/, run: false,
      answer: (self, request, out) => self.votedFor === null && soundGrant(self, request, out),
    },
  ],
};

export const cut: Answers<CutRule> = {
  sound(log, prevLogIndex, entries) {
    for (const [i, term] of entries.entries()) {
      const index = prevLogIndex + 1 + i;
      if (index > log.length) return null;
      if (log[index - 1] !== term) return index;
    }
    return null;
  },
  wrong: [
    { name: "never", trial: /figure 7/, problem: /but the entries before them/, run: true, answer: () => null },
    {
      name: "always right after the previous entry", trial: /comes late/, problem: /applied entry \d+ of term 1, but its log does not have it any more/, run: true,
      answer: (log, prevLogIndex) => (log.length > prevLogIndex ? prevLogIndex + 1 : null),
    },
    {
      name: "whenever its log is longer than the leader's message", trial: /figure 7/, problem: /but the entries before them/, run: true,
      answer(log, prevLogIndex, entries) {
        const end = prevLogIndex + entries.length;
        return log.length > end ? end + 1 : null;
      },
    },
    {
      name: "only looks at the first entry", trial: /figure 7|logs and messages/, problem: /must be|after the repair|differ/, run: false,
      answer: (log, prevLogIndex, entries) => (entries.length > 0 && log.length > prevLogIndex && log[prevLogIndex] !== entries[0] ? prevLogIndex + 1 : null),
    },
  ],
};

export const commit: Answers<CommitRule> = {
  sound(log, matchIndex, currentTerm) {
    for (let index = log.length; index > 0; index--) {
      if (log[index - 1] === currentTerm && matchIndex.filter((match) => match >= index).length >= majority(matchIndex.length)) return index;
    }
    return 0;
  },
  wrong: [
    { name: "nothing", trial: quiet, problem: unserved, run: true, answer: () => 0 },
    { name: "what all have", trial: /two of five/, problem: unserved, run: true, answer: (_, matchIndex) => Math.min(...matchIndex) },
    {
      name: "what a majority has, of whatever term", trial: /figure 8/, problem: lacks, run: true,
      answer: (_, matchIndex) => [...matchIndex].sort((a, b) => b - a)[majority(matchIndex.length) - 1]!,
    },
    {
      name: "half is enough", trial: /logs and what/, problem: /must be/, run: false,
      answer(log, matchIndex, currentTerm) {
        for (let index = log.length; index > 0; index--) {
          if (log[index - 1] === currentTerm && matchIndex.filter((match) => match >= index).length >= matchIndex.length / 2) return index;
        }
        return 0;
      },
    },
  ],
};

export const backUp: Answers<BackUpRule> = {
  sound(log, prevLogIndex, { term, index }) {
    if (term === null) return index;
    const last = log.slice(0, prevLogIndex).lastIndexOf(term);
    return last < 0 ? index : last + 2;
  },
  wrong: [
    { name: "stays where it is", trial: /pairs of logs/, problem: /for ever/, run: false, answer: (_, prevLogIndex) => prevLogIndex + 1 },
    { name: "one entry at a time", trial: /pairs of logs/, problem: /are enough/, run: false, answer: (_, prevLogIndex) => prevLogIndex },
    { name: "before the first entry", trial: /pairs of logs/, problem: /index from 1/, run: false, answer: () => 0 },
    {
      name: "follows the hint only if the log is too short", trial: /pairs of logs|long logs/, problem: /enough/, run: false,
      answer: (_, prevLogIndex, { term, index }) => (term === null ? index : prevLogIndex),
    },
  ],
};

export const timeouts: Answers<TimeoutRule> = {
  sound: ([, most]) => [8 * most, 20 * most],
  wrong: [
    { name: "the paper's, whatever the network", trial: /30 to 40/, problem: /split|heartbeat/, run: false, answer: () => [150, 300] },
    { name: "no range", trial: /5 to 10/, problem: /split/, run: false, answer: ([, most]) => [10 * most, 10 * most] },
    { name: "very patient", trial: /5 to 10/, problem: /until there is a leader/, run: false, answer: ([, most]) => [100 * most, 200 * most] },
    { name: "too hasty", trial: /5 to 10/, problem: /split|heartbeat/, run: false, answer: ([, most]) => [most, 13 * most] },
    { name: "no pair", trial: /5 to 10/, problem: /must be a pair/, run: false, answer: (() => 5) as never },
  ],
};
