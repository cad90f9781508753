import { finite, integer, oneOf, options } from "../../core/parameters.js";
import { stream, type Seed, type Stream } from "../../core/random.js";

/*
 * Epidemics in rounds: all nodes act at once, as in the analyses. No messages are kept and nobody is an object, so that a million
 * nodes take a second or two. The same algorithms as roles, for the simulator, are in `gossiper.ts`.
 */

/** Which way news goes in an exchange: from the caller, to the caller, or both ways. */
export type Direction = "push" | "pull" | "push-pull";

const DIRECTIONS = ["push", "pull", "push-pull"] as const;

/** How far the news had come after a round. */
export interface SpreadRow {
  /** From 0, when one node knows it. */
  readonly round: number;
  /** How many nodes know it. */
  readonly informed: number;
  /** How many contacts were made in this round, by everybody who makes one. */
  readonly contacts: number;
  /** How many times the news itself was sent in this round. */
  readonly sent: number;
}

export interface SpreadOptions {
  /** How many nodes there are. */
  readonly n: number;
  /** Which way news goes (default "push-pull"). */
  readonly direction?: Direction;
  readonly seed?: Seed;
  /** The share of contacts that fail (default 0). */
  readonly loss?: number;
  /** Where it ends if somebody has not heard by then (default 10,000). */
  readonly maxRounds?: number;
}

/**
 * Simple epidemics (Demers and others 1987, section 1.3, anti-entropy): in each round every node calls one other at random, and
 * the two are brought together in the given direction. Ends when everybody knows.
 *
 * In a push epidemic only who knows calls with success, and log2 n + ln n rounds are enough with n nodes (Pittel 1987); in a pull
 * epidemic the share p of those who do not know becomes p^2 from one round to the next, once most know (section 1.3).
 *
 * @throws RangeError for n below 1, loss not in [0, 1], or an unknown direction
 */
export function spread(given: SpreadOptions): readonly SpreadRow[] {
  const { n, direction = "push-pull", seed = 1, loss = 0, maxRounds = 10_000 } = options("spread", given, ["n", "direction", "seed", "loss", "maxRounds"]);
  integer("n", n, { min: 1, max: 10_000_000 });
  oneOf("direction", direction, DIRECTIONS);
  finite("loss", loss, { max: 1 });
  integer("maxRounds", maxRounds, { min: 1 });
  const chance = stream(seed, "gossip");
  const knows = new Uint8Array(n);
  const before = new Uint8Array(n);
  knows[0] = 1;
  let informed = 1;
  const rows: SpreadRow[] = [{ round: 0, informed, contacts: 0, sent: 0 }];
  for (let round = 1; informed < n && round <= maxRounds; round++) {
    before.set(knows);
    let [contacts, sent] = [0, 0];
    for (let caller = 0; caller < n; caller++) {
      // In a push epidemic who has no news calls nobody, and in a pull epidemic everybody has to: nobody knows that there is news.
      if (direction === "push" && before[caller] === 0) continue;
      const other = anotherThan(chance, n, caller);
      contacts++;
      if (loss > 0 && chance.chance(loss)) continue;
      if (direction !== "pull" && before[caller] === 1 && (direction === "push" || before[other] === 0)) {
        sent++;
        if (knows[other] === 0) informed += knows[other] = 1;
      }
      if (direction !== "push" && before[other] === 1 && before[caller] === 0) {
        sent++;
        if (knows[caller] === 0) informed += knows[caller] = 1;
      }
    }
    rows.push({ round, informed, contacts, sent });
  }
  return rows;
}

export interface RumorOptions {
  readonly n: number;
  /** Which way news goes: "push" (the default) or "pull". */
  readonly direction?: "push" | "pull";
  /** How many vain contacts in a row it takes until a node loses interest, exactly or on average; see `stop`. At least 1. */
  readonly k: number;
  /** After k such contacts ("counter", the default), or after each with probability 1/k ("coin"). */
  readonly stop?: "counter" | "coin";
  /** Whether only contacts count that found the rumor known ("feedback", the default), or all ("blind"). */
  readonly count?: "feedback" | "blind";
  readonly seed?: Seed;
}

