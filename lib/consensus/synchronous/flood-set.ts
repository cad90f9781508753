import { integer, options } from "../../core/parameters.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";

/** A state of FloodSet: sets of values and of processes are bit masks, bit i for value or process i. */
export interface FloodSetState {
  /** Rounds that are over. */
  readonly round: number;
  /** The values that each process has seen. */
  readonly seen: readonly number[];
  /** Which processes are up. */
  readonly up: number;
  /** For each process, whom its messages of this round do not reach, because it crashed while it sent them. */
  readonly missed: readonly number[];
  /** What each process has decided: a bit mask, or 0. */
  readonly decided: readonly number[];
}

export interface FloodSetOptions {
  /** How many processes, from 2 to 6. */
  readonly processes: number;
  /** How many may crash in one run. */
  readonly crashes: number;
  /** After how many rounds all decide. Sound with `crashes` + 1 and more. */
  readonly rounds: number;
  /** With which value each process begins, from 0 up (default 0 at the first and 1 at all others). */
  readonly begin?: readonly number[];
}

/**
 * FloodSet, the simplest consensus in synchronous rounds (Lynch, "Distributed Algorithms", 1996, section 6.2.1): in each
 * round everybody sends all the values that it has seen to everybody, and after the last round decides the least. A
 * process that crashes reaches an arbitrary part of the others in that round, and nobody afterwards.
 *
 * f + 1 rounds are enough, because among them is one without a crash, after which all have seen the same; and no
 * protocol can do with f (Lynch 1996, section 6.7).
 *
 * @throws RangeError for a size that makes no sense, or for more than 6 processes
 */
export function floodSet(given: FloodSetOptions): Specification<FloodSetState> {
  options("floodSet", given, ["processes", "crashes", "rounds", "begin"]);
  const n = integer("processes", given.processes, { min: 2, max: 6 });
  const crashes = integer("crashes", given.crashes, { max: n - 1 });
  const rounds = integer("rounds", given.rounds, { min: 1, max: 10 });
  const begin = given.begin ?? Array.from({ length: n }, (_, node) => Math.min(node, 1));
  if (begin.length !== n) throw new RangeError(`begin must have a value for each of the ${n} processes, got ${begin.length}`);
  begin.forEach((value, node) => integer(`begin[${node}]`, value, { max: 30 }));
  const all = 2 ** n - 1;
  const nodes = Array.from({ length: n }, (_, node) => node);
  const next: Record<string, SpecificationAction<FloodSetState>> = {};

  for (const node of nodes) {
    for (let missed = 1; missed <= all; missed++) {
      if ((missed >> node) & 1) continue;
      const whom = nodes.filter((other) => (missed >> other) & 1).map((other) => `p${other + 1}`);
      next[`p${node + 1} crashes before it has sent to ${whom.join(", ")}`] = (state) => {
        if (state.round === rounds || !((state.up >> node) & 1) || n - bits(state.up) === crashes) return null;
        return { up: state.up & ~(1 << node), missed: state.missed.map((old, at) => (at === node ? missed : old)) };
      };
    }
  }
  next["the round ends"] = ({ round, seen, up, missed }) => {
    if (round === rounds) return null;
    const heard = nodes.map((to) => {
      if (!((up >> to) & 1)) return seen[to]!;
      // Who crashed in an earlier round has missed everybody.
      return nodes.reduce((set, from) => ((missed[from]! >> to) & 1 ? set : set | seen[from]!), 0);
    });
    const isLast = round + 1 === rounds;
    return {
      round: round + 1,
      seen: heard,
      missed: missed.map((old) => (old === 0 ? 0 : all)),
      decided: heard.map((set, node) => (isLast && (up >> node) & 1 ? set & -set : 0)),
    };
  };
  return {
    initial: {
      round: 0,
      seen: nodes.map((node) => 1 << begin[node]!),
      up: all,
      missed: nodes.map(() => 0),
      decided: nodes.map(() => 0),
    },
    next,
    properties: {
      agreement: ({ decided }) => new Set(decided.filter((value) => value !== 0)).size <= 1,
    },
  };
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
