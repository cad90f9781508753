import { integer, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../../core/role.js";

/** Consensus here is on one bit. */
export type Bit = "0" | "1";

/** Step 1 of a round. "My value is v." */
export interface Report {
  readonly kind: "report";
  readonly round: number;
  readonly value: Bit;
}

/** Step 2. "More than half of all reported v" (the paper's D-message), or null: "I saw no such v." */
export interface Ratify {
  readonly kind: "ratify";
  readonly round: number;
  readonly value: Bit | null;
}

/** What a process of Ben-Or's protocol knows. Nothing survives a crash: crashes are for ever here. */
export interface Voter {
  readonly id: NodeId;
  /** 0 before it has a value. */
  round: number;
  value: Bit | null;
  /** Which messages it waits for, or that its coin is in the air, or that it has done its part. */
  phase: "idle" | "reporting" | "ratifying" | "flipping" | "done";
  decided: { readonly value: Bit; readonly round: number } | null;
  reports: Map<number, Map<NodeId, Bit>>;
  ratifications: Map<number, Map<NodeId, Bit | null>>;
  /** How many coins it has flipped. */
  flips: number;
  calls: Set<Call>;
}

export type VoterSignature = {
  state: Voter;
  requests: { readonly kind: "propose"; readonly value: Bit };
  receives: Report | Ratify;
  sends: Report | Ratify;
  timers: { readonly kind: "coin"; readonly side: Bit };
  decides: Bit;
  replies: Bit;
};

export interface VoterOptions {
  /** All processes; the same list at each of them. */
  readonly voters: readonly NodeId[];
  /** How many of them may crash, at most: less than half. By default as many as that allows. */
  readonly crashes?: number;
  /** A bit that it begins with at boot. By default it waits for a client's request `propose`. */
  readonly value?: Bit;
}

/** The choices of the protocol that a broken one makes otherwise. */
export interface VoterRules {
  /** Whether so many equal reports, of so many that came, are worth a D-message. */
  readonly ratifies: (reports: number, came: number, n: number) => boolean;
  /** How many D-messages decide. */
  readonly decidesWith: (crashes: number) => number;
  /** Whether a single D-message is followed, in place of the coin. */
  readonly follows: boolean;
}

/** The rules as the paper has them. */
export const soundVoterRules: VoterRules = {
  ratifies: (reports, _, n) => 2 * reports > n,
  decidesWith: (crashes) => crashes + 1,
  follows: true,
};

/**
 * A process of the randomised consensus protocol of M. Ben-Or ("Another Advantage of Free Choice", PODC 1983, protocol
 * A, for processes that stop): no time-out, no detector, and an end with probability 1. Needs n > 2f.
 *
 * A rule sees no chance, so the coin is a race of two timers, "heads" and "tails", of which the runtime chooses the
 * delays from one range. The simulator draws them from its seed; the explorer tries both winners. A process that has
 * decided takes part in one more round, in which all others decide, and is done.
 *
 * @throws RangeError if `voters` is empty or names one twice, or unless n > 2 `crashes`
 */
export function voter(given: VoterOptions): Role<VoterSignature> {
  return voterWith(soundVoterRules, given);
}

/** The process with other rules. Only to show what happens then. */
export function voterWith(rules: VoterRules, given: VoterOptions): Role<VoterSignature> {
  options("voter", given, ["voters", "crashes", "value"]);
  const { voters, value: wish } = given;
  const n = nodeNames("voters", voters).length;
  const crashes = integer("crashes", given.crashes ?? Math.floor((n - 1) / 2), { max: Math.floor((n - 1) / 2) });
  if (wish !== undefined) oneOf("value", wish, ["0", "1"]);
  const enough = n - crashes;
  type O = Out<VoterSignature>;

  // Step 1. "Send the message (1, r, x) to all the processes."
  function report(self: Voter, round: number, value: Bit, out: O): void {
    self.round = round;
    self.value = value;
    self.phase = "reporting";
    for (const inbox of [self.reports, self.ratifications]) {
      for (const old of [...inbox.keys()]) if (old < round) inbox.delete(old);
    }
    for (const node of voters) if (node !== self.id) out.send(node, { kind: "report", round, value });
    note(self.reports, round, self.id, value);
    countReports(self, out);
  }

  // Step 2. "Wait till messages of type (1, r, *) are received from N - t processes. If more than N/2 messages have the
  // same value v, then send (2, r, v, D) to all processes, else (2, r, ?)."
  function countReports(self: Voter, out: O): void {
    const { round } = self;
    const values = [...self.reports.get(round)!.values()];
    if (self.phase !== "reporting" || values.length < enough) return;
    const ratified = (["0", "1"] as const).find((bit) => rules.ratifies(times(values, bit), values.length, n)) ?? null;
    self.phase = "ratifying";
    for (const node of voters) if (node !== self.id) out.send(node, { kind: "ratify", round, value: ratified });
    note(self.ratifications, round, self.id, ratified);
    countRatifications(self, out);
  }

  // Step 3. "Wait till messages (2, r, *) arrive from N - t processes. (a) If there is at least one D-message (2, r, v, D)
  // then x := v. (b) If there are more than t D-messages then decide v. (c) Else x := 0 or 1, each with probability 1/2."
  function countRatifications(self: Voter, out: O): void {
    const { round } = self;
    const values = [...(self.ratifications.get(round) ?? new Map<NodeId, Bit | null>()).values()];
    if (self.phase !== "ratifying" || values.length < enough) return;
    const seen = (["0", "1"] as const).find((bit) => times(values, bit) > 0);
    if (seen !== undefined && times(values, seen) >= rules.decidesWith(crashes)) decide(self, seen, out);
    if (self.decided !== null && self.decided.round < round) {
      self.phase = "done";
      self.reports.clear();
      self.ratifications.clear();
      return;
    }
    if (self.decided !== null) return report(self, round + 1, self.decided.value, out);
    if (seen !== undefined && rules.follows) return report(self, round + 1, seen, out);
    self.phase = "flipping";
    self.flips += 1;
    for (const side of ["0", "1"] as const) out.setTimer({ kind: "coin", side }, [0, 1]);
  }

  function decide(self: Voter, value: Bit, out: O): void {
    if (self.decided !== null) return;
    self.decided = { value, round: self.round };
    out.decide(value);
    for (const call of self.calls) out.reply(call, value);
    self.calls.clear();
  }

  return {
    name: "voter",
    durable: [],
    init: (id) => ({
      id, round: 0, value: null, phase: "idle", decided: null,
      reports: new Map(), ratifications: new Map(), flips: 0, calls: new Set(),
    }),
    start(self, out) {
      if (wish !== undefined) report(self, 1, wish, out);
    },

    request: {
      propose(self, { value }, call, out) {
        if (self.decided !== null) return out.reply(call, self.decided.value);
        self.calls.add(call);
        if (self.phase === "idle") report(self, 1, value, out);
      },
    },

    receive: {
      report(self, { round, value }, from, out) {
        if (self.phase === "done" || round < self.round) return;
        note(self.reports, round, from, value);
        if (round === self.round) countReports(self, out);
      },
      ratify(self, { round, value }, from, out) {
        if (self.phase === "done" || round < self.round) return;
        note(self.ratifications, round, from, value);
        if (round === self.round) countRatifications(self, out);
      },
    },

    timeout: {
      coin(self, { side }, out) {
        if (self.phase !== "flipping") return;
        out.cancelTimer({ kind: "coin", side: side === "0" ? "1" : "0" });
        report(self, self.round + 1, side, out);
      },
    },
  };
}

function times<T>(values: readonly T[], one: T): number {
  return values.filter((value) => value === one).length;
}

function note<V>(inbox: Map<number, Map<NodeId, V>>, round: number, from: NodeId, what: V): void {
  const one = inbox.get(round) ?? new Map<NodeId, V>();
  inbox.set(round, one.set(from, what));
}