/** What a rumor has come to, in the words of Demers and others 1987, section 1.4. */
export interface RumorOutcome {
  /** The share of nodes that never heard of it: "the remaining susceptibles when the epidemic finishes". */
  readonly residue: number;
  /** Times that the rumor was sent, per node. */
  readonly traffic: number;
  /** The mean round in which a node heard of it, of those that did. */
  readonly averageDelay: number;
  /** The round in which the last of them did. */
  readonly lastDelay: number;
  /** Susceptible, infective and removed nodes after each round. */
  readonly rows: readonly RumorRow[];
}

/** How far a rumor had come after a round. */
export interface RumorRow {
  readonly round: number;
  /** Never heard of it. */
  readonly susceptible: number;
  /** Know it and spread it. */
  readonly infective: number;
  /** Know it and have lost interest. */
  readonly removed: number;
}

/**
 * Rumor mongering (谣言传播; "complex epidemics", Demers and others 1987, section 1.4): who has heard the news tells it on until
 * too many already knew. It ends by itself, with little traffic, and with a residue that never hears.
 *
 * All nodes act at once in a round. A counter counts vain contacts in a row: one that was of use starts it anew, and where a node is
 * asked several times in a round of a pull epidemic, all of them must be in vain for one to be counted (the footnote to table 3).
 * So understood, the paper's tables come out; it does not say how simultaneous contacts count.
 *
 * @throws RangeError for n below 2, k below 1, or an unknown variant
 */
export function rumor(given: RumorOptions): RumorOutcome {
  const { n, direction = "push", k, stop = "counter", count = "feedback", seed = 1 } = options("rumor", given, ["n", "direction", "k", "stop", "count", "seed"]);
  integer("n", n, { min: 2, max: 10_000_000 });
  integer("k", k, { min: 1, max: 1_000 });
  oneOf("direction", direction, ["push", "pull"]);
  oneOf("stop", stop, ["counter", "coin"]);
  oneOf("count", count, ["feedback", "blind"]);
  const chance = stream(seed, "rumor");
  const heard = new Int32Array(n).fill(-1);
  const vain = new Int32Array(n);
  let infective = [0];
  heard[0] = 0;
  let [informed, sent, sum, last] = [1, 0, 0, 0];
  const rows: RumorRow[] = [{ round: 0, susceptible: n - 1, infective: 1, removed: 0 }];
  for (let round = 1; infective.length > 0; round++) {
    const fresh: number[] = [];
    /** Tell the node. All act at once: it was of use if the node did not know when the round began. */
    const tell = (node: number): boolean => {
      sent++;
      if (heard[node]! >= 0) return heard[node] === round;
      heard[node] = round;
      fresh.push(node);
      informed++;
      sum += round;
      last = round;
      return true;
    };
    /** For each node: nobody asked it (0), somebody in vain (1), or somebody with use (2). */
    const contact = new Uint8Array(n);
    if (direction === "push") {
      for (const node of chance.shuffle(infective)) contact[node] = tell(anotherThan(chance, n, node)) ? 2 : 1;
    } else {
      const spreads = new Uint8Array(n);
      for (const node of infective) spreads[node] = 1;
      for (let node = 0; node < n; node++) {
        const other = anotherThan(chance, n, node);
        if (spreads[other] === 1) contact[other] = Math.max(contact[other]!, tell(node) ? 2 : 1);
      }
    }
    infective = infective.filter((node) => {
      if (contact[node] === 0) return true;
      if (count === "feedback" && contact[node] === 2) {
        vain[node] = 0;
        return true;
      }
      return stop === "counter" ? ++vain[node]! < k : !chance.chance(1 / k);
    });
    infective = infective.concat(fresh);
    rows.push({ round, susceptible: n - informed, infective: infective.length, removed: informed - infective.length });
  }
  return { residue: (n - informed) / n, traffic: sent / n, averageDelay: sum / Math.max(1, informed - 1), lastDelay: last, rows };
}

