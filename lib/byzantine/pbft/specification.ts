import { integer } from "../../core/parameters.js";
import type { Specification } from "../../core/specification.js";
import { byzantineQuorum } from "./quorum.js";

/** What one honest replica has come to, at one number: in each view what it has accepted and what it has committed to. */
export interface Voter {
  /** 0 or 1, the view in which it takes part; -1 when it has left view 0 and view 1 has not begun for it. */
  readonly view: number;
  /** The value of the pre-prepare that it has accepted, in views 0 and 1. */
  readonly accepted: readonly [string | null, string | null];
  /** The value for which it has sent a commit, in views 0 and 1. */
  readonly committed: readonly [string | null, string | null];
  readonly executed: string | null;
}

/** The honest replicas. */
export type VoterState = { readonly [replica: string]: Voter };

/** What is to be searched. */
export interface PbftBounds {
  readonly n: number;
  readonly f: number;
  /** How many make a quorum. Default: ⌈(n + f + 1) / 2⌉. */
  readonly quorum?: number;
  /** Whether there is a prepare phase between pre-prepare and commit. Default true. */
  readonly prepares?: boolean;
}

const VALUES = ["x", "y"] as const;

/**
 * PBFT at one number, through two views, against everything that f replicas can do with their own signatures and all
 * messages that there are; both primaries are among them. In the manner of a specification: what may be sent is sent, and
 * who receives what is open. So a vote of a liar for any value is always there, and a quorum is met as soon as the honest
 * replicas make up the rest of it. For `search` of distlab/check; the property is "same order".
 *
 * @throws RangeError unless 0 <= f < n and the quorum is from 1 to n
 */
export function pbftSpecification({ n, f, quorum = byzantineQuorum(n, f), prepares = true }: PbftBounds): Specification<VoterState> {
  integer("n", n, { min: 1, max: 10 });
  integer("f", f, { max: n - 1 });
  integer("quorum", quorum, { min: 1, max: n });
  const names = Array.from({ length: n - f }, (_, i) => `r${i + f}`);
  const count = (state: VoterState, test: (voter: Voter) => boolean): number => names.filter((name) => test(state[name]!)).length;

  /** Whether enough have accepted the value in the view, liars included. */
  const isPrepared = (state: VoterState, view: 0 | 1, value: string): boolean =>
    !prepares || count(state, ({ accepted }) => accepted[view] === value) + f >= quorum;

  /**
   * What a new view may begin with: some quorum of view changes, in which f liars claim what they can prove or nothing, and
   * the honest say what was prepared with them. A value stands that one of them proves; if none does, anything may.
   */
  function beginnings(state: VoterState): readonly string[] {
    const left = names.filter((name) => state[name]!.view !== 0);
    const provable = VALUES.filter((value) => isPrepared(state, 0, value));
    const allowed = new Set<string>();
    const needed = Math.max(0, quorum - f);
    for (const honest of subsets(left, needed)) {
      const proofs = new Set(honest.flatMap((name) => state[name]!.committed[0] ?? []));
      for (const value of proofs) allowed.add(value);
      // The liars among the quorum may show a proof, or keep quiet.
      if (f > 0) for (const value of provable) allowed.add(value);
      if (proofs.size === 0) for (const value of VALUES) allowed.add(value);
    }
    return [...allowed];
  }

  const next: Record<string, (state: Readonly<VoterState>) => Partial<VoterState>[]> = {};
  for (const name of names) {
    const change = (state: VoterState, fields: Partial<Voter>): Partial<VoterState> => ({ [name]: { ...state[name]!, ...fields } });
    const at = (pair: Voter["accepted"], view: number, value: string): Voter["accepted"] => (view === 0 ? [value, pair[1]] : [pair[0], value]);

    // A primary that lies tells everybody what it likes, but an honest backup takes one value only.
    next[`${name} accepts in view 0`] = (state) => {
      const { view, accepted } = state[name]!;
      return view === 0 && accepted[0] === null ? VALUES.map((value) => change(state, { accepted: at(accepted, 0, value) })) : [];
    };
    next[`${name} commits`] = (state) => {
      const { view, accepted, committed } = state[name]!;
      if (view < 0) return [];
      const value = accepted[view]!;
      if (value === null || committed[view] !== null || !isPrepared(state, view as 0 | 1, value)) return [];
      return [change(state, { committed: at(committed, view, value) })];
    };
    next[`${name} executes`] = (state) => {
      if (state[name]!.executed !== null) return [];
      return VALUES.filter((value) => [0, 1].some((view) => count(state, ({ committed }) => committed[view] === value) + f >= quorum)).map((value) =>
        change(state, { executed: value }),
      );
    };
    next[`${name} leaves view 0`] = (state) => (state[name]!.view === 0 ? [change(state, { view: -1 })] : []);
    next[`${name} begins view 1`] = (state) => {
      const voter = state[name]!;
      if (voter.view !== -1) return [];
      return beginnings(state).map((value) => change(state, { view: 1, accepted: at(voter.accepted, 1, value) }));
    };
  }

  const fresh: Voter = { view: 0, accepted: [null, null], committed: [null, null], executed: null };
  return {
    initial: Object.fromEntries(names.map((name) => [name, fresh])),
    next,
    properties: {
      "same order": (state) => new Set(names.map((name) => state[name]!.executed).filter((value) => value !== null)).size <= 1,
    },
  };
}

/** All sets of so many of these. */
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}
