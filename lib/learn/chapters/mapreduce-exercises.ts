import { canonical } from "../../core/canonical.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { recordSplits } from "../../compute/mapreduce/input.js";
import { type Emit, type EmitValue, job } from "../../compute/mapreduce/job.js";
import { runSequentially } from "../../compute/mapreduce/sequential.js";
import { Exercise } from "../exercise.js";
import { manyCases, type Trial } from "../trial.js";

const chapter = "3.4.1";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------- an inverted index

/** A job of two functions. */
export interface IndexRule {
  map(document: string, text: string, emit: Emit<string, string>): void;
  /** The documents that have the word, in order, each once. */
  reduce(word: string, documents: Iterable<string>, emit: EmitValue<readonly string[]>): void;
}

type Documents = readonly (readonly [document: string, text: string])[];

function drawDocuments(chance: Stream, { repeats, shuffled }: { readonly repeats: boolean; readonly shuffled: boolean }): Documents {
  const words = ["ant", "bee", "cow", "doe", "elk"];
  const documents = Array.from({ length: 2 + chance.below(3) }, (_, i): readonly [string, string] => {
    const some = chance.shuffle(words).slice(0, 1 + chance.below(3));
    return [`d${i}`, (repeats ? [...some, chance.pick(some)] : some).join(" ")];
  });
  return shuffled ? chance.shuffle(documents) : documents;
}

const indexTrial = (name: string, look: string, kind: { readonly repeats: boolean; readonly shuffled: boolean }): Trial<IndexRule> =>
  manyCases<IndexRule, Documents>(name, {
    cases: 100,
    draw: (chance) => drawDocuments(chance, kind),
    judge(rule, documents) {
      const right = new Map<string, Set<string>>();
      for (const [document, text] of documents) {
        for (const word of text.split(" ")) right.set(word, (right.get(word) ?? new Set()).add(document));
      }
      const wanted = [...right].map(([word, found]) => [word, [...found].sort()]).sort(([one], [other]) => (one! < other! ? -1 : 1));
      const work = job({ map: (key: string, text: string, emit: Emit<string, string>) => rule.map(key, text, emit), reduce: rule.reduce });
      const got = runSequentially(work, recordSplits(documents, { splits: 2 })).outputs[0];
      return canonical(got) === canonical(wanted) ? null : `of ${show(documents)} it makes ${show(got)}, and the index is ${show(wanted)}`;
    },
    look,
  });

const indexRule: Exercise<IndexRule> = new Exercise({
  chapter,
  name: "indexRule",
  task: "Write map and reduce of an inverted index.",
  hints: [
    "A word may occur twice in a document, and the values of a key come in the order of map tasks.",
    "map emits the document under each of its words. What must reduce do with the list before it emits it, once?",
    'map: for (const word of text.split(" ")) emit(word, document). reduce: emit([...new Set(documents)].sort()).',
  ],
  shape: (answer) => {
    const { map, reduce } = (answer ?? {}) as Partial<IndexRule>;
    return typeof map === "function" && typeof reduce === "function" ? null : "must be an object with the functions map and reduce";
  },
  trials: [
    indexTrial("documents in order, each word once", "What is the key, and what the value? reduce emits one list for each word.", { repeats: false, shuffled: false }),
    indexTrial("words that occur twice", "A document stands once in the list of a word.", { repeats: true, shuffled: false }),
    indexTrial("documents in any order", "The values of a key are not sorted: keys are.", { repeats: true, shuffled: true }),
  ],
});

// ------------------------------------------------------------------------------------------------------------ lines and splits

/** Which lines a map task reads: `ends[i]` is the offset behind line i (and of the first byte of line i + 1); the split is [from, to). */
export type SplitRule = (ends: readonly number[], from: number, to: number) => readonly number[];

interface Cut {
  readonly ends: readonly number[];
  readonly size: number;
}

const splitTrial = (name: string, look: string, kind: { readonly long: boolean; readonly even: boolean }): Trial<SplitRule> =>
  manyCases<SplitRule, Cut>(name, {
    cases: 200,
    draw(chance) {
      const size = 4 + chance.below(5);
      let end = 0;
      const ends = Array.from({ length: 2 + chance.below(6) }, () => (end += kind.even ? size : 1 + chance.below(kind.long ? 3 * size : size)));
      return { ends, size };
    },
    judge(rule, { ends, size }) {
      const all: number[] = [];
      for (let from = 0; from < ends[ends.length - 1]!; from += size) {
        const got = rule(ends, from, from + size);
        const right = ends.map((_, line) => line).filter((line) => {
          const start = line === 0 ? 0 : ends[line - 1]!;
          return start >= from && start < from + size;
        });
        if (canonical(got) === canonical(right)) {
          all.push(...right);
          continue;
        }
        const twice = Array.isArray(got) && got.some((line) => all.includes(line)) ? "; a line would be read twice" : "";
        return `lines end at ${ends.join(", ")}; of the split [${from}, ${from + size}) it reads the lines ${show(got)}, and those are ${show(right)}${twice}`;
      }
      return null;
    },
    look,
  });

