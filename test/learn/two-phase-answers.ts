import type { AdviceRule, DecideRule, FateRule, InquiryRule, PrepareRule, ReadersCostRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const split = /decided to commit t1, but .* decided to abort it|decided to abort t1, but .* decided to commit it/;

const soundDecide: DecideRule = (participants, votes, isOver) => {
  if ([...votes.values()].includes("no")) return "abort";
  if (votes.size === participants.length) return "commit";
  return isOver ? "abort" : "wait";
};

export const decide: Answers<DecideRule> = {
  sound: soundDecide,
  wrong: [
    { name: "never", trial: /^three that are willing/, problem: /never learns how t1 ended/, run: true, answer: () => "wait" },
    { name: "at the first yes", trial: /^three that are willing/, problem: /but p\d has not voted/, run: true, answer: () => "commit" },
    {
      name: "when all have voted, whatever", trial: /vetoes/, problem: /p2 decided to abort t1, but c decided to commit it/, run: true,
      answer: (participants, votes) => (votes.size === participants.length ? "commit" : "wait"),
    },
    {
      name: "a majority is enough", trial: /^three that are willing/, problem: /has not voted/, run: true,
      answer: (participants, votes, isOver) => ([...votes.values()].filter((vote) => vote === "yes").length > participants.length / 2 ? "commit" : isOver ? "abort" : "wait"),
    },
    {
      name: "readers do not agree", trial: /only reads/, problem: /which must commit/, run: true,
      answer: (participants, votes) => ([...votes.values()].some((vote) => vote !== "yes") ? "abort" : votes.size === participants.length ? "commit" : "wait"),
    },
    {
      name: "waits for ever for who is down", trial: /is down/, problem: /c never learns/, run: true,
      answer: (participants, votes) => soundDecide(participants, votes, false),
    },
    {
      name: "takes silence for a yes", trial: /is down/, problem: /but p3 has not voted/, run: true,
      answer: (participants, votes, isOver) => ([...votes.values()].includes("no") ? "abort" : isOver || votes.size === participants.length ? "commit" : "wait"),
    },
    {
      name: "a veto waits for the others", trial: /all sorts/, problem: /must be "abort"/, run: false,
      answer: (participants, votes, isOver) => (votes.size < participants.length && !isOver ? "wait" : soundDecide(participants, votes, isOver)),
    },
    { name: "no outcome", trial: /^three that are willing/, problem: /the answer must be "commit" or "abort" or "wait"/, run: false, answer: (() => true) as never },
  ],
};

const soundVote: PrepareRule = (entry, can, out) => {
  if (entry.record === "prepared") return "yes";
  if (entry.record !== "nothing") return "no";
  entry.record = can ? "prepared" : "abort";
  out.persist();
  return can ? "yes" : "no";
};

const unwritten = { persist() {} };

export const prepareVote: Answers<PrepareRule> = {
  sound: soundVote,
  wrong: [
    { name: "always no", trial: /^three that are willing$/, problem: /never learns|must commit/, run: true, answer: () => "no" },
    { name: "always yes", trial: /^three that are willing$/, problem: /never learns/, run: true, answer: () => "yes" },
    {
      name: "says what it can, and notes a yes only", trial: /^one of them cannot$/, problem: /p2 never learns/, run: true,
      answer(entry, can, out) {
        if (!can) return "no";
        entry.record = "prepared";
        out.persist();
        return "yes";
      },
    },
    {
      name: "refuses the second time", trial: /comes twice/, problem: /votes "yes", and when it is asked again "no"/, run: true,
      answer: (entry, can, out) => (entry.record === "nothing" ? soundVote(entry, can, out) : "no"),
    },
    { name: "does not write", trial: /crashes once/, problem: split, run: true, answer: (entry, can) => soundVote(entry, can, unwritten) },
    {
      name: "writes before it notes", trial: /crashes once/, problem: split, run: true,
      answer(entry, can, out) {
        out.persist();
        return soundVote(entry, can, unwritten);
      },
    },
    {
      name: "writes a yes only", trial: /two transactions/, problem: split, run: true,
      answer: (entry, can, out) => soundVote(entry, can, can ? out : unwritten),
    },
  ],
};

export const inquiry: Answers<InquiryRule> = {
  sound: (knows) => (knows === "commit" ? "commit" : knows === "voting" ? null : "abort"),
  wrong: [
    { name: "never", trial: /before it has decided/, problem: /never learns/, run: true, answer: () => null },
    { name: "only what it knows", trial: /before it has decided/, problem: /never learns/, run: true, answer: (knows) => (knows === "commit" ? "commit" : null) },
    { name: "presumes a commit", trial: /before it has decided/, problem: /decided to commit/, run: true, answer: (knows) => (knows === "voting" ? null : "commit") },
    { name: "always abort", trial: /news of a commit/, problem: split, run: true, answer: () => "abort" },
    { name: "promises a commit while it collects votes", trial: /too early|crashes once/, problem: /./, run: true, answer: (knows) => (knows === "nothing" ? "abort" : "commit") },
    { name: "abort while it collects votes", trial: /too early/, problem: split, run: true, answer: (knows) => (knows === "commit" ? "commit" : "abort") },
  ],
};

const soundAdvice: AdviceRule = (entry, out) => {
  if (entry.record === "prepared") return null;
  if (entry.record === "nothing") {
    entry.record = "abort";
    out.persist();
  }
  return entry.record as "commit" | "abort";
};

export const advise: Answers<AdviceRule> = {
  sound: soundAdvice,
  wrong: [
    { name: "never", trial: /asked all/, problem: /never learns/, run: true, answer: () => null },
    {
      name: "only what is decided", trial: /asked all/, problem: /never learns/, run: true,
      answer: ({ record }) => (record === "commit" || record === "abort" ? record : null),
    },
    { name: "only an abort", trial: /told all/, problem: /p2 never learns/, run: true, answer: (entry, out) => (entry.record === "nothing" ? soundAdvice(entry, out) : null) },
    {
      name: "shares its own doubt as an abort", trial: /asks, at any time/, problem: split, run: true,
      answer: (entry, out) => (entry.record === "prepared" ? "abort" : soundAdvice(entry, out)),
    },
    {
      name: "says abort and may vote yes later", trial: /asked all/, problem: /p2 never learns/, run: true,
      answer: ({ record }) => (record === "prepared" ? null : record === "commit" ? "commit" : "abort"),
    },
    { name: "does not write its abort", trial: /who is asked crashes/, problem: split, run: true, answer: (entry) => soundAdvice(entry, unwritten) },
  ],
};

const soundFate: FateRule = (logs) => (logs.includes("commit") ? "commit" : logs.includes("abort") || logs.includes("nothing") ? "abort" : "blocked");

export const fate: Answers<FateRule> = {
  sound: soundFate,
  wrong: [
    { name: "nobody can do anything", trial: /stopped/, problem: /must be "(abort|commit)"/, run: false, answer: () => "blocked" },
    { name: "who is prepared commits", trial: /stopped/, problem: /must be "blocked"/, run: false, answer: (logs) => (logs.includes("prepared") && soundFate(logs) === "blocked" ? "commit" : soundFate(logs)) },
    { name: "who is prepared aborts", trial: /stopped/, problem: /must be "blocked"/, run: false, answer: (logs) => (soundFate(logs) === "blocked" ? "abort" : soundFate(logs)) },
    { name: "who has not voted cannot help", trial: /stopped/, problem: /must be "abort"/, run: false, answer: (logs) => (logs.includes("commit") ? "commit" : logs.includes("abort") ? "abort" : "blocked") },
  ],
};

export const readersCost: Answers<ReadersCostRule> = {
  sound: (n, readers) => ({ messages: 4 * (n - readers) + 2 * readers, forced: 2 * (n - readers) + (readers < n ? 1 : 0) }),
  wrong: [
    { name: "as if nobody only read", trial: /eight/, problem: /messages, and the run/, run: false, answer: (n) => ({ messages: 4 * n, forced: 2 * n + 1 }) },
    { name: "readers are free", trial: /eight/, problem: /messages, and the run/, run: false, answer: (n, readers) => ({ messages: 4 * (n - readers), forced: 2 * (n - readers) + 1 }) },
    { name: "readers write once", trial: /eight/, problem: /forced writes, and the run/, run: false, answer: (n, readers) => ({ messages: 4 * n - 2 * readers, forced: 2 * n - readers + 1 }) },
    { name: "the coordinator always writes", trial: /eight/, problem: /forced writes, and the run/, run: false, answer: (n, readers) => ({ messages: 4 * n - 2 * readers, forced: 2 * (n - readers) + 1 }) },
    { name: "no numbers", trial: /eight/, problem: /your answer has nothing messages/, run: false, answer: (() => 3) as never },
  ],
};
