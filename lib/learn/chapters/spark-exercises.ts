import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { Exercise } from "../exercise.js";
import { count, manyCases, wrong, type Trial } from "../trial.js";

const chapter = "3.4.2";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

/** For an answer of several functions. */
function hasFunctions(...names: readonly string[]): (answer: unknown) => string | null {
  return (answer) => {
    const fits = typeof answer === "object" && answer !== null && names.every((name) => typeof (answer as Record<string, unknown>)[name] === "function");
    return fits ? null : `must be an object with the functions ${names.join(", ")}`;
  };
}

// -------------------------------------------------------------------------------------------------- a mean for each key

/** How the values of a key become their mean, in pieces: what `combineByKey` takes, and a last step. */
export interface MeanRule<C = any> {
  create(value: number): C;
  mergeValue(combined: C, value: number): C;
  mergeCombiners(a: C, b: C): C;
  finish(combined: C): number;
}

/** What a rule makes of the values of one key in these map partitions, of which none is empty. */
function meanOf(rule: MeanRule, parts: readonly (readonly number[])[]): unknown {
  const combined = parts.map(([first, ...rest]) => rest.reduce((sum, value) => rule.mergeValue(sum, value), rule.create(first!)));
  return rule.finish(combined.reduce((a, b) => rule.mergeCombiners(a, b)));
}

const meanTrial = (name: string, look: string, draw: (chance: Stream) => readonly (readonly number[])[]): Trial<MeanRule> =>
  manyCases<MeanRule, readonly (readonly number[])[]>(name, {
    cases: 200,
    draw,
    judge(rule, parts) {
      const all = parts.flat();
      const right = all.reduce((sum, value) => sum + value, 0) / all.length;
      const got = meanOf(rule, parts);
      if (typeof got === "number" && Math.abs(got - right) < 1e-9) return null;
      return `the values ${parts.map((part) => `[${part.join(", ")}]`).join(" and ")} have the mean ${right}, and it gives ${show(got)}`;
    },
    look,
  });

const someNumbers = (chance: Stream, most: number): number[] => Array.from({ length: 1 + chance.below(most) }, () => chance.below(20));

const meanRule: Exercise<MeanRule> = new Exercise({
  chapter,
  name: "meanRule",
  task: "Compute the mean of each key's values with combineByKey.",
  hints: [
    "The mean of 1 and 2 is 1.5, and that of 3 is 3. Which of the two counts for more in the mean of 1, 2 and 3?",
    "Two means cannot be joined. Which two numbers of each part can?",
    "Carry { sum, count }: create gives { sum: value, count: 1 }, the merges add both fields, finish divides.",
  ],
  shape: hasFunctions("create", "mergeValue", "mergeCombiners", "finish"),
  trials: [
    meanTrial("values in one partition", "What do mergeValue and finish make of three values?", (chance) => [someNumbers(chance, 6)]),
    meanTrial("values in two partitions of equal size", "How are two combined values joined?", (chance) => {
      const length = 1 + chance.below(4);
      return Array.from({ length: 2 }, () => Array.from({ length }, () => chance.below(20)));
    }),
    meanTrial("values in partitions of any size", "A part with more values must count for more.", (chance) => Array.from({ length: 2 + chance.below(3) }, () => someNumbers(chance, 5))),
  ],
});

// -------------------------------------------------------------------------------------------------------- how many stages

/** A step of a lineage. A step that shuffles has one parent. */
export interface LineageStep {
  readonly parents: readonly string[];
  readonly shuffles: boolean;
}

/**
 * How many stages run for an action on the step `result`. `written` names the shuffling steps whose blocks are there from an
 * earlier job.
 */
export type StageRule = (steps: Readonly<Record<string, LineageStep>>, result: string, written: ReadonlySet<string>) => number;

interface LineageCase {
  readonly steps: Readonly<Record<string, LineageStep>>;
  readonly result: string;
  readonly written: ReadonlySet<string>;
}

function stagesRun({ steps, result, written }: LineageCase): number {
  const seen = new Set<string>();
  const open = [result];
  let stages = 1;
  while (open.length > 0) {
    const name = open.pop()!;
    if (seen.has(name)) continue;
    seen.add(name);
    const { parents, shuffles } = steps[name]!;
    if (shuffles && written.has(name)) continue;
    if (shuffles) stages++;
    open.push(...parents);
  }
  return stages;
}