const splitRule: Exercise<SplitRule> = new Exercise({
  chapter,
  name: "splitRule",
  task: "Find the lines that a map task reads, so that each line is read by exactly one.",
  hints: [
    "A line that reaches over the border of two splits must belong to one of them, and the two map tasks cannot talk about it.",
    "Let a line belong to the split in which its first byte lies. Where does line i begin?",
    "Line 0 begins at 0, line i at ends[i - 1]. Keep those with from <= begin && begin < to.",
  ],
  shape: isFunction,
  trials: [
    splitTrial("lines that end where splits end", "Line i begins where line i - 1 ends; line 0 begins at 0.", { long: false, even: true }),
    splitTrial("short lines", "A line on a border: who reads it? Exactly one must.", { long: false, even: false }),
    splitTrial("lines longer than a split", "There may be a split in which no line begins.", { long: true, even: false }),
  ],
});

// ------------------------------------------------------------------------------------------------------------- a range of keys

/** The reduce task of a key: those of task r come before those of r + 1. `bounds` are the first keys of tasks 1, 2, … */
export type RangeRule = (bounds: readonly string[], key: string) => number;

const rangeTrial = (name: string, look: string, key: (chance: Stream, bounds: readonly string[]) => string): Trial<RangeRule> =>
  manyCases<RangeRule, { readonly bounds: readonly string[]; readonly key: string }>(name, {
    cases: 200,
    draw(chance) {
      const bounds = chance.shuffle(["c", "f", "k", "p", "u"]).slice(0, chance.below(5)).sort();
      return { bounds, key: key(chance, bounds) };
    },
    judge(rule, { bounds, key }) {
      const right = bounds.filter((bound) => bound <= key).length;
      const got: unknown = rule(bounds, key);
      return got === right ? null : `with the bounds ${show(bounds)} the key "${key}" goes to task ${show(got)}, and belongs to ${right}`;
    },
    look,
  });

const rangeRule: Exercise<RangeRule> = new Exercise({
  chapter,
  name: "rangeRule",
  task: "Write the partition function of a sort.",
  hints: [
    "With R - 1 bounds there are R tasks, numbered from 0.",
    "A bound is the first key of its task. So how many bounds are at most the key?",
    "return bounds.filter((bound) => bound <= key).length;",
  ],
  shape: isFunction,
  trials: [
    rangeTrial("keys between the bounds", "Count from 0: what comes before the first bound goes to task 0, what comes behind the last one to task R - 1.", (chance) => `${chance.pick([..."abcdefghijklmnopqrstuvwxyz"])}${chance.pick([..."xyz"])}`),
    rangeTrial("keys that are bounds", "A bound is the first key of the task behind it.", (chance, bounds) => (bounds.length === 0 ? "k" : chance.pick(bounds))),
  ],
});

// --------------------------------------------------------------------------------------------------------- what a worker takes along

/** A task as the master sees it. */
export interface SeenTask {
  readonly phase: "map" | "reduce";
  readonly state: "idle" | "running" | "done";
  /** Who does it, or has done it. */
  readonly worker: string | null;
}

/** The numbers of the tasks that become idle when this worker fails. */
export type FailRule = (tasks: readonly SeenTask[], worker: string) => readonly number[];

const failTrial = (name: string, look: string, draw: (chance: Stream) => SeenTask): Trial<FailRule> =>
  manyCases<FailRule, readonly SeenTask[]>(name, {
    cases: 200,
    draw: (chance) => Array.from({ length: 3 + chance.below(5) }, () => draw(chance)),
    judge(rule, tasks) {
      const right = tasks.map((_, i) => i).filter((i) => {
        const { phase, state, worker } = tasks[i]!;
        return worker === "w1" && (state === "running" || (state === "done" && phase === "map"));
      });
      const got: unknown = rule(tasks, "w1");
      if (canonical(got) === canonical(right)) return null;
      const words = tasks.map(({ phase, state, worker }, i) => `${i}: ${phase} ${state}${worker === null ? "" : ` on ${worker}`}`).join(", ");
      return `w1 fails, and of ${words} it resets ${show(got)}, where it should be ${show(right)}`;
    },
    look,
  });

