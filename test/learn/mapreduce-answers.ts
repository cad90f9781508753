import type { CountRule, FailRule, IndexRule, RangeRule, SplitRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const soundIndex: IndexRule = {
  map(document, text, emit) {
    for (const word of text.split(" ")) emit(word, document);
  },
  reduce: (_, documents, emit) => emit([...new Set(documents)].sort()),
};

export const indexRule: Answers<IndexRule> = {
  sound: soundIndex,
  wrong: [
    {
      name: "the document as key", trial: /^documents in order/, problem: /and the index is/, run: false,
      answer: { ...soundIndex, map: (document, text, emit) => text.split(" ").forEach((word) => emit(document, word)) },
    },
    {
      name: "an output for each document", trial: /^documents in order/, problem: /and the index is/, run: false,
      answer: { ...soundIndex, reduce: (_, documents, emit) => [...documents].forEach((document) => emit([document])) },
    },
    { name: "documents twice", trial: /^words that occur twice$/, problem: /and the index is/, run: false, answer: { ...soundIndex, reduce: (_, documents, emit) => emit([...documents].sort()) } },
    { name: "documents as they come", trial: /^documents in any order$/, problem: /and the index is/, run: false, answer: { ...soundIndex, reduce: (_, documents, emit) => emit([...new Set(documents)]) } },
  ],
};

const begins = (ends: readonly number[], line: number): number => (line === 0 ? 0 : ends[line - 1]!);
const linesOf = (keep: (begin: number, end: number, from: number, to: number) => boolean): SplitRule => (ends, from, to) =>
  ends.map((_, line) => line).filter((line) => keep(begins(ends, line), ends[line]!, from, to));

export const splitRule: Answers<SplitRule> = {
  sound: linesOf((begin, _, from, to) => begin >= from && begin < to),
  wrong: [
    { name: "begins on the border count twice", trial: /^lines that end where/, problem: /a line would be read twice|it reads the lines/, run: false, answer: linesOf((begin, _, from, to) => begin >= from && begin <= to) },
    { name: "only whole lines", trial: /^short lines$/, problem: /it reads the lines/, run: false, answer: linesOf((begin, end, from, to) => begin >= from && end <= to) },
    { name: "every line that is touched", trial: /^short lines$/, problem: /it reads the lines/, run: false, answer: linesOf((begin, end, from, to) => begin < to && end > from) },
  ],
};

export const rangeRule: Answers<RangeRule> = {
  sound: (bounds, key) => bounds.filter((bound) => bound <= key).length,
  wrong: [
    { name: "the first bound above, without a last task", trial: /^keys between/, problem: /goes to task -1/, run: false, answer: (bounds, key) => bounds.findIndex((bound) => bound > key) },
    { name: "a hash", trial: /^keys between/, problem: /and belongs to/, run: false, answer: (bounds, key) => key.charCodeAt(0) % (bounds.length + 1) },
    { name: "a bound as the last key of the task before", trial: /^keys that are bounds$/, problem: /and belongs to/, run: false, answer: (bounds, key) => bounds.filter((bound) => bound < key).length },
  ],
};

const failing = (keep: (task: Parameters<FailRule>[0][number], worker: string) => boolean): FailRule => (tasks, worker) =>
  tasks.map((_, i) => i).filter((i) => keep(tasks[i]!, worker));

export const failRule: Answers<FailRule> = {
  sound: failing(({ phase, state, worker }, dead) => worker === dead && (state === "running" || (state === "done" && phase === "map"))),
  wrong: [
    { name: "everything that it has touched", trial: /^reduce tasks$/, problem: /it resets/, run: false, answer: failing(({ worker }, dead) => worker === dead) },
    { name: "only what is in progress", trial: /^map tasks$/, problem: /it resets/, run: false, answer: failing(({ state, worker }, dead) => worker === dead && state === "running") },
    { name: "of all workers", trial: /^reduce tasks$/, problem: /it resets/, run: false, answer: failing(({ phase, state }) => state === "running" || (state === "done" && phase === "map")) },
  ],
};

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, each) => all + each, 0);

export const countRule: Answers<CountRule> = {
  sound(heard) {
    const tasks = new Map<number, number>();
    for (const event of heard) {
      if (event.kind === "lost") tasks.delete(event.task);
      else if (!tasks.has(event.task)) tasks.set(event.task, event.count);
    }
    return sum(tasks.values());
  },
  wrong: [
    { name: "each message", trial: /^messages that come twice$/, problem: /it says/, run: false, answer: (heard) => sum(heard.map((event) => (event.kind === "done" ? event.count : 0))) },
    {
      name: "each attempt", trial: /^backups$/, problem: /it says/, run: false,
      answer: (heard) => sum(new Map(heard.flatMap((event) => (event.kind === "done" ? [[event.attempt, event.count] as const] : []))).values()),
    },
    {
      name: "lost outputs go on counting", trial: /^lost outputs$/, problem: /it says/, run: false,
      answer: (heard) => sum(new Map(heard.flatMap((event) => (event.kind === "done" ? [[event.task, event.count] as const] : []))).values()),
    },
  ],
};