function drawLineage(chance: Stream, { shared, written }: { readonly shared: boolean; readonly written: boolean }): LineageCase {
  const names = Array.from({ length: 3 + chance.below(5) }, (_, i) => `s${i}`);
  const steps: Record<string, LineageStep> = {};
  for (const [i, name] of names.entries()) {
    const before = names.slice(0, i);
    const shuffles = i > 0 && chance.chance(0.4);
    const many = i === 0 ? 0 : shuffles ? 1 : 1 + chance.below(2);
    // Without sharing, a chain: each step reads the one before it.
    const parents = shared ? chance.shuffle(before).slice(0, many) : before.slice(-1);
    steps[name] = { parents, shuffles };
  }
  const shuffling = names.filter((name) => steps[name]!.shuffles);
  return { steps, result: names[names.length - 1]!, written: new Set(written ? shuffling.filter(() => chance.chance(0.5)) : []) };
}

const lineageText = ({ steps, result, written }: LineageCase): string =>
  `${Object.entries(steps).map(([name, { parents, shuffles }]) => `${name}${shuffles ? " shuffles" : " of"} ${parents.join(" and ") || "data"}`).join(", ")}; ` +
  `action on ${result}${written.size === 0 ? "" : `, written: ${[...written].join(", ")}`}`;

const stageTrial = (name: string, look: string, kind: { readonly shared: boolean; readonly written: boolean }): Trial<StageRule> =>
  manyCases<StageRule, LineageCase>(name, {
    cases: 300,
    draw: (chance) => drawLineage(chance, kind),
    judge(rule, given) {
      const got: unknown = rule(given.steps, given.result, given.written);
      const right = stagesRun(given);
      return got === right ? null : `for ${lineageText(given)}: ${right} stages run, and it says ${show(got)}`;
    },
    look,
  });

const stageRule: Exercise<StageRule> = new Exercise({
  chapter,
  name: "stageRule",
  task: "Count the stages that run for an action.",
  hints: [
    "The last stage always runs. What makes another one necessary?",
    "Each shuffle that is reached is one more stage, once, however many steps read it. Behind a shuffle whose blocks are there, nothing runs.",
    "Walk back from the result with a set of steps already seen: at a written shuffle stop; at another shuffle add one; then go on to the parents.",
  ],
  shape: isFunction,
  trials: [
    stageTrial("chains of steps", "One stage, and one more for each shuffle.", { shared: false, written: false }),
    stageTrial("lineages that fork and join", "A shuffle that two steps read is one shuffle. And only what the result needs is run.", { shared: true, written: false }),
    stageTrial("jobs after other jobs", "Behind blocks that are there, nothing has to run, unless something else needs it.", { shared: true, written: true }),
  ],
});

// ------------------------------------------------------------------------------------------------------ what to compute again

/** What is known when an executor is dead. */
export interface Loss {
  /** Partition p of the result is made of these partitions of the cached parent. */
  readonly groups: readonly (readonly number[])[];
  /** The executors that keep each partition of the parent; none: it found no room. */
  readonly kept: readonly (readonly string[])[];
  readonly dead: string;
  /** The partitions of the result that are still to be computed. */
  readonly wanted: readonly number[];
}

/** The partitions of the parent that have to be computed, in rising order, each once. */
export type LostRule = (loss: Loss) => readonly number[];

const lossText = ({ groups, kept, dead, wanted }: Loss): string =>
  `kept ${kept.map((names, i) => `${i}: ${names.join("+") || "nowhere"}`).join(", ")}; ${dead} is dead; result ${wanted.map((p) => `${p} of ${groups[p]!.join("+")}`).join(", ")} wanted`;

const lossTrial = (name: string, look: string, draw: (chance: Stream) => Loss): Trial<LostRule> =>
  manyCases<LostRule, Loss>(name, {
    cases: 300,
    draw,
    judge(rule, loss) {
      const needed = new Set(loss.wanted.flatMap((p) => loss.groups[p]!));
      const right = [...needed].filter((p) => loss.kept[p]!.every((name) => name === loss.dead)).sort((a, b) => a - b);
      const got: unknown = rule(loss);
      return JSON.stringify(got) === JSON.stringify(right) ? null : `${lossText(loss)}: it computes ${show(got)}, where ${show(right)} are missing`;
    },
    look,
  });

