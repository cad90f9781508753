import { show } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { isSame, type Ballot } from "../../consensus/paxos/ballot.js";
import { configurationAt, isQuorum } from "../../consensus/multi-paxos/configuration.js";
import { leader, leaderWith, type LeaderOptions, type LeaderSignature } from "../../consensus/multi-paxos/leader.js";
import type { Command, PValue, Slot } from "../../consensus/multi-paxos/messages.js";
import { replica, type Replica, type ReplicaOptions, type ReplicaSignature } from "../../consensus/multi-paxos/replica.js";

/*
 * The sound roles of Multi-Paxos with one rule taken from a learner's answer.
 */

/** Which slots a replica performs now, in order, given what it knows to be decided and the next slot that it has not performed. */
export type PerformRule = (decided: ReadonlyMap<Slot, unknown>, next: Slot) => readonly Slot[];

/** A vote that a promise tells of; the commands are texts, and "no-op" is the one that does nothing. */
export interface ToldVote {
  readonly slot: Slot;
  readonly ballot: Ballot;
  readonly command: string;
}

/**
 * For which slots a new leader asks for votes before it takes new commands, and for what, given the promises of a quorum
 * and the first slot that it does not know to be decided.
 */
export type AdoptRule = (promises: readonly (readonly ToldVote[])[], first: Slot) => ReadonlyMap<Slot, string>;

/** A session: the serial number of the last call of a client that was carried out, and its answer. */
export interface LastCall {
  readonly serial: number;
  readonly answer: number;
}

/**
 * What a replica does with a call that was decided: it carries it out by `perform`, which gives the answer, or not; notes
 * what it must in the sessions; and returns the answer. A client has one call under way at a time.
 */
export type OnceRule = (sessions: Map<string, LastCall>, client: string, serial: number, perform: () => number) => number;

/** What a leader knows when it is asked whether it holds a lease. */
export interface LeaseQuestion {
  /** What the leader's own clock shows, in ms. */
  readonly now: number;
  /** For each acceptor that has granted a lease, when the heartbeat left for which it did, by the same clock. */
  readonly grants: ReadonlyMap<NodeId, number>;
  /** How long the acceptors keep to it, in ms, each by its own clock. */
  readonly leaseMs: number;
  /** By which share of a lease two clocks may drift apart while it runs. */
  readonly drift: number;
  /** How many acceptors there are. */
  readonly acceptors: number;
}

/** Whether the leader may answer a read at once. */
export type LeaseRule = (question: LeaseQuestion) => boolean;

/** Before which slot acceptors may forget, given how far each replica's disk goes; replicas that have said nothing are missing. */
export type ForgetRule = (onDisk: ReadonlyMap<NodeId, Slot>, replicas: number) => Slot;

/** What a replica knows that performs by somebody's rule. */
interface Performing<S, C, R> extends Replica<S, C, R> {
  readonly known: Map<Slot, Command<C>>;
}

/** The sound replica, which performs the slots that this rule says, in its order. */
export function replicaPerforming<S, C, R>(rule: PerformRule, options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  const sound = replica(options);
  return {
    ...sound,
    init: (id) => ({ ...sound.init(id), known: new Map() }) as Performing<S, C, R>,
    receive: {
      ...sound.receive,
      decision(self, { slot, command }, from, out) {
        const { known } = self as Performing<S, C, R>;
        known.set(slot, command);
        const slots: unknown = rule(known, self.slotOut);
        if (!Array.isArray(slots)) throw new TypeError(`the rule must return a list of slots, got ${show(slots)}`);
        for (const next of slots as readonly Slot[]) {
          const found = known.get(next);
          if (!found) throw new RangeError(`the rule wants slot ${show(next)} performed, which is not decided`);
          self.slotOut = next;
          sound.receive.decision(self, { kind: "decision", slot: next, command: found }, from, out);
        }
      },
    },
  };
}

/** What a leader knows that adopts by somebody's rule. */
interface Adopting {
  readonly told: Map<NodeId, readonly PValue<string>[]>;
}

/** The sound leader of a state machine whose operations are texts, which goes on with what this rule says, and fills no hole by itself. */
export function leaderAdopting(rule: AdoptRule, options: LeaderOptions): Role<LeaderSignature<string>> {
  const sound = leaderWith<string>({ leavesHoles: true }, options);
  return {
    ...sound,
    init: (id) => Object.assign(sound.init(id), { told: new Map() }),
    receive: {
      ...sound.receive,
      p1b(self, message, from, out) {
        if (self.phase !== "scouting" || !isSame(message.ballot, self.ballot)) return;
        const { told } = self as typeof self & Adopting;
        if (self.scout.promises.size === 0) told.clear();
        told.set(from, message.pvalues);
        const first = Math.max(self.floor, message.start.slot);
        const promises = new Set(self.scout.promises).add(from);
        if (!isQuorum(configurationAt(self.electorates, first), promises)) return sound.receive.p1b(self, { ...message, pvalues: [] }, from, out);
        const known = new Map<string, Command<string>>();
        const lists = Array.from(told.values(), (pvalues) =>
          pvalues.map(({ slot, ballot, command }): ToldVote => {
            const text = textOf(command);
            known.set(text, command);
            return { slot, ballot, command: text };
          }),
        );
        const adopted: unknown = rule(lists, first);
        if (!(adopted instanceof Map)) throw new TypeError(`the rule must return a map from slots to commands, got ${show(adopted)}`);
        const pvalues = Array.from(adopted as Map<Slot, string>, ([slot, text]): PValue<string> => {
          const command = text === "no-op" ? ({ kind: "no-op" } as const) : known.get(text);
          if (!command) throw new RangeError(`the rule asks for ${show(text)} in slot ${slot}, of which no promise tells`);
          return { slot, ballot: message.ballot, command };
        });
        sound.receive.p1b(self, { ...message, pvalues }, from, out);
      },
    },
  };
}

function textOf(command: Command<string>): string {
  switch (command.kind) {
    case "operation":
      return command.operation;
    case "no-op":
      return "no-op";
    default:
      return command.kind;
  }
}

/** The sound leader, which answers reads by this rule about its lease. */
export function leaderTrusting<C>(rule: LeaseRule, options: LeaderOptions): Role<LeaderSignature<C>> {
  const sound = leader<C>(options);
  const { leaseMs = 0, drift = 0.1, acceptors } = options;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      ask(self, { call }, from, out) {
        const answer: unknown = rule({ now: out.clock(), grants: self.grants, leaseMs, drift, acceptors: acceptors.length });
        if (typeof answer !== "boolean") throw new TypeError(`the rule must return true or false, got ${show(answer)}`);
        const isReady = self.phase === "active" && self.floor >= self.readyAt;
        out.send(from, { kind: "serve", call, slot: answer && isReady ? self.floor : null });
      },
    },
  };
}