const drawTask = (chance: Stream, phases: readonly ("map" | "reduce")[]): SeenTask => {
  const state = chance.pick(["idle", "running", "done"] as const);
  return { phase: chance.pick(phases), state, worker: state === "idle" ? null : chance.pick(["w1", "w2"]) };
};

const failRule: Exercise<FailRule> = new Exercise({
  chapter,
  name: "failRule",
  task: "Find the tasks that have to be done again when a worker fails.",
  hints: [
    "Where is the output of a map task, and where that of a reduce task?",
    "What w1 was doing is lost in any case. What it had done is lost if it lies on its own disk.",
    'Keep i where worker === tasks[i].worker and (state === "running" or (state === "done" and phase === "map")).',
  ],
  shape: isFunction,
  trials: [
    failTrial("reduce tasks", "The output of a done reduce task is in the global file system.", (chance) => drawTask(chance, ["reduce"])),
    failTrial("map tasks", "The output of a done map task is on the disk of its worker.", (chance) => drawTask(chance, ["map"])),
    failTrial("all tasks", "Only those of the worker that failed.", (chance) => drawTask(chance, ["map", "reduce"])),
  ],
});

// ------------------------------------------------------------------------------------------------------------------- counters

/** What the master hears: an attempt at a task is done, with what it has counted; or the output of a map task is lost. */
export type Heard =
  | { readonly kind: "done"; readonly task: number; readonly attempt: number; readonly count: number }
  | { readonly kind: "lost"; readonly task: number };

/** The counter of the job after all that was heard. */
export type CountRule = (heard: readonly Heard[]) => number;

function counted(heard: readonly Heard[]): number {
  const tasks = new Map<number, number>();
  for (const event of heard) {
    if (event.kind === "lost") tasks.delete(event.task);
    else if (!tasks.has(event.task)) tasks.set(event.task, event.count);
  }
  return [...tasks.values()].reduce((sum, count) => sum + count, 0);
}

const countTrial = (name: string, look: string, kind: { readonly again: boolean; readonly backups: boolean; readonly lost: boolean }): Trial<CountRule> =>
  manyCases<CountRule, readonly Heard[]>(name, {
    cases: 200,
    draw(chance) {
      const heard: Heard[] = [];
      let attempt = 0;
      for (let task = 0; task < 2 + chance.below(3); task++) {
        const count = 1 + chance.below(9);
        const done = (): Heard => ({ kind: "done", task, attempt: ++attempt, count });
        heard.push(done());
        if (kind.again && chance.chance(0.5)) heard.push(heard[heard.length - 1]!);
        if (kind.backups && chance.chance(0.5)) heard.push(done());
        if (kind.lost && chance.chance(0.5)) heard.push({ kind: "lost", task }, ...(chance.chance(0.7) ? [done()] : []));
      }
      return heard;
    },
    judge(rule, heard) {
      const got: unknown = rule(heard);
      const right = counted(heard);
      if (got === right) return null;
      const words = heard.map((event) => (event.kind === "lost" ? `task ${event.task} lost` : `task ${event.task} done by attempt ${event.attempt}: ${event.count}`));
      return `after ${words.join(", ")} it says ${show(got)}, and right is ${right}`;
    },
    look,
  });

const countRule: Exercise<CountRule> = new Exercise({
  chapter,
  name: "countRule",
  task: "Add up a counter so that each task counts once.",
  hints: [
    "The same message may come twice; a backup may be done, too; and a map task that was done may be done again.",
    "What must be kept for each task? Is the number of an attempt enough to know what counts?",
    "A Map from task to count: set it at a completion if the task has none, delete it when its output is lost, and add up at the end.",
  ],
  shape: isFunction,
  trials: [
    countTrial("each task once", "Add the counts of all completions.", { again: false, backups: false, lost: false }),
    countTrial("messages that come twice", "The same attempt may be reported twice.", { again: true, backups: false, lost: false }),
    countTrial("backups", "Two attempts at one task may both be done.", { again: true, backups: true, lost: false }),
    countTrial("lost outputs", "A task whose output is lost counts no more, until it is done again.", { again: true, backups: true, lost: true }),
  ],
});

/** The exercises of the chapter on MapReduce, by name. */
export const mapreduceExercises: {
  readonly indexRule: Exercise<IndexRule>;
  readonly splitRule: Exercise<SplitRule>;
  readonly rangeRule: Exercise<RangeRule>;
  readonly failRule: Exercise<FailRule>;
  readonly countRule: Exercise<CountRule>;
} = { indexRule, splitRule, rangeRule, failRule, countRule };
