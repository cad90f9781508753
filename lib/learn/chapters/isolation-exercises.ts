import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import type { AnyRole } from "../../core/role.js";
import { isolation, type PortableLevel } from "../../history/isolation.js";
import { readTransactions, type TransactionHistory } from "../../history/notation.js";
import type { ExploreOptions } from "../../check/options.js";
import type { Nodes } from "../../sim/options.js";
import type { SimulateOptions } from "../../sim/simulate.js";
import { type Danger, dangerIn } from "../../transactions/isolation/dangerous.js";
import { databaseWith } from "../../transactions/isolation/database.js";
import type { EngineRules } from "../../transactions/isolation/engine.js";
import type { ScriptOptions } from "../../transactions/isolation/interleave.js";
import { abortsOf } from "../../transactions/isolation/workload.js";
import { ifSum, plus, read, select, transact, write, type Transact } from "../../transactions/isolation/program.js";
import { isolated } from "../../transactions/isolation/properties.js";
import { session } from "../../transactions/isolation/session.js";
import { matches, type Predicate } from "../../transactions/isolation/statement.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, oneRun, wrong, type Trial } from "../trial.js";

/** Whether a transaction may commit: `snapshot` is how many had committed when it began, and each other one has the number of its commit, from 1. */
export type FirstCommitterRule = (self: { readonly snapshot: number; readonly wrote: readonly string[] }, others: readonly { readonly at: number; readonly wrote: readonly string[] }[]) => boolean;

/** Whether the writer of a row must wait for those who have locked a predicate. A row that is not there has null for its value. */
export type PredicateLockRule = (predicate: Predicate, row: { readonly key: string; readonly before: number | null; readonly after: number | null }) => boolean;

/** Whether one of three transactions, of which the first read what the middle one overwrote, and that what the last one overwrote, must be given up. */
export type DangerRule = (danger: Danger) => boolean;

const chapter = "2.2";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

/** A rule of the learner's, whose answers must be true or false. */
function flagged<A extends readonly unknown[]>(rule: (...given: A) => boolean): (...given: A) => boolean {
  return (...given) => {
    const answer: unknown = rule(...given);
    if (typeof answer !== "boolean") throw new TypeError(`the answer must be true or false, got ${show(answer)}`);
    return answer;
  };
}

interface World extends ScriptOptions {
  readonly clients: readonly Transact[];
}

function nodesOf(rules: Partial<EngineRules>, { clients, ...options }: World): Record<string, AnyRole> {
  const client = session({ database: "db", tries: 1 });
  return { db: databaseWith(rules, options), ...Object.fromEntries(clients.map((_, i) => [`s${i + 1}`, client])) };
}

/** Every world of these transactions, held against a level. */
function worldsOf(rules: Partial<EngineRules>, world: World, level: PortableLevel): ExploreOptions<Nodes> {
  const { clients, ...options } = world;
  return {
    nodes: nodesOf(rules, world), properties: [isolated(level, options)],
    requests: clients.map((request, i) => ({ node: `s${i + 1}`, request })) as never,
  };
}

/** A run in which the transactions begin at these times, in ms; a message takes 1 ms. */
function runOf(rules: Partial<EngineRules>, world: World, starts: readonly number[]): SimulateOptions<Nodes> {
  return {
    nodes: nodesOf(rules, world), network: { latency: 1 },
    requests: world.clients.map((request, i) => ({ at: starts[i]!, node: `s${i + 1}`, request })) as never,
  };
}

function givenUp(trace: Parameters<typeof abortsOf>[0]): string | null {
  const [first] = abortsOf(trace);
  return first ? `${first.transaction} was given up (${first.reason}), and nothing was in its way` : null;
}

// ------------------------------------------------------------------------------------------------------- first committer

const increment: Transact = transact([read("x"), write("x", plus("x", 1))]);
const deposits: World = { level: "snapshot, first committer", rows: { x: 10, y: 10 }, clients: [increment, increment] };
const committer = (answer: FirstCommitterRule): Partial<EngineRules> => ({ mayCommit: flagged(answer) });