/**
 * The residue that the differential equations of rumor mongering with feedback and a coin give (Demers and others 1987, section
 * 1.4): the solution below 1 of s = e^(-(k + 1)(1 - s)).
 */
export function expectedResidue(k: number): number {
  finite("k", k, { min: 0.01, max: 600 });
  let residue = 0;
  for (let i = 0; i < 10_000; i++) residue = Math.exp(-(k + 1) * (1 - residue));
  return residue;
}

/** How many rounds a push epidemic takes until all n nodes know, but for a bounded number: log2 n + ln n (Pittel 1987). */
export function pushRounds(n: number): number {
  return Math.log2(finite("n", n, { min: 1 })) + Math.log(n);
}

/** One round of push-sum: how far off the worst estimate still is. */
export interface AverageRow {
  readonly round: number;
  /** The greatest distance of a node's estimate from the true mean, as a share of the mean. */
  readonly worst: number;
  /** The mean of these distances. */
  readonly typical: number;
}

export interface PushSumOptions {
  /** What each node has, e.g. its load. */
  readonly values: readonly number[];
  /** How many rounds (default 30). */
  readonly rounds?: number;
  readonly seed?: Seed;
  /** The share of messages that is lost (default 0). Each takes its weight with it: then the estimates agree on something wrong. */
  readonly loss?: number;
}

/**
 * The mean of all nodes' values, known to every node, and nobody in charge: push-sum of Kempe, Dobra and Gehrke, "Gossip-Based
 * Computation of Aggregate Information", 2003, section 2.1. Every node has a sum and a weight; in each round it sends half of both to
 * somebody at random and keeps the other half. Sum over weight is its estimate. The sums of all sums and of all weights never
 * change ("mass conservation"), and that is what a lost message breaks.
 *
 * @throws RangeError unless there are at least 2 values with a mean other than 0
 */
export function pushSum(given: PushSumOptions): readonly AverageRow[] {
  const { values, rounds = 30, seed = 1, loss = 0 } = options("pushSum", given, ["values", "rounds", "seed", "loss"]);
  const n = integer("values.length", values.length, { min: 2 });
  integer("rounds", rounds, { min: 1, max: 10_000 });
  finite("loss", loss, { max: 1 });
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (!(Number.isFinite(mean) && mean !== 0)) throw new RangeError(`values must have a finite mean other than 0, got ${mean}`);
  const chance = stream(seed, "push-sum");
  let sums = Float64Array.from(values);
  let weights = new Float64Array(n).fill(1);
  const rows = [{ round: 0, ...errors(sums, weights, mean) }];
  for (let round = 1; round <= rounds; round++) {
    const [nextSums, nextWeights] = [new Float64Array(n), new Float64Array(n)];
    for (let node = 0; node < n; node++) {
      const [sum, weight] = [sums[node]! / 2, weights[node]! / 2];
      nextSums[node]! += sum;
      nextWeights[node]! += weight;
      const other = anotherThan(chance, n, node);
      if (loss > 0 && chance.chance(loss)) continue;
      nextSums[other]! += sum;
      nextWeights[other]! += weight;
    }
    [sums, weights] = [nextSums, nextWeights];
    rows.push({ round, ...errors(sums, weights, mean) });
  }
  return rows;
}

function errors(sums: Float64Array, weights: Float64Array, mean: number): { worst: number; typical: number } {
  let [worst, total] = [0, 0];
  for (let node = 0; node < sums.length; node++) {
    const error = Math.abs(sums[node]! / weights[node]! / mean - 1);
    worst = Math.max(worst, error);
    total += error;
  }
  return { worst, typical: total / sums.length };
}

/** Somebody else: every other node with the same probability. */
function anotherThan(chance: Stream, n: number, node: number): number {
  if (n === 1) return 0;
  const other = chance.below(n - 1);
  return other < node ? other : other + 1;
}
