import { finite, nodeNames, options } from "../../core/parameters.js";
import { majority } from "../../core/quorum.js";
import type { Call, NodeId, Out, Role } from "../../core/role.js";
import { type Ack, coordinatorOf, type Decide, type Estimate, type Estimated, type Nack, type Proposed, type Value } from "./messages.js";

/** What a participant of the rotating coordinator algorithm knows. Nothing survives a crash: crashes are for ever here. */
export interface Participant {
  readonly id: NodeId;
  /** The round that it is in; 0 before it has proposed anything. */
  round: number;
  /** What it would decide now, and since which round. */
  estimate: Estimate | null;
  phase: Phase;
  /** How often it has suspected a coordinator. */
  suspicions: number;
  /** What came for rounds that it has not left: estimates and answers if it coordinates them, else the proposal. */
  estimates: Map<number, Map<NodeId, Estimate>>;
  proposals: Map<number, Value>;
  answers: Map<number, Map<NodeId, boolean>>;
  calls: Set<Call>;
}

/** What it waits for, by the phases of the paper's figure 6. */
export type Phase =
  | { readonly kind: "idle" }
  /** Phase 2, as coordinator: for estimates of a majority. */
  | { readonly kind: "collecting" }
  /** Phase 3: for the coordinator's proposal, or for a suspicion. */
  | { readonly kind: "waiting" }
  /** Phase 4, as coordinator: for answers of a majority. */
  | { readonly kind: "counting" }
  | { readonly kind: "decided"; readonly value: Value };

export type ParticipantSignature = {
  state: Participant;
  requests: { readonly kind: "propose"; readonly value: Value };
  receives: Estimated | Proposed | Ack | Nack | Decide;
  sends: Estimated | Proposed | Ack | Nack | Decide;
  timers: { readonly kind: "suspect" };
  decides: Value;
  replies: Value;
};

export interface ParticipantOptions {
  /** All participants, in the order in which they coordinate; the same list at each of them. */
  readonly participants: readonly NodeId[];
  /** A value that it proposes by itself at boot. By default it waits for a client's request `propose`. */
  readonly value?: Value;
  /**
   * The failure detector: a coordinator is suspected that has been silent for `ms`, and each suspicion makes it more
   * patient by `growth` ms (default 100 and 50). With growth, and once delays have some bound, however large and
   * unknown, nobody is suspected wrongly for ever: that is what the paper's ◇S asks for.
   */
  readonly patience?: { readonly ms: number; readonly growth: number };
}

/** The choices of the algorithm that a broken one makes otherwise. */
export interface ParticipantRules {
  /** How many estimates open phase 2, and how many acknowledgements decide. */
  readonly quorum: (participants: number) => number;
  /** Which of the estimates the coordinator proposes. */
  readonly choose: (estimates: ReadonlyMap<NodeId, Estimate>, own: Estimate) => Value;
  /** Whether who acknowledges a proposal adopts it. */
  readonly adopts: boolean;
  /** Whether the coordinator decides although somebody said no, as long as a single one said yes. */
  readonly decidesOnOneAck: boolean;
}

/** The rules as the paper has them. */
export const soundRules: ParticipantRules = {
  quorum: majority,
  choose: (estimates) => latest(estimates.values()).value,
  adopts: true,
  decidesOnOneAck: false,
};

/**
 * A participant of the consensus algorithm with a rotating coordinator and an eventually strong failure detector, ◇S
 * (Chandra and Toueg, "Unreliable Failure Detectors for Reliable Distributed Systems", JACM 43(2), 1996, section 6.2
 * and figure 6). It asks for a majority that never crashes, and for links that lose nothing. It is safe whatever the
 * detector says; that it ends rests on the detector.
 *
 * The paper's process blocks at each wait; here a message that comes early is kept until its round. A participant
 * tells itself without a message what the paper's sends to itself.
 *
 * @throws RangeError if `participants` is empty or names one twice, or if a patience is negative
 */
export function participant(given: ParticipantOptions): Role<ParticipantSignature> {
  return participantWith(soundRules, given);
}

