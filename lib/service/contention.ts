import { finite, flag, integer, options } from "../core/parameters.js";
import { stream, type Seed, type Stream } from "../core/random.js";

/** How a station chooses the window from which it draws its next wait, and what it makes of the outcome. */
export interface BackoffRule {
  readonly name: string;
  /** A fresh station: `window` is asked before each attempt, in slots; `learn` is told how it went, after how many slots. */
  begin(chance: Stream): { window(): number; learn(outcome: Attempt): void };
}

/** How an attempt went. */
export interface Attempt {
  readonly succeeded: boolean;
  /** Slots since the attempt before. */
  readonly slots: number;
  /** In how many of these somebody succeeded, the station itself included: it can hear that. */
  readonly heard: number;
}

export interface ChannelOptions {
  readonly seed: Seed;
  readonly stations: number;
  readonly slots: number;
  readonly rule: BackoffRule;
}

/** What came of a shared channel. */
export interface ChannelUse {
  /** The share of slots in which exactly one station sent. */
  readonly throughput: number;
  /** Jain's index of fairness over the stations' successes: 1 if all had the same, 1/n if one had all (Jain and others 1984). */
  readonly fairness: number;
  readonly successes: readonly number[];
  /** The share of slots with a success, in ten parts of the run. */
  readonly overTime: readonly number[];
}

/**
 * Stations that always have something to send share a channel in slots. Each waits a random number of slots below its window
 * and sends; if another sends in the same slot, both fail, and each chooses its next window by its rule.
 */
export function channel(given: ChannelOptions): ChannelUse {
  const { seed, stations, slots, rule } = options("channel", given, ["seed", "stations", "slots", "rule"]);
  integer("stations", stations, { min: 1 });
  integer("slots", slots, { min: 10 });
  const all = Array.from({ length: stations }, (_, station) => {
    const chance = stream(seed, `station ${station}`);
    const brain = rule.begin(chance);
    const wait = (): number => chance.below(Math.max(1, Math.floor(brain.window())));
    return { brain, wait, sendsAt: wait(), since: 0, heardBefore: 0, successes: 0 };
  });
  const parts = Array.from({ length: 10 }, () => 0);
  let heard = 0;
  for (let slot = 0; slot < slots; slot++) {
    const senders = all.filter(({ sendsAt }) => sendsAt === slot);
    const succeeded = senders.length === 1;
    if (succeeded) heard++;
    for (const station of senders) {
      if (succeeded) station.successes++;
      station.brain.learn({ succeeded, slots: slot + 1 - station.since, heard: heard - station.heardBefore });
      station.heardBefore = heard;
      station.since = slot + 1;
      station.sendsAt = slot + 1 + station.wait();
    }
    if (succeeded) parts[Math.floor((10 * slot) / slots)]! += 1;
  }
  const successes = all.map((station) => station.successes);
  const sum = successes.reduce((a, b) => a + b, 0);
  const squares = successes.reduce((a, b) => a + b * b, 0);
  return {
    throughput: sum / slots,
    fairness: squares === 0 ? 1 : (sum * sum) / (stations * squares),
    successes,
    overTime: parts.map((count) => count / (slots / 10)),
  };
}

/** The same window always. */
export function fixedWindow(slots: number): BackoffRule {
  integer("slots", slots, { min: 1 });
  return { name: `fixed ${slots}`, begin: () => ({ window: () => slots, learn() {} }) };
}

/**
 * Twice the window after a collision, the least one after a success: binary exponential back-off, as Ethernet has it
 * (Metcalfe and Boggs 1976, section 6.3).
 */
export function doublingWindow(given: { readonly least?: number; readonly most?: number } = {}): BackoffRule {
  const { least = 1, most = 1_024 } = options("doublingWindow", given, ["least", "most"]);
  integer("least", least, { min: 1 });
  integer("most", most, { min: least });
  return {
    name: "doubling",
    begin() {
      let window = least;
      return { window: () => window, learn: ({ succeeded }) => void (window = succeeded ? least : Math.min(most, 2 * window)) };
    },
  };
}

/**
 * Learn which of some windows pays: the bandit Exp3 (Auer, Cesa-Bianchi, Freund and Schapire 2002, section 3). The gain of an
 * attempt is what the station itself has of it: a success is worth the more, the fewer slots it took, a collision nothing. With
 * `shared`, the gain is the share of slots in which anybody succeeded, so that nobody gains by crowding the others out.
 */
export function learnedWindow(given: { readonly windows?: readonly number[]; readonly rate?: number; readonly shared?: boolean } = {}): BackoffRule {
  const { windows = [1, 2, 4, 8, 16, 32, 64, 128], rate = 0.1, shared = false } = options("learnedWindow", given, ["windows", "rate", "shared"]);
  windows.forEach((window, i) => integer(`windows[${i}]`, window, { min: 1 }));
  finite("rate", rate, { max: 1 });
  flag("shared", shared);
  return {
    name: shared ? "learned for all" : "learned for oneself",
    begin(chance) {
      let weights = windows.map(() => 1);
      let chosen = 0;
      let probabilities = weights.map(() => 1 / windows.length);
      return {
        window() {
          const sum = weights.reduce((a, b) => a + b, 0);
          probabilities = weights.map((weight) => ((1 - rate) * weight) / sum + rate / windows.length);
          let left = chance.next();
          chosen = probabilities.findIndex((share) => (left -= share) < 0);
          if (chosen < 0) chosen = windows.length - 1;
          return windows[chosen]!;
        },
        learn({ succeeded, slots, heard }) {
          const gain = shared ? heard / slots : succeeded ? PATIENCE / (PATIENCE + slots) : 0;
          weights[chosen]! *= Math.exp((rate * gain) / (probabilities[chosen]! * windows.length));
          const most = Math.max(...weights);
          if (most > 1e100) weights = weights.map((weight) => weight / most);
        },
      };
    },
  };
}

/** After so many slots a success is worth half. */
const PATIENCE = 8;
