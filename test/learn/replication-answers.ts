import type { AcknowledgeRule, CleanReadRule, ConflictRule, LocalRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const knew: (write: Parameters<ConflictRule>[0], other: Parameters<ConflictRule>[0]) => boolean = (write, other) => (write.past[other.leader] ?? 0) >= other.nth;

export const acknowledgeRule: Answers<AcknowledgeRule> = {
  sound(last, acks, needed) {
    const wanted = needed === "all" ? acks.length : Math.min(needed, acks.length);
    return wanted === 0 ? last : [...acks].sort((a, b) => b - a)[wanted - 1]!;
  },
  wrong: [
    { name: "the furthest backup", answer: (last, acks) => Math.max(...acks, acks.length === 0 ? last : 0), trial: /^all backups/, problem: /acknowledges up to \d+, and may up to \d+/, run: false },
    { name: "the first ones of the list", answer: (last, acks, needed) => (needed === 0 || acks.length === 0 ? last : Math.min(...acks.slice(0, needed === "all" ? acks.length : needed))), trial: /^some of them/, problem: /and may up to/, run: false },
    { name: "always the slowest", answer: (_, acks) => Math.min(...acks), trial: /^some of them/, problem: /and may up to/, run: false },
    { name: "a place that is not there", answer: (last, acks, needed) => (needed === 0 ? last : [...acks].sort((a, b) => b - a)[(needed === "all" ? acks.length : needed) - 1]!), trial: /^fewer backups/, problem: /got nothing|up to nothing/, run: false },
  ],
};

export const cleanRead: Answers<CleanReadRule> = {
  sound(versions, committed) {
    const last = versions[versions.length - 1];
    if (!last) return { answer: null };
    return last.seq <= committed ? { answer: last.value } : "ask";
  },
  wrong: [
    { name: "always the newest", answer: (versions) => ({ answer: versions[versions.length - 1]?.value ?? null }), trial: /a write and three reads/, problem: /no order explains/, run: true },
    { name: "always the committed one", answer: (versions, committed) => ({ answer: versions.filter(({ seq }) => seq <= committed).pop()?.value ?? null }), trial: /a write and three reads/, problem: /no order explains/, run: true },
    { name: "asks always", answer: () => "ask", trial: /keys that are clean/, problem: /asks the tail/, run: false },
    { name: "asks only where it has two versions", answer: (versions) => (versions.length > 1 ? (versions[1]!.seq > versions[0]!.seq && versions[1]!.seq <= 3 && versions[0]!.seq === 1 ? { answer: versions[1]!.value } : "ask") : { answer: versions[0]?.value ?? null }), trial: /a write and three reads/, problem: /no order explains/, run: true },
  ],
};

export const conflictRule: Answers<ConflictRule> = {
  sound: (first, second) => (knew(first, second) ? "first" : knew(second, first) ? "second" : "conflict"),
  wrong: [
    { name: "the greater number", answer: (first, second) => (first.nth > second.nth ? "first" : first.nth < second.nth ? "second" : "conflict"), trial: /three leaders/, problem: /and it is/, run: false },
    { name: "who knows more in all", answer: (first, second) => { const sum = (past: Readonly<Record<string, number>>) => Object.values(past).reduce((a, b) => a + b, 0); return sum(first.past) > sum(second.past) ? "first" : sum(first.past) < sum(second.past) ? "second" : "conflict"; }, trial: /three leaders/, problem: /and it is/, run: false },
    { name: "always a conflict between leaders", answer: (first, second) => (first.leader !== second.leader ? "conflict" : first.nth > second.nth ? "first" : "second"), trial: /three leaders/, problem: /it is "(first|second)"/, run: false },
  ],
};

export const localRule: Answers<LocalRule> = {
  sound: ({ groups: [one, two], globals: lost }, globals) => Math.max(0, one - 1) + Math.max(0, two - 1) > globals - lost,
  wrong: [
    { name: "more than there are parities", answer: ({ groups: [one, two], globals: lost }, globals) => one + two + lost > 2 + globals, trial: /2 global parities/, problem: /it says false: the data are lost/, run: false },
    { name: "more than the globals", answer: ({ groups: [one, two], globals: lost }, globals) => one + two > globals - lost, trial: /2 global parities/, problem: /it says true: the data can be had/, run: false },
    { name: "forgets that a global may be lost", answer: ({ groups: [one, two] }, globals) => Math.max(0, one - 1) + Math.max(0, two - 1) > globals, trial: /2 global parities/, problem: /the data are lost/, run: false },
  ],
};
