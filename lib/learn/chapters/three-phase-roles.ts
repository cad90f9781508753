import { show } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { site as quorumSite, type InDoubt, type QuorumSiteSignature } from "../../commit/quorum-commit/site.js";
import type { Doubt } from "../../commit/three-phase/messages.js";
import { type DoubtRecord, isDoubt, type Site, site, type SiteOptions, type SiteSignature, type Testimony } from "../../commit/three-phase/site.js";
import type { Outcome, TransactionId } from "../../commit/transaction.js";

/*
 * Three-phase commit with one rule taken from a learner's answer. A rule sees one transaction at a time.
 */

/** A local state of a protocol, and what Skeen's theorem asks about it. */
export interface LocalState {
  readonly name: string;
  /** Whether who is in it may conclude that all have voted yes. */
  readonly committable: boolean;
  /** Whether some other process can have committed at the same time. */
  readonly besideCommit: boolean;
  /** Whether some other process can have aborted at the same time. */
  readonly besideAbort: boolean;
}

/** Which of these states make the protocol block, by name, in their order. */
export type BlockingStatesRule = (states: readonly LocalState[]) => readonly string[];

/** What an elected coordinator does: decide now, or have all who live learn first that all have voted yes, and then commit. */
export type NextStep = Outcome | "preCommit first";

/** What an elected coordinator does once it knows how far it is itself, and how far all others are that live. */
export type TerminateRule = (own: Doubt, others: readonly Doubt[]) => NextStep;

/** Whether a participant obeys the leader of attempt number `attempt`, when the latest that it has followed or joined is number `own`. */
export type ObeyRule = (attempt: number, own: number) => boolean;

/** What somebody who has come back knew when it failed: how far it was, and whom it had not seen fail, itself among them. */
export interface LastWords {
  readonly state: Doubt;
  readonly up: readonly string[];
}

/** How a transaction ends after all have failed, by what those say who are back (by name, oneself included), of `n` in all; null: wait. */
export type TotalFailureRule = (back: ReadonlyMap<string, LastWords>, n: number) => Outcome | null;

/** What a leader of quorum-based three-phase commit makes the others ready for; null: for nothing, it waits. */
export type ChooseRule = (
  /** What those who answer are ready for, by name; null: for nothing yet. */
  states: ReadonlyMap<string, Outcome | null>,
  /** How many must be ready for each outcome before it is decided. */
  quorum: Readonly<Record<Outcome, number>>,
) => Outcome | null;

/** How long a leader waits for answers, in ms, where a message takes from `least` to `most` ms, and a write to disk up to `flush` ms. */
export type PatienceRule = (network: { readonly least: number; readonly most: number; readonly flush: number }) => number;

/** Whatever the learner's rule answers, if it is one of these. */
function checked<T>(value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`the answer must be ${allowed.map((one) => show(one)).join(" or ")}, got ${show(value)}`);
}

type SiteRole = Role<SiteSignature>;
type Effects = Out<SiteSignature>;

/** Decide for all, whatever the sound role would do: as a leader does that is told the outcome. */
function decideForAll(sound: SiteRole, self: Site, transaction: TransactionId, outcome: Outcome, out: Effects): void {
  self.stages.set(transaction, { kind: "asking", states: new Map() });
  sound.receive.decision(self, { kind: "decision", transaction, outcome }, self.id, out);
}