function drawLoss(chance: Stream, { copies, all, grouped }: { readonly copies: boolean; readonly all: boolean; readonly grouped: boolean }): Loss {
  const parents = 4 + chance.below(4);
  const names = ["e1", "e2", "e3"];
  const kept = Array.from({ length: parents }, () => chance.shuffle(names).slice(0, copies ? chance.below(3) : 1));
  const groups = grouped
    ? Array.from({ length: 3 }, () => chance.shuffle(Array.from({ length: parents }, (_, i) => i)).slice(0, 1 + chance.below(3)))
    : Array.from({ length: parents }, (_, i) => [i]);
  const results = groups.map((_, i) => i);
  return { groups, kept, dead: chance.pick(names), wanted: all ? results : results.filter(() => chance.chance(0.6)) };
}

const lostRule: Exercise<LostRule> = new Exercise({
  chapter,
  name: "lostRule",
  task: "Find the partitions that have to be computed again after a crash.",
  hints: [
    "Which partitions of the parent do the wanted partitions of the result read? The others are nobody's concern.",
    "Of those, which have no copy on an executor that lives? One that was never kept has none.",
    "new Set(wanted.flatMap((p) => groups[p])), then keep those for which kept[p].every((name) => name === dead), sorted by number.",
  ],
  shape: isFunction,
  trials: [
    lossTrial("one copy of each, all wanted", "Lost is what only the dead one kept.", (chance) => drawLoss(chance, { copies: false, all: true, grouped: false })),
    lossTrial("no copy, one, or two", "A second copy saves the partition. A partition without room has no copy at all.", (chance) => drawLoss(chance, { copies: true, all: true, grouped: false })),
    lossTrial("a part of the result wanted", "What nobody reads need not be computed.", (chance) => drawLoss(chance, { copies: true, all: false, grouped: false })),
    lossTrial("partitions that are put together", "A result's partition may read several, and two results the same one. Each is computed once; [10] comes after [9].", (chance) => drawLoss(chance, { copies: true, all: false, grouped: true })),
  ],
});

// ------------------------------------------------------------------------------------------------------------- what is dropped

/** A cached partition: of which RDD, and how large. */
export interface CachedBlock {
  readonly rdd: string;
  readonly bytes: number;
}

/**
 * Which of the blocks in memory are dropped for a new one: their places in `blocks`, which begins with the one that was used longest
 * ago. Null: the new one is not kept, and nothing is dropped.
 */
export type EvictRule = (blocks: readonly CachedBlock[], limit: number, newcomer: CachedBlock) => readonly number[] | null;

function evicted(blocks: readonly CachedBlock[], limit: number, newcomer: CachedBlock): readonly number[] | null {
  let free = limit - blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped: number[] = [];
  for (const [i, { rdd, bytes }] of blocks.entries()) {
    if (free >= newcomer.bytes) break;
    if (rdd === newcomer.rdd) continue;
    dropped.push(i);
    free += bytes;
  }
  return free >= newcomer.bytes ? dropped : null;
}

interface EvictCase {
  readonly blocks: readonly CachedBlock[];
  readonly limit: number;
  readonly newcomer: CachedBlock;
}

const evictTrial = (name: string, look: string, rdds: readonly string[], spare: (chance: Stream) => number): Trial<EvictRule> =>
  manyCases<EvictRule, EvictCase>(name, {
    cases: 300,
    draw(chance) {
      const blocks = Array.from({ length: 1 + chance.below(5) }, () => ({ rdd: chance.pick(rdds), bytes: 1 + chance.below(5) }));
      const used = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
      return { blocks, limit: used + spare(chance), newcomer: { rdd: "a", bytes: 1 + chance.below(9) } };
    },
    judge(rule, { blocks, limit, newcomer }) {
      const got: unknown = rule(blocks, limit, newcomer);
      const right = evicted(blocks, limit, newcomer);
      if (JSON.stringify(got) === JSON.stringify(right)) return null;
      const text = blocks.map(({ rdd, bytes }, i) => `${i}: ${bytes} of ${rdd}`).join(", ");
      return `with ${text}, room for ${limit}, and ${newcomer.bytes} of ${newcomer.rdd} to come, it drops ${show(got)}, where ${show(right)} is right`;
    },
    look,
  });

