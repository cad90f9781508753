import { canonical } from "../../core/canonical.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { checkpointOverhead, youngInterval } from "../../compute/recovery/checkpoints.js";
import { Exercise } from "../exercise.js";
import { manyCases, type Trial } from "../trial.js";

const chapter = "2.4";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------- what must be made again

/** A step of a lineage, from the input on: whether it needs one partition of the step before or all of them, and which of its partitions are still there. */
export interface KeptStep {
  readonly needs: "same" | "all";
  readonly there: readonly number[];
}

/**
 * What must be computed to have all partitions 0 to n - 1 of the last step, as [step, partition] in order of steps, then of
 * partitions. Step 0 reads the input, which is always there.
 */
export type AgainRule = (steps: readonly KeptStep[], n: number) => readonly (readonly [step: number, partition: number])[];

const everything = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

function again(steps: readonly KeptStep[], n: number): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let wanted = everything(n);
  for (let step = steps.length - 1; step >= 0 && wanted.length > 0; step--) {
    const missing = wanted.filter((partition) => !steps[step]!.there.includes(partition));
    found.push(...missing.map((partition) => [step, partition] as const));
    wanted = missing.length > 0 && steps[step]!.needs === "all" ? everything(n) : missing;
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const againTrial = (name: string, look: string, kind: { readonly wide: boolean; readonly kept: boolean }): Trial<AgainRule> =>
  manyCases<AgainRule, { readonly steps: readonly KeptStep[]; readonly n: number }>(name, {
    cases: 150,
    draw(chance: Stream) {
      const n = 2 + chance.below(3);
      const length = 2 + chance.below(3);
      const some = (): readonly number[] => everything(n).filter(() => chance.chance(0.6));
      return {
        n,
        steps: Array.from({ length }, (_, step) => ({
          needs: kind.wide && step > 0 && chance.chance(0.4) ? ("all" as const) : ("same" as const),
          there: step === length - 1 || (kind.kept && chance.chance(0.6)) ? some() : [],
        })),
      };
    },
    judge(rule, { steps, n }) {
      const right = again(steps, n);
      const got = rule(steps, n);
      return canonical(got) === canonical(right) ? null : `of ${n} partitions and the steps ${show(steps)} it computes ${show(got)}, and ${show(right)} is what it takes`;
    },
    look,
  });

const againRule: Exercise<AgainRule> = new Exercise({
  chapter,
  name: "againRule",
  task: "Find what must be computed again when some partitions are lost.",
  hints: [
    "Begin at the last step with what is wanted, and go back: of what is wanted and not there, which partitions of the step before are needed?",
    "A narrow step needs the same partitions, a wide one all of them. What is there is not computed, and nothing behind it is needed.",
    "let wanted = all; for (step = last; step >= 0 && wanted.length > 0; step--) { const missing = wanted.filter((p) => !steps[step].there.includes(p)); ...; wanted = missing.length > 0 && steps[step].needs === \"all\" ? all : missing; }",
  ],
  shape: isFunction,
  trials: [
    againTrial("narrow steps of which only the last is kept", "For each lost partition a chain back to the input, and nothing of the others.", { wide: false, kept: false }),
    againTrial("narrow steps of which some are kept", "A chain ends where a partition is still there.", { wide: false, kept: true }),
    againTrial("wide steps among them", "A wide step needs all partitions of the step before: but only if something of it must be computed.", { wide: true, kept: true }),
  ],
});

// ------------------------------------------------------------------------------------------------------------- when to checkpoint

/** How long to work between two checkpoints that cost `costS` s, when a failure comes every `failureS` s on average. */
export type IntervalRule = (costS: number, failureS: number) => number;

const intervalTrial = (name: string, look: string, costs: readonly number[], failures: readonly number[]): Trial<IntervalRule> =>
  manyCases<IntervalRule, { readonly cost: number; readonly failuresEvery: number }>(name, {
    cases: 60,
    draw: (chance) => ({ cost: chance.pick(costs), failuresEvery: chance.pick(failures) }),
    judge(rule, { cost, failuresEvery }) {
      const got = rule(cost, failuresEvery);
      if (typeof got !== "number" || !(got > 0)) return `for a cost of ${cost} s and a failure every ${failuresEvery} s it says ${show(got)}, which is no time to work`;
      const best = youngInterval({ cost, failuresEvery });
      const [spent, least] = [got, best].map((interval) => checkpointOverhead({ interval, cost, failuresEvery })) as [number, number];
      return spent <= least * 1.02 ? null : `for a cost of ${cost} s and a failure every ${failuresEvery} s it works ${show(got)} s, and spends ${(100 * spent).toFixed(1)} % where ${(100 * least).toFixed(1)} % would do`;
    },
    look,
  });

const intervalRule: Exercise<IntervalRule> = new Exercise({
  chapter,
  name: "intervalRule",
  task: "Choose how long to work between two checkpoints.",
  hints: [
    "With an interval t, checkpoints take C / t of the time. How much work does a failure destroy on average, and how often does one come?",
    "C / t + t / (2 M) is least where its derivative is zero: C / t^2 = 1 / (2 M).",
    "return Math.sqrt(2 * costS * failureS);",
  ],
  shape: isFunction,
  trials: [
    intervalTrial("one cost, one rate", "C / t for checkpoints, t / 2 lost in each failure.", [5], [1_000]),
    intervalTrial("cheap and dear checkpoints", "A checkpoint that costs four times as much is taken half as often.", [1, 4, 16, 64], [10_000]),
    intervalTrial("rare and frequent failures", "Failures that are four times as rare let you work twice as long.", [10], [500, 2_000, 8_000, 100_000]),
  ],
});

// ------------------------------------------------------------------------------------------------------------- where to put a task

/** A task that waits: on which machines its input is, and since when it waits, in ms. */
export interface WaitingTask {
  readonly holders: readonly string[];
  readonly since: number;
}

/**
 * Which task an idle machine gets (its index), or null: the longest waiting of those whose input it holds; else one that has waited for at
 * least `patience` ms, the longest waiting first; else none. Of equal ones the first.
 */
export type PlaceTaskRule = (tasks: readonly WaitingTask[], machine: string, now: number, patience: number) => number | null;

function placed(tasks: readonly WaitingTask[], machine: string, now: number, patience: number): number | null {
  const order = tasks.map((_, i) => i).sort((a, b) => tasks[a]!.since - tasks[b]!.since || a - b);
  const local = order.find((i) => tasks[i]!.holders.includes(machine));
  return local ?? order.find((i) => now - tasks[i]!.since >= patience) ?? null;
}

const placeTrial = (name: string, look: string, kind: { readonly local: number; readonly patience: readonly number[] }): Trial<PlaceTaskRule> =>
  manyCases<PlaceTaskRule, { readonly tasks: readonly WaitingTask[]; readonly patience: number }>(name, {
    cases: 200,
    draw: (chance) => ({
      patience: chance.pick(kind.patience),
      tasks: Array.from({ length: 1 + chance.below(4) }, () => ({
        holders: chance.chance(kind.local) ? ["m1", "m2"] : ["m2", "m3"],
        since: 10 * chance.below(10),
      })),
    }),
    judge(rule, { tasks, patience }) {
      const right = placed(tasks, "m1", 100, patience);
      const got = rule(tasks, "m1", 100, patience);
      return got === right ? null : `m1 is idle at 100 ms, with a patience of ${patience} ms and the tasks ${show(tasks)}: it takes ${show(got)}, and should take ${show(right)}`;
    },
    look,
  });

const placeTaskRule: Exercise<PlaceTaskRule> = new Exercise({
  chapter,
  name: "placeTaskRule",
  task: "Choose a task for an idle machine: one whose input it has, if it is worth waiting for one.",
  hints: [
    "Look first among the tasks whose holders include the machine, whatever the others have waited.",
    "If there is none, a task may go elsewhere only if now - since is at least patience: the machines that hold its input had their chance.",
    "Sort the indices by since (and index); const local = order.find((i) => tasks[i].holders.includes(machine)); return local ?? order.find((i) => now - tasks[i].since >= patience) ?? null;",
  ],
  shape: isFunction,
  trials: [
    placeTrial("tasks whose input is here", "Of several, the one that has waited longest; of equal ones, the first.", { local: 1, patience: [0] }),
    placeTrial("tasks whose input is elsewhere, without patience", "With a patience of 0 nobody waits: but a task whose input is here goes first.", { local: 0.4, patience: [0] }),
    placeTrial("with patience", "A task whose input is elsewhere waits for `patience` ms before it goes to another machine.", { local: 0.3, patience: [0, 30, 60, 1_000] }),
  ],
});

// ---------------------------------------------------------------------------------------------------------------- how many machines

/**
 * The fewest machines on which a job is done in `deadlineS` s by Amdahl's law (1967), if it takes `aloneS` s on one machine and the share
 * `serial` of its work, 0 to 1, cannot be shared; null if no number will do.
 */
export type MachinesRule = (aloneS: number, serial: number, deadlineS: number) => number | null;

interface Order {
  readonly aloneS: number;
  readonly serial: number;
  readonly deadlineS: number;
}

const secondsOn = ({ aloneS, serial }: Order, machines: number): number => aloneS * (serial + (1 - serial) / machines);

function judgeMachines(rule: MachinesRule, order: Order): string | null {
  const { aloneS, serial, deadlineS } = order;
  const got = rule(aloneS, serial, deadlineS);
  const asked = `for a job of ${aloneS} s of which ${100 * serial} % cannot be shared, and a deadline of ${deadlineS} s, it says ${show(got)}`;
  // Rounding must not decide: what is on the deadline, to a billionth, may count as in time or as late.
  const [early, late] = [deadlineS * (1 - 1e-9), deadlineS * (1 + 1e-9)];
  if (serial * aloneS >= early) return got === null ? null : `${asked}, and what cannot be shared takes ${(serial * aloneS).toFixed(0)} s alone`;
  if (!Number.isInteger(got) || got === null || got < 1) return `${asked}, which is no number of machines; some number will do`;
  if (secondsOn(order, got) > late) return `${asked}, and on so many it takes ${secondsOn(order, got).toFixed(0)} s`;
  return got > 1 && secondsOn(order, got - 1) < early ? `${asked}, and one machine fewer takes ${secondsOn(order, got - 1).toFixed(0)} s` : null;
}

const machinesTrial = (name: string, look: string, about: { readonly serial: readonly number[]; readonly share: readonly [number, number] }): Trial<MachinesRule> =>
  manyCases<MachinesRule, Order>(name, {
    cases: 100,
    draw(chance) {
      const aloneS = chance.pick([600, 3_600, 86_400]);
      const serial = chance.pick(about.serial);
      const [least, most] = about.share;
      // A share of the way from what cannot be shared to the whole job: below 0 nothing helps, above 1 one machine is enough.
      return { aloneS, serial, deadlineS: Math.max(1, Math.ceil(aloneS * (serial + (1 - serial) * (least + (most - least) * chance.double())))) };
    },
    judge: judgeMachines,
    look,
  });

const machinesRule: Exercise<MachinesRule> = new Exercise({
  chapter,
  name: "machinesRule",
  task: "Say how many machines it takes to meet a deadline, when a part of the work cannot be shared.",
  hints: [
    "The part that cannot be shared takes its time on any number of machines. How much of the deadline is left for the rest?",
    "The rest is (1 - serial) * aloneS seconds of work, and it must be done in deadlineS - serial * aloneS seconds. If that is nothing or less, no number helps.",
    "if (deadlineS >= aloneS) return 1; const leftS = deadlineS - serial * aloneS; return leftS > 0 ? Math.ceil(((1 - serial) * aloneS) / leftS) : null;",
  ],
  shape: isFunction,
  trials: [
    machinesTrial("jobs that can be shared entirely", "Half the time takes two machines; between two whole numbers, the larger.", { serial: [0], share: [0.01, 1] }),
    machinesTrial("jobs of which a part cannot be shared", "Take what cannot be shared off the deadline first: only the rest gets faster.", { serial: [0.01, 0.05, 0.2], share: [0.02, 0.9] }),
    machinesTrial("deadlines that cannot be met", "What cannot be shared may take longer than the deadline; then no number of machines will do.", { serial: [0.1, 0.3, 0.5], share: [-0.09, 0.1] }),
    machinesTrial("deadlines that one machine meets", "One machine is the least there is.", { serial: [0, 0.05, 0.5], share: [0.6, 2] }),
  ],
});

/** The exercises of chapter 2.4, by name. */
export const computingExercises: {
  readonly againRule: Exercise<AgainRule>;
  readonly intervalRule: Exercise<IntervalRule>;
  readonly placeTaskRule: Exercise<PlaceTaskRule>;
  readonly machinesRule: Exercise<MachinesRule>;
} = { againRule, intervalRule, placeTaskRule, machinesRule };
