import type { Phenomenon } from "../../history/isolation.js";
import { interleave, interleavings, type ScriptOptions, type ScriptRun } from "./interleave.js";
import type { Predicate } from "./statement.js";

/** Transactions that get in each other's way, in the order in which they do so where nothing keeps them apart. */
export interface AnomalyCase {
  readonly name: string;
  /** What Adya calls it, and the judge of histories looks for. */
  readonly phenomenon: Phenomenon;
  /** What Berenson and others (1995) call it; null where they have no name. */
  readonly berenson: string | null;
  /** The order that shows it. */
  readonly script: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly predicates: Readonly<Record<string, Predicate>>;
  /** What it means, in a sentence about something. */
  readonly story: string;
}

const two = { rows: { x: 10, y: 20 }, predicates: {} };

/** The anomalies, from the crudest to the finest, in the manner of Kleppmann's Hermitage (2014), which tries them on real databases. */
export const anomalies: readonly AnomalyCase[] = [
  {
    name: "dirty write", phenomenon: "G0", berenson: "P0", ...two, script: "w1[x=11] w2[x=12] w2[y=22] c2 w1[y=21] c1",
    story: "Two buyers of a car: one gets the car, and the other the invoice.",
  },
  {
    name: "dirty read, aborted", phenomenon: "G1a", berenson: "P1", ...two, script: "w1[x=101] r2[x] a1 c2",
    story: "A customer is told of a payment that never was.",
  },
  {
    name: "dirty read, intermediate", phenomenon: "G1b", berenson: "P1", ...two, script: "w1[x=101] r2[x] w1[x=11] c1 c2",
    story: "A report counts a sum that was there only between two statements.",
  },
  {
    name: "dirty read, circular", phenomenon: "G1c", berenson: "P1", ...two, script: "w1[x=11] w2[y=22] r1[y] r2[x] c1 c2",
    story: "Each of two acts on what the other has not decided yet.",
  },
  {
    name: "vanishing transaction", phenomenon: "OTV", berenson: null, ...two, script: "w1[x=11] r2[x] r2[y] w1[y=21] c1 c2",
    story: "An order is seen, and then its items are not.",
  },
  {
    name: "fuzzy read", phenomenon: "G-single", berenson: "P2", ...two, script: "r1[x] w2[x=12] c2 r1[x] c1",
    story: "The price changes between the offer and the bill of one purchase.",
  },
  {
    name: "phantom, seen twice", phenomenon: "PMP", berenson: "P3", rows: { a: 1 }, predicates: { P: { min: 1 } },
    script: "r1[P] w2[b=1] c2 r1[P] c1", story: "A list and its length do not agree.",
  },
  {
    name: "lost update", phenomenon: "lost update", berenson: "P4", ...two, script: "r1[x] r2[x] w1[x=x+1] w2[x=x+1] c1 c2",
    story: "Two deposits, and one of them is gone.",
  },
  {
    name: "read skew", phenomenon: "G-single", berenson: "A5A", ...two, script: "r1[x] r2[x] r2[y] w2[x=5] w2[y=25] c2 r1[y] c1",
    story: "Money under way between two accounts is counted twice, or not at all.",
  },
  {
    name: "write skew", phenomenon: "G2-item", berenson: "A5B", rows: { x: 1, y: 1 }, predicates: {},
    script: "r1[x] r1[y] r2[x] r2[y] w1[x=0] w2[y=0] c1 c2", story: "Two doctors leave, each because the other stays.",
  },
  {
    name: "phantom, written", phenomenon: "G2", berenson: "P3", rows: {}, predicates: { P: { min: 1 } },
    script: "r1[P] r2[P] w1[a=1] w2[b=1] c1 c2", story: "A room is booked twice, because for each the calendar was empty.",
  },
  {
    name: "read-only anomaly", phenomenon: "G2-item", berenson: null, rows: { x: 0, y: 0 }, predicates: {},
    script: "r2[x] r2[y] r1[y] w1[y=20] c1 b3[read only] r3[x] r3[y] c3 w2[x=-11] c2",
    story: "A statement of account shows a state after which the overdraft fee could not have been due; it is.",
  },
];

/** What came of an anomaly at a level. */
export interface AnomalyTried {
  /** In how many of the orders of the statements it occurred, of how many that were tried. */
  readonly occurred: number;
  readonly orders: number;
  /** One of the runs in which it did; null if there was none. */
  readonly example: ScriptRun | null;
  /** The run of the case's own script. */
  readonly script: ScriptRun;
}

/**
 * Try an anomaly at a level: its own script, and every other order of the statements, unless these are more than `most` (default
 * 2,000), of which then only the script is tried. So "never" is about these transactions, and no statement about all.
 */
export function tryAnomaly({ script, phenomenon, rows, predicates }: Pick<AnomalyCase, "script" | "phenomenon" | "rows" | "predicates">, level: ScriptOptions["level"], most: number = 2_000): AnomalyTried {
  const options: ScriptOptions = { level, rows, predicates };
  const programs = programsOf(script);
  const own = interleave(script, options);
  const orders = countOf(programs) > most ? [script] : interleavings(...programs.map((statements) => statements.join(" ")));
  let occurred = 0;
  let example: ScriptRun | null = null;
  for (const order of orders) {
    const run = interleave(order, options);
    if (!run.verdict.phenomena.includes(phenomenon)) continue;
    occurred += 1;
    example ??= run;
  }
  return { occurred, orders: orders.length, example, script: own };
}

/** The statements of each transaction of a script. */
function programsOf(script: string): readonly (readonly string[])[] {
  const programs = new Map<string, string[]>();
  for (const [statement, name] of script.matchAll(/[rwbca](\d+)(?:\[[^\]]*\])?/g)) programs.set(name!, [...(programs.get(name!) ?? []), statement]);
  return [...programs.values()];
}

/** In how many ways lists can be merged. */
function countOf(lists: readonly (readonly string[])[]): number {
  let count = 1;
  let placed = 0;
  for (const { length } of lists) for (let i = 1; i <= length; i++) count = (count * ++placed) / i;
  return Math.round(count);
}