const firstCommitter: Exercise<FirstCommitterRule> = new Exercise({
  chapter,
  name: "firstCommitter",
  task: "Write the check of snapshot isolation: whether a transaction may commit.",
  hints: [
    "Only two things matter of each other transaction: whether it committed after this one began, and which rows it wrote.",
    "It committed after the snapshot if its number is greater than the snapshot's: the commit whose number is equal is in it.",
    "return !others.some((other) => other.at > self.snapshot && other.wrote.some((key) => self.wrote.includes(key)));",
  ],
  shape: isFunction,
  trials: [
    everyWorld("every world of two deposits", {
      options: (answer) => worldsOf(committer(answer), deposits, "PL-SI"),
      look: "Both read the same version, and both write over it. Which of the two must not commit?",
    }),
    oneRun("two transactions on different rows", {
      options: (answer) => runOf(committer(answer), { ...deposits, clients: [increment, transact([read("y"), write("y", plus("y", 1))])] }, [0, 0]),
      atEnd: ({ trace }) => givenUp(trace),
      look: "They never write the same row. Look at what the other one wrote, not only at when it committed.",
    }),
    oneRun("a reader beside a writer", {
      options: (answer) => runOf(committer(answer), { ...deposits, clients: [increment, transact([read("x"), read("y")])] }, [0, 3]),
      atEnd: ({ trace }) => givenUp(trace),
      look: "Who writes nothing overwrites nothing, and its snapshot does not change.",
    }),
    oneRun("one deposit after the other", {
      options: (answer) => runOf(committer(answer), deposits, [0, 30]),
      atEnd: ({ trace }) => givenUp(trace),
      look: "The first one had committed before the second one began: that commit is part of its snapshot. What are the two numbers?",
    }),
    manyCases("random commits", {
      cases: 300,
      draw: (chance) => ({
        self: { snapshot: chance.below(6), wrote: rowsOf(chance) },
        others: Array.from({ length: chance.below(4) }, () => ({ at: 1 + chance.below(8), wrote: rowsOf(chance) })),
      }),
      judge(answer, { self, others }) {
        const right = !others.some((other) => other.at > self.snapshot && other.wrote.some((key) => self.wrote.includes(key)));
        const given = flagged(answer)(self, others);
        return given === right ? null : `snapshot ${self.snapshot}, wrote ${self.wrote.join(", ") || "nothing"}, others ${show(others)}: the answer was ${given}, and must be ${right}`;
      },
      look: "Each other transaction counts by itself: its own number, and its own rows.",
    }),
  ],
});

function rowsOf(chance: Stream): string[] {
  return ["x", "y", "z"].filter(() => chance.chance(0.4));
}

// -------------------------------------------------------------------------------------------------------- predicate lock

const Bookings = { Bookings: { prefix: "room", min: 1 } };
const locking = (clients: readonly Transact[], rows: Readonly<Record<string, number>> = {}): World => ({ level: "two-phase locking", rows, predicates: Bookings, clients });
const locker = (answer: PredicateLockRule): Partial<EngineRules> => ({ touches: (predicate, row) => flagged(answer)(predicate, row) });
const count = select("Bookings");

const predicateLock: Exercise<PredicateLockRule> = new Exercise({
  chapter,
  name: "predicateLock",
  task: "Say whether a write is in the way of somebody who has locked a predicate.",
  hints: [
    "Somebody has looked for all rows that match, and must find the same ones again. Which writes would show: only new rows?",
    "A row may come into the predicate, leave it, or change within it. So look at the row as it was, and as it will be; a row that is not there matches nothing.",
    "const match = (value: number | null) => value !== null && row.key.startsWith(predicate.prefix ?? \"\") && value >= (predicate.min ?? -Infinity) && value <= (predicate.max ?? Infinity); return match(row.before) || match(row.after);",
  ],
  shape: isFunction,
  trials: [
    everyWorld("every world of two bookings", {
      options: (answer) => worldsOf(locker(answer), locking([transact([count, write("room a", 1)]), transact([count, write("room b", 1)])]), "PL-3"),
      look: "Both find the calendar empty, and both write into it. The rows that they write were not there before.",
    }),
    oneRun("a write that has nothing to do with it", {
      options: (answer) => runOf(locker(answer), locking([transact([count, read("list"), read("list"), read("list")]), transact([write("lamp", 7)])], { list: 0 }), [0, 2]),
      atEnd: (run) => {
        const took = (run.history[1]?.returnedAt ?? Infinity) - (run.history[1]?.invokedAt ?? 0);
        return took <= 4 ? null : `the writer of "lamp" waited: it took ${Number.isFinite(took) ? `${took} ms` : "for ever"}, where two round trips are 4 ms`;
      },
      look: "The lamp is no room. A lock that is in everybody's way is safe, and no predicate lock.",
    }),
    manyCases("random writes", {
      cases: 300,
      draw: (chance) => ({
        predicate: { ...(chance.chance(0.5) ? { prefix: "r" } : {}), ...(chance.chance(0.7) ? { min: 3 } : {}), ...(chance.chance(0.5) ? { max: 6 } : {}) },
        row: { key: chance.pick(["r1", "r2", "s1"]), before: valueOf(chance), after: valueOf(chance) },
      }),
      judge(answer, { predicate, row }) {
        const right = matches(predicate, row.key, row.before) || matches(predicate, row.key, row.after);
        const given = flagged(answer)(predicate, row);
        return given === right ? null : `predicate ${show(predicate)}, row ${row.key} from ${row.before} to ${row.after}: the answer was ${given}, and must be ${right}`;
      },
      look: "A row that leaves the predicate is missed as much as one that comes is found. Both ends of the range count, a missing bound is none, and the name must begin with the prefix.",
    }),
  ],
});