export function siteTerminating(rule: TerminateRule, options: SiteOptions = {}): SiteRole {
  const sound = site(options) as SiteRole;

  /** If all who live have reported, do what the learner says. `false`: not yet, or there is nothing to say. */
  function steer(self: Site, transaction: TransactionId, states: ReadonlyMap<NodeId, Doubt>, up: readonly NodeId[], out: Effects): boolean {
    const record = self.log.get(transaction) as DoubtRecord;
    const others = up.filter((node) => node !== self.id);
    if (others.some((node) => !states.has(node))) return false;
    const step = checked<NextStep>(rule(record.kind, others.map((node) => states.get(node)!)), ["commit", "abort", "preCommit first"]);
    if (step !== "preCommit first") {
      decideForAll(sound, self, transaction, step, out);
      return true;
    }
    // The sound leader goes this way by itself once it knows that all have voted yes.
    self.log.set(transaction, { ...record, kind: "preCommitted", up });
    out.persist();
    const told = new Map(Array.from(states, ([node, state]) => [node, state] as const));
    self.stages.set(transaction, { kind: "asking", states: told });
    const [first] = others;
    if (first === undefined) decideForAll(sound, self, transaction, "commit", out);
    else sound.receive.stateReport(self, { kind: "stateReport", transaction, attempt: record.attempt, state: told.get(first)! }, first, out);
    return true;
  }

  /** These have failed: the learner's rule is asked if this leader now has heard from all who are left, or leads alone. */
  function buried(self: Site, transaction: TransactionId, dead: readonly NodeId[], out: Effects): boolean {
    const record = self.log.get(transaction);
    if (!isDoubt(record) || self.recovering.has(transaction) || !dead.some((node) => record.up.includes(node))) return false;
    const up = record.up.filter((node) => !dead.includes(node));
    const stage = self.stages.get(transaction);
    if (stage && stage.kind !== "asking") return false;
    if (!stage && up.length > 1) return false;
    return steer(self, transaction, stage?.states ?? new Map(), up, out);
  }

  return {
    ...sound,
    receive: {
      ...sound.receive,
      stateReport(self, { transaction, attempt, state }, from, out) {
        const stage = self.stages.get(transaction);
        const record = self.log.get(transaction);
        if (stage?.kind !== "asking" || !isDoubt(record) || attempt !== record.attempt) return;
        stage.states.set(from, state);
        steer(self, transaction, stage.states, record.up, out);
      },
      down(self, message, from, out) {
        for (const transaction of [...self.log.keys()]) buried(self, transaction, [message.node], out);
        sound.receive.down(self, message, from, out);
      },
    },
    timeout: {
      silence(self, timer, out) {
        const record = self.log.get(timer.transaction);
        if (!isDoubt(record)) return;
        const stage = self.stages.get(timer.transaction);
        const silent = stage?.kind === "asking" ? record.up.filter((node) => node !== self.id && !stage.states.has(node)) : [record.order[record.attempt]!];
        if (!buried(self, timer.transaction, silent, out)) sound.timeout.silence(self, timer, out);
      },
    },
  };
}

export function siteObeying(rule: ObeyRule, options: SiteOptions = {}): SiteRole {
  const sound = site(options) as SiteRole;

  /** What the learner makes of the message: "late" is one of an attempt that is over, and obeyed all the same. */
  function sorted(self: Site, transaction: TransactionId, attempt: number): "obeyed" | "late" | "ignored" {
    const record = self.log.get(transaction);
    if (!isDoubt(record) || self.recovering.has(transaction)) return "obeyed"; // that is not the learner's part
    const answer: unknown = rule(attempt, record.attempt);
    if (!checked(answer, [true, false])) return "ignored";
    return attempt < record.attempt ? "late" : "obeyed";
  }

  return {
    ...sound,
    receive: {
      ...sound.receive,
      preCommit(self, message, from, out) {
        const { transaction, attempt } = message;
        switch (sorted(self, transaction, attempt)) {
          case "obeyed":
            return sound.receive.preCommit(self, message, from, out);
          case "late":
            self.log.set(transaction, { ...(self.log.get(transaction) as DoubtRecord), kind: "preCommitted" });
            out.persist();
            return out.send(from, { kind: "preAck", transaction, attempt });
          case "ignored":
            return;
        }
      },
      stateRequest(self, message, from, out) {
        const { transaction, attempt } = message;
        switch (sorted(self, transaction, attempt)) {
          case "obeyed":
            return sound.receive.stateRequest(self, message, from, out);
          case "late":
            return out.send(from, { kind: "stateReport", transaction, attempt, state: (self.log.get(transaction) as DoubtRecord).kind });
          case "ignored":
            return;
        }
      },
    },
  };
}