const evictRule: Exercise<EvictRule> = new Exercise({
  chapter,
  name: "evictRule",
  task: "Choose the cached partitions that make room for a new one.",
  hints: [
    "How much is free now? Perhaps nothing has to go.",
    "Go from the one used longest ago, pass over those of the newcomer's RDD, and stop as soon as there is room. What if there never is?",
    "Collect places while free < newcomer.bytes, adding to free; at the end return free >= newcomer.bytes ? dropped : null.",
  ],
  shape: isFunction,
  trials: [
    evictTrial("room enough", "If it fits, nothing is dropped.", ["a", "b"], (chance) => 9 + chance.below(3)),
    evictTrial("blocks of other RDDs", "The ones used longest ago, and no more of them than it takes. What does not fit into all of the memory is not kept.", ["b", "c"], (chance) => chance.below(3)),
    evictTrial("blocks of the same RDD among them", "A partition of the same RDD stays: it will be needed as soon as this one.", ["a", "b"], (chance) => chance.below(3)),
  ],
});

// ------------------------------------------------------------------------------------------------------------------- salted keys

/** Keys in several pieces, so that one of them does not overload a partition. */
export interface SaltRule {
  /** The salted key of the item with this number, one of `pieces` for each key. */
  salt(key: string, item: number, pieces: number): string;
  /** The key again. */
  unsalt(salted: string): string;
}

const oddKeys = ["a", "w1", "w11", "1", "", "#", "a#1", "1#", "##", "a-1", "a_1", "a:1", "a|1", "节点", "a 1", "\u0000", "0", "00"];

const saltRule: Exercise<SaltRule> = new Exercise({
  chapter,
  name: "saltRule",
  task: "Spread a hot key over several reduce partitions, and put it together again.",
  hints: [
    "A task may run twice. What does the second run have to give for the same item?",
    "The piece may be the item's number modulo pieces. From the salted key one must find the key, whatever characters it holds.",
    "salt: `${key}#${item % pieces}`; unsalt: all before the last #: salted.slice(0, salted.lastIndexOf(\"#\")).",
  ],
  shape: hasFunctions("salt", "unsalt"),
  trials: [
    {
      name: "the same item, computed again",
      run(rule) {
        for (let item = 0; item < 200; item++) {
          const [first, second] = [rule.salt("w1", item, 4), rule.salt("w1", item, 4)];
          if (typeof first !== "string") return wrong({ problem: `salt gives ${show(first)}`, look: "A salted key is a text." });
          if (first !== second) return wrong({ problem: `item ${item} becomes ${show(first)}, and computed again ${show(second)}`, look: "What is lost is computed again: it must come out the same. What may the piece depend on?" });
        }
        return { kind: "seen", what: count(200, "item") };
      },
    },
    {
      name: "a hot key of 1,000 items in 8 pieces",
      run(rule) {
        const pieces = new Map<string, number>();
        for (let item = 0; item < 1_000; item++) {
          const salted = rule.salt("w1", item, 8);
          pieces.set(salted, (pieces.get(salted) ?? 0) + 1);
        }
        const most = Math.max(...pieces.values());
        if (pieces.size !== 8) return wrong({ problem: `the key has ${pieces.size} pieces where 8 were asked for`, look: "How many different salts are there?" });
        if (most > 250) return wrong({ problem: `one of the 8 pieces holds ${most} of 1,000 items`, look: "The pieces should be about equal." });
        return { kind: "seen", what: "8 pieces" };
      },
    },
    {
      name: "keys of any characters",
      run(rule) {
        const seen = new Map<string, string>();
        for (const key of oddKeys) {
          for (let item = 0; item < 24; item++) {
            const salted = rule.salt(key, item, 12);
            const back: unknown = rule.unsalt(salted);
            if (back !== key) return wrong({ problem: `${show(key)} becomes ${show(salted)}, and that ${show(back)}`, look: "Where does the key end in the salted one? It may hold the sign that you use." });
            const other = seen.get(salted);
            if (other !== undefined && other !== key) return wrong({ problem: `${show(other)} and ${show(key)} share the salted key ${show(salted)}`, look: "Different keys must stay different." });
            seen.set(salted, key);
          }
        }
        return { kind: "seen", what: count(oddKeys.length, "key") };
      },
    },
  ],
});

/** The exercises of the chapter on Spark, by name. */
export const sparkExercises: {
  readonly meanRule: Exercise<MeanRule>;
  readonly stageRule: Exercise<StageRule>;
  readonly lostRule: Exercise<LostRule>;
  readonly evictRule: Exercise<EvictRule>;
  readonly saltRule: Exercise<SaltRule>;
} = { meanRule, stageRule, lostRule, evictRule, saltRule };