/** The participant with other rules. Only to show what happens then. */
export function participantWith(rules: ParticipantRules, given: ParticipantOptions): Role<ParticipantSignature> {
  options("participant", given, ["participants", "value", "patience"]);
  const { participants, value: wish, patience = { ms: 100, growth: 50 } } = given;
  nodeNames("participants", participants);
  options("patience", patience, ["ms", "growth"]);
  finite("patience.ms", patience.ms);
  finite("patience.growth", patience.growth);
  const quorum = rules.quorum(participants.length);
  type O = Out<ParticipantSignature>;

  // Phase 1. "All processes send their current estimate to the current coordinator."
  function enter(self: Participant, round: number, out: O): void {
    self.round = round;
    for (const inbox of [self.estimates, self.proposals, self.answers]) {
      for (const old of [...inbox.keys()]) if (old < round) inbox.delete(old);
    }
    const coordinator = coordinatorOf(participants, round);
    if (coordinator === self.id) {
      note(self.estimates, round, self.id, self.estimate!);
      self.phase = { kind: "collecting" };
      return collect(self, out);
    }
    out.send(coordinator, { kind: "estimate", round, ...self.estimate! });
    self.phase = { kind: "waiting" };
    if (self.proposals.has(round)) return adopt(self, out);
    out.setTimer({ kind: "suspect" }, patience.ms + patience.growth * self.suspicions);
  }

  // Phase 2. "The coordinator gathers a majority of estimates, selects one with the largest time stamp, and sends it
  // to all the processes as their new estimate."
  function collect(self: Participant, out: O): void {
    const { round } = self;
    const estimates = self.estimates.get(round)!;
    if (self.phase.kind !== "collecting" || estimates.size < quorum) return;
    const value = rules.choose(estimates, self.estimate!);
    self.estimate = { value, stamp: round };
    self.phase = { kind: "counting" };
    for (const node of participants) if (node !== self.id) out.send(node, { kind: "proposal", round, value });
    note(self.answers, round, self.id, true);
    count(self, out);
  }

  // Phase 3. "... or p suspects the coordinator": the other way out of the wait is the timer.
  function adopt(self: Participant, out: O): void {
    const { round } = self;
    const value = self.proposals.get(round)!;
    if (rules.adopts) self.estimate = { value, stamp: round };
    out.cancelTimer({ kind: "suspect" });
    out.send(coordinatorOf(participants, round), { kind: "ack", round });
    enter(self, round + 1, out);
  }

  // Phase 4. "If a majority of processes acknowledged, the estimate is locked": whatever is decided later is the same.
  function count(self: Participant, out: O): void {
    const { round } = self;
    const answers = [...self.answers.get(round)!.values()];
    if (self.phase.kind !== "counting" || answers.length < quorum) return;
    const acks = answers.filter(Boolean).length;
    if (rules.decidesOnOneAck ? acks > 0 : acks >= quorum) return decide(self, self.estimate!.value, out);
    enter(self, round + 1, out);
  }

  // "When p R-delivers": the first to hear of it tells the others, so that all hear of it if one that is up does.
  function decide(self: Participant, value: Value, out: O): void {
    if (self.phase.kind === "decided") return;
    self.phase = { kind: "decided", value };
    out.cancelTimer({ kind: "suspect" });
    for (const node of participants) if (node !== self.id) out.send(node, { kind: "decide", value });
    out.decide(value);
    for (const call of self.calls) out.reply(call, value);
    for (const inbox of [self.calls, self.estimates, self.proposals, self.answers]) inbox.clear();
  }

  /** Whether a message of this round is of any use still. */
  const isPast = (self: Participant, round: number): boolean => self.phase.kind === "decided" || round < self.round;

  function propose(self: Participant, value: Value, out: O): void {
    if (self.phase.kind !== "idle") return;
    self.estimate = { value, stamp: 0 };
    enter(self, 1, out);
  }

  return {
    name: "participant",
    durable: [],
    init: (id) => ({
      id, round: 0, estimate: null, phase: { kind: "idle" }, suspicions: 0,
      estimates: new Map(), proposals: new Map(), answers: new Map(), calls: new Set(),
    }),
    start(self, out) {
      if (wish !== undefined) propose(self, wish, out);
    },

    request: {
      propose(self, { value }, call, out) {
        if (self.phase.kind === "decided") return out.reply(call, self.phase.value);
        self.calls.add(call);
        propose(self, value, out);
      },
    },

    receive: {
      estimate(self, { round, value, stamp }, from, out) {
        if (isPast(self, round)) return;
        note(self.estimates, round, from, { value, stamp });
        if (round === self.round) collect(self, out);
      },
      proposal(self, { round, value }, _, out) {
        if (isPast(self, round)) return;
        self.proposals.set(round, value);
        if (round === self.round && self.phase.kind === "waiting") adopt(self, out);
      },
      ack(self, { round }, from, out) {
        if (isPast(self, round)) return;
        note(self.answers, round, from, true);
        if (round === self.round) count(self, out);
      },
      nack(self, { round }, from, out) {
        if (isPast(self, round)) return;
        note(self.answers, round, from, false);
        if (round === self.round) count(self, out);
      },
      decide: (self, { value }, _, out) => decide(self, value, out),
    },

    timeout: {
      suspect(self, _, out) {
        if (self.phase.kind !== "waiting") return;
        const { round } = self;
        self.suspicions += 1;
        out.send(coordinatorOf(participants, round), { kind: "nack", round });
        enter(self, round + 1, out);
      },
    },
  };
}

/** The estimate with the largest stamp. Those of one stamp above 0 are equal, as a round has one proposal. */
export function latest(estimates: Iterable<Estimate>): Estimate {
  let last: Estimate | null = null;
  for (const estimate of estimates) {
    // Of own proposals the least value: any would do, but a rule must not rest on the order of a map.
    if (!last || estimate.stamp > last.stamp || (estimate.stamp === last.stamp && estimate.value < last.value)) last = estimate;
  }
  return last!;
}

function note<V>(inbox: Map<number, Map<NodeId, V>>, round: number, from: NodeId, what: V): void {
  const one = inbox.get(round) ?? new Map<NodeId, V>();
  inbox.set(round, one.set(from, what));
}