export function siteComingBack(rule: TotalFailureRule, options: SiteOptions = {}): SiteRole {
  const { patience = 100 } = options;
  const sound = site(options) as SiteRole;

  function consider(self: Site, transaction: TransactionId, out: Effects): void {
    const record = self.log.get(transaction) as DoubtRecord;
    const own: Testimony = { state: record.kind, up: record.up };
    const outcome = checked<Outcome | null>(rule(new Map([[self.id, own], ...self.recovering.get(transaction)!]), record.order.length), ["commit", "abort", null]);
    if (outcome !== null) decideForAll(sound, self, transaction, outcome, out);
  }

  return {
    ...sound,
    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (!isDoubt(record)) {
          out.decide({ transaction, outcome: record.kind });
          continue;
        }
        self.recovering.set(transaction, new Map());
        for (const node of record.order) if (node !== self.id) out.send(node, { kind: "ask", transaction, state: record.kind, up: record.up });
        out.setTimer({ kind: "silence", transaction }, 2 * patience);
        consider(self, transaction, out);
      }
    },
    receive: {
      ...sound.receive,
      ask(self, message, from, out) {
        const said = self.recovering.get(message.transaction);
        const record = self.log.get(message.transaction);
        if (!said || !isDoubt(record)) return sound.receive.ask(self, message, from, out);
        out.send(from, { kind: "told", transaction: message.transaction, state: record.kind, up: record.up });
        said.set(from, { state: message.state, up: message.up });
        consider(self, message.transaction, out);
      },
      told(self, { transaction, state, up }, from, out) {
        const said = self.recovering.get(transaction);
        if (!said) return;
        said.set(from, { state, up });
        consider(self, transaction, out);
      },
    },
  };
}

export function siteChoosing(rule: ChooseRule): Role<QuorumSiteSignature> {
  const sound = quorumSite() as Role<QuorumSiteSignature>;
  type Self = Parameters<typeof sound.receive.vote>[0];
  type QuorumEffects = Out<QuorumSiteSignature>;

  /** The answers are in, or no more will come: make ready whom the learner says, or wait. */
  function choose(self: Self, transaction: TransactionId, out: QuorumEffects): void {
    const record = self.log.get(transaction) as InDoubt;
    const stage = self.stages.get(transaction);
    if (stage?.kind !== "polling") return;
    const n = record.participants.length;
    const commit = Math.floor(n / 2) + 1;
    const quorum = { commit, abort: n - commit + 1 };
    const towards = checked<Outcome | null>(rule(new Map(stage.states), quorum), ["commit", "abort", null]);
    if (towards === null) {
      self.stages.delete(transaction);
      return out.setTimer({ kind: "silence", transaction }, [100, 200]);
    }
    const those = (ready: Outcome | null): NodeId[] => Array.from(stage.states.keys()).filter((node) => stage.states.get(node) === ready);
    const acks = new Set(those(towards));
    self.stages.set(transaction, { kind: "preparing", towards, acks });
    if (record.ready === null && record.participants.includes(self.id)) {
      self.log.set(transaction, { ...record, ready: towards });
      out.persist();
      acks.add(self.id);
    }
    for (const node of those(null)) if (node !== self.id) out.send(node, { kind: "prepare", transaction, towards });
    out.setTimer({ kind: "silence", transaction }, [100, 200]);
    const [one] = acks;
    if (one !== undefined) sound.receive.prepared(self, { kind: "prepared", transaction, towards }, one, out);
  }

  return {
    ...sound,
    receive: {
      ...sound.receive,
      stateReport(self, { transaction, ready }, from, out) {
        const stage = self.stages.get(transaction);
        const record = self.log.get(transaction);
        if (stage?.kind !== "polling" || record?.kind !== "in doubt") return;
        stage.states.set(from, ready);
        if (stage.states.size === record.participants.length) choose(self, transaction, out);
      },
    },
    timeout: {
      silence(self, timer, out) {
        if (self.stages.get(timer.transaction)?.kind === "polling") choose(self, timer.transaction, out);
        else sound.timeout.silence(self, timer, out);
      },
    },
  };
}