function valueOf(chance: Stream): number | null {
  return chance.chance(0.25) ? null : chance.below(9);
}

// -------------------------------------------------------------------------------------------------------------- dangerous

const leave = (own: string): Transact => transact([read("x"), read("y"), write(own, 0, ifSum(["x", "y"], 2))]);
const doctors: World = { level: "serializable snapshot", rows: { x: 1, y: 1 }, clients: [leave("x"), leave("y")] };
const accounts: World = {
  level: "serializable snapshot", rows: { x: 0, y: 0 },
  clients: [transact([read("y"), write("x", -11)]), transact([write("y", 20)]), transact([read("x"), read("y")], { readOnly: true })],
};
const endangered = (answer: DangerRule): Partial<EngineRules> => ({ isDangerous: flagged(answer) });

const dangerous: Exercise<DangerRule> = new Exercise({
  chapter,
  name: "dangerous",
  task: "Say when two anti-dependencies in a row are dangerous.",
  hints: [
    "In every circle that snapshots allow, the last of the three is the first of all to commit. Has it committed? Before the two others, as far as they have?",
    "A first transaction that only reads can be in a circle only if it has seen what the last one wrote: only if that had committed when the reader began.",
    "const at = last.committedAt; if (at === null || at > (middle.committedAt ?? Infinity) || at > (first.committedAt ?? Infinity)) return false; return !first.readsOnly || at <= first.snapshot;",
  ],
  shape: isFunction,
  trials: [
    everyWorld("every world of two doctors", {
      options: (answer) => ({
        ...worldsOf(endangered(answer), doctors, "PL-3"),
        reach: { "one of them leaves": ({ decisions }) => decisions.some(({ outcome }) => (outcome as { kind: string }).kind === "commit") },
      }),
      look: { "one of them leaves": "Somebody must get through.", else: "Two anti-dependencies, one each way, and the first of the two to commit is the last of the three: it may be the first of them, too." },
    }),
    everyWorld("every world of a deposit, a withdrawal and a reader", {
      options: (answer) => worldsOf(endangered(answer), accounts, "PL-3"),
      look: "The reader has seen the deposit, and not the withdrawal, which has not seen the deposit. In which order did the three happen?",
    }),
    oneRun("a reader who begins before anybody has committed", {
      options: (answer) => runOf(endangered(answer), { ...accounts, clients: [transact([read("y"), read("x"), write("x", -11)]), transact([read("y"), write("y", 20)]), transact([read("x"), read("y"), read("x")], { readOnly: true })] }, [0, 0, 0]),
      atEnd: ({ trace }) => givenUp(trace),
      look: "The reader sees neither the deposit nor the withdrawal: it comes first of all, and is in no circle.",
    }),
    manyCases("orders of commits", {
      cases: 400,
      draw: drawDanger,
      judge(answer, danger) {
        const right = dangerIn(danger, "and readers begin later");
        const given = flagged(answer)(danger);
        if (given === right) return null;
        const { first, middle, last } = danger;
        const when = (at: number | null): string => (at === null ? "is active" : `committed as number ${at}`);
        return (
          `the first ${when(first.committedAt)}, ${first.readsOnly ? "only reads, " : ""}and began after ${first.snapshot} commits; the middle one ${when(middle.committedAt)}; ` +
          `the last one ${when(last.committedAt)}: the answer was ${given}, and ${right ? "one must be given up" : "nobody need be given up"}`
        );
      },
      look: "The last one must have committed, and before the others; for a reader, before it began.",
    }),
  ],
});

