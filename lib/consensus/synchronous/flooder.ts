import { finite, integer, nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";

/** "These values I have seen", in a round, counted from 1. */
export interface Flood {
  readonly kind: "flood";
  readonly round: number;
  readonly values: readonly string[];
}

/** "I want this value." All processes are asked at the same time. */
export interface FloodProposal {
  readonly kind: "propose";
  readonly value: string;
}

/** What a process of FloodSet knows. */
export interface Flooder {
  readonly id: NodeId;
  /** The round that runs: 0 before the first, one more than there are when it has decided. */
  round: number;
  /** W: all values that it has seen, sorted. */
  seen: readonly string[];
}

export type FlooderSignature = {
  state: Flooder;
  receives: Flood;
  requests: FloodProposal;
  /** "tell": it is the turn of the process at this place. "round": the round ends. */
  timers: { readonly kind: "tell"; readonly place: number } | { readonly kind: "round" };
  sends: Flood;
  decides: string;
};

export interface FlooderOptions {
  /** All processes, the same list at each. */
  readonly processes: readonly NodeId[];
  /** After how many rounds all decide. Sound with one more than processes crash. */
  readonly rounds: number;
  /** How long a round is, in ms (default 100): no shorter than it takes to tell all, and for the last message to arrive. */
  readonly roundMs?: number;
  /** Time from one message of a round to the next, in ms (default 1): who crashes in between has told only some. */
  readonly spacingMs?: number;
}

/**
 * A process of FloodSet (Lynch, "Distributed Algorithms", 1996, section 6.2.1), with messages that take time: in each round it
 * tells everybody all that it has seen, one after the other, beginning with the next on the list, and after the last round it
 * decides the least of the values that it has seen. The rounds of all begin together, and a message that comes after the end of
 * its round does not count: the system is synchronous, or this is wrong. `floodSet` has the same as a transition system, in which
 * every way to crash can be searched.
 *
 * @throws RangeError or TypeError for an option out of its range, or for rounds that are too short to tell all
 */
export function flooder(given: FlooderOptions): Role<FlooderSignature> {
  const { processes, rounds, roundMs = 100, spacingMs = 1 } = options("flooder", given, ["processes", "rounds", "roundMs", "spacingMs"]);
  nodeNames("processes", processes, { min: 2 });
  integer("rounds", rounds, { min: 1, max: 100 });
  finite("spacingMs", spacingMs);
  finite("roundMs", roundMs, { min: spacingMs * (processes.length - 1) });

  function begin(self: Flooder, out: Out<FlooderSignature>): void {
    self.round += 1;
    // "p decides on the least element of W"
    if (self.round > rounds) return out.decide(self.seen[0]!);
    out.setTimer({ kind: "round" }, roundMs);
    tell(self, 1, out);
  }

  function tell(self: Flooder, place: number, out: Out<FlooderSignature>): void {
    if (place === processes.length) return;
    const to = processes[(processes.indexOf(self.id) + place) % processes.length]!;
    out.send(to, { kind: "flood", round: self.round, values: self.seen });
    out.setTimer({ kind: "tell", place: place + 1 }, spacingMs);
  }

  return {
    name: "flooder",
    durable: [],
    init: (id) => ({ id, round: 0, seen: [] }),
    request: {
      propose(self, { value }, _, out) {
        if (self.round > 0) return;
        self.seen = [value];
        begin(self, out);
      },
    },
    receive: {
      flood(self, { round, values }) {
        // What comes late was lost, as far as rounds go. (What comes early is from a process that began in the same moment.)
        if (round < self.round || self.round > rounds) return;
        self.seen = [...new Set([...self.seen, ...values])].sort();
      },
    },
    timeout: {
      tell: (self, { place }, out) => tell(self, place, out),
      round: (self, _, out) => begin(self, out),
    },
  };
}