/** Three transactions that were under way at the same time, as far as neighbours go. */
function drawDanger(chance: Stream): Danger {
  const [a, b, c] = chance.shuffle([4, 5, 6]) as [number, number, number];
  const end = (at: number): number | null => (chance.chance(0.5) ? at : null);
  const firstAt = end(a);
  return { first: { snapshot: chance.below(Math.min(firstAt ?? 7, 7)), committedAt: firstAt, readsOnly: chance.chance(0.5) }, middle: { committedAt: end(b) }, last: { committedAt: end(c) } };
}

// ------------------------------------------------------------------------------------------------------ a history to find

function isHistory(answer: unknown): string | null {
  if (typeof answer !== "string") return "must be a text such as \"r1[x0] w1[x1] c1\"";
  try {
    readTransactions(answer);
    return null;
  } catch (problem) {
    return `must be a history that can be read (${(problem as Error).message})`;
  }
}

/** Whether a history has a trait, as a trial. */
function trait(name: string, problemIn: (history: TransactionHistory) => string | null, look: string): Trial<string> {
  return {
    name,
    run(answer) {
      const problem = problemIn(readTransactions(answer));
      return problem === null ? { kind: "seen", what: "1 history" } : wrong({ problem, look });
    },
  };
}

const readersOf = ({ events }: TransactionHistory): readonly string[] => {
  const names = [...new Set(events.map(({ transaction }) => transaction))];
  return names.filter((name) => !events.some((event) => event.kind === "write" && event.transaction === name));
};
const without = (history: TransactionHistory, name: string): TransactionHistory => ({ ...history, events: history.events.filter(({ transaction }) => transaction !== name) });

const readerSkew: Exercise<string> = new Exercise({
  chapter,
  name: "readerSkew",
  task: "Write a history on snapshots that is serializable without one transaction that only reads, and not with it.",
  hints: [
    "Begin with two transactions that are serializable in one order only, although the one that must come later committed first: r2 reads a row before w1 writes it, and T1 commits first.",
    "Then T2 must come before T1. The reader should see T1's write and not T2's, so it must come after T1 and before T2. When must it begin?",
    "r2[x0] r2[y0] w1[y1] c1 r3[x0] r3[y1] c3 w2[x2] c2",
  ],
  shape: isHistory,
  trials: [
    trait("all of it has committed", ({ events }) => {
      const open = [...new Set(events.map(({ transaction }) => transaction))].filter((name) => !events.some((event) => event.kind === "commit" && event.transaction === name));
      return open.length === 0 ? null : `${open.join(" and ")} did not commit`;
    }, "Each transaction must end with a c."),
    trait("snapshots allow it", (history) => {
      const { levels, findings } = isolation(history);
      return levels["PL-SI"] ? null : `snapshot isolation forbids it: ${findings.find(({ phenomenon }) => !phenomenon.startsWith("G2"))?.reason ?? findings[0]!.reason}`;
    }, "A transaction reads what had committed when it began, and nothing newer; and two that are under way at the same time must not write the same row."),
    trait("it is not serializable", (history) => (isolation(history).levels["PL-3"] ? `it is serializable: ${isolation(history).order!.join(", ")}` : null), "Two anti-dependencies in a row are needed: somebody reads what another overwrites, and that one what a third overwrites."),
    trait("a reader is to blame", (history) => {
      const readers = readersOf(history);
      if (readers.length === 0) return "no transaction only reads";
      return readers.some((name) => isolation(without(history, name)).levels["PL-3"]) ? null : `it is not serializable without ${readers.join(" or ")}, either`;
    }, "Take the reader out: the others must have an order that explains them."),
  ],
});

/** The exercises of chapter 2.2, by name. */
export const isolationExercises: {
  readonly firstCommitter: Exercise<FirstCommitterRule>;
  readonly predicateLock: Exercise<PredicateLockRule>;
  readonly dangerous: Exercise<DangerRule>;
  readonly readerSkew: Exercise<string>;
} = { firstCommitter, predicateLock, dangerous, readerSkew };
