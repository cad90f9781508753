import { canonical } from "../../core/canonical.js";
import type { Observation, Property } from "../../core/property.js";
import { majority } from "../../core/quorum.js";
import type { NodeId } from "../../core/role.js";
import { type Ballot, isBefore, nameOf, noBallot } from "../paxos/ballot.js";
import type { Acceptor } from "./acceptor.js";
import { type Command, nameOfCommand, type P1b, type P2a, type P2b, type Preempted, type Slot } from "./messages.js";
import type { Performed, Replica } from "./replica.js";

/*
 * Why Multi-Paxos is safe, in properties that hold after every step. The letters are those of the invariants in "Paxos
 * Made Moderately Complex" (van Renesse and Altinbuken, 2015): R of the replicas, A of the acceptors, L of the leaders.
 * As for Paxos, memories are filled from messages as they leave a node, because only what has left binds it. What
 * a server tells itself is not seen, so the last property is for acceptors with nodes of their own.
 */

/** What a memory holds that has found something wrong: there it stays. */
interface Found {
  readonly problem: string | null;
}

type Message = P1b<unknown> | P2a<unknown> | P2b | Preempted;

function sent(happened: Observation): { readonly message: Message; readonly from: NodeId; readonly to: NodeId } | null {
  return happened.kind === "send" ? (happened as unknown as { message: Message; from: NodeId; to: NodeId }) : null;
}

function performed(happened: Observation): Performed<unknown> | null {
  return happened.kind === "decide" ? (happened.outcome as Performed<unknown>) : null;
}

interface Log extends Found {
  readonly commands: ReadonlyMap<Slot, Command<unknown>>;
}

/** R1, agreement slot by slot: "there are no two different commands decided for the same slot". */
export const oneCommandPerSlot: Property<Log> = {
  name: "one command per slot",
  memory: { commands: new Map(), problem: null },
  observe(memory, happened) {
    const entry = performed(happened);
    if (!entry || memory.problem) return memory;
    const { slot, command } = entry;
    const other = memory.commands.get(slot);
    if (!other) return { ...memory, commands: new Map(memory.commands).set(slot, command) };
    if (other === command || nameOfCommand(other) === nameOfCommand(command)) return memory;
    return { ...memory, problem: `slot ${slot} is decided twice: ${nameOfCommand(other)}, and ${nameOfCommand(command)}` };
  },
  check: (_, { problem }) => problem,
};

/** How far the log has been performed without a gap, by one replica or another. */
interface Prefix extends Found {
  readonly end: Slot;
}

/** R2: all commands before slot_out are decided. No replica performs a slot before some replica has performed each one below. */
export const noSlotSkipped: Property<Prefix> = {
  name: "no slot skipped",
  memory: { end: 1, problem: null },
  observe(memory, happened) {
    const entry = performed(happened);
    if (!entry || entry.slot < memory.end || memory.problem) return memory;
    if (entry.slot === memory.end) return { ...memory, end: memory.end + 1 };
    const { node } = happened as Observation & { readonly kind: "decide" };
    return { ...memory, problem: `${node} performed slot ${entry.slot}, but nobody has performed slot ${memory.end}` };
  },
  check: (_, { problem }) => problem,
};

interface Questions extends Found {
  readonly commands: ReadonlyMap<string, string>;
}

/** A4 and L1: in one ballot and one slot there is one command, in all questions for votes and in all votes. */
export const oneCommandPerBallot: Property<Questions> = {
  name: "one command per ballot and slot",
  memory: { commands: new Map(), problem: null },
  observe(memory, happened) {
    const message = sent(happened)?.message;
    if (memory.problem) return memory;
    if (message?.kind === "p2a") return withCommand(memory, message.ballot, message.slot, message.command);
    if (message?.kind !== "p1b") return memory;
    return message.pvalues.reduce((known, { ballot, slot, command }) => withCommand(known, ballot, slot, command), memory);
  },
  check: (_, { problem }) => problem,
};

function withCommand(memory: Questions, ballot: Ballot, slot: Slot, command: Command<unknown>): Questions {
  const key = `${nameOf(ballot)} ${slot}`;
  const name = nameOfCommand(command);
  const other = memory.commands.get(key);
  if (other === undefined) return { ...memory, commands: new Map(memory.commands).set(key, name) };
  if (other === name || memory.problem) return memory;
  return { ...memory, problem: `ballot ${nameOf(ballot)} has two commands for slot ${slot}: ${other}, and ${name}` };
}

interface Ballots extends Found {
  readonly promises: ReadonlyMap<NodeId, Ballot>;
}

/**
 * A1 and A2: the ballot of an acceptor only rises, in what it says and in what it knows, also after a crash; and it
 * votes in no ballot before it.
 */
export const ballotsRise: Property<Ballots> = {
  name: "ballots only rise",
  memory: { promises: new Map(), problem: null },
  observe(memory, happened) {
    const letter = sent(happened);
    const kind = letter?.message.kind;
    if (!letter || memory.problem || (kind !== "p1b" && kind !== "p2b" && kind !== "preempted")) return memory;
    const { from, message } = letter;
    const before = memory.promises.get(from) ?? noBallot;
    if (isBefore(message.ballot, before)) {
      const does = kind === "p2b" ? "voted in" : "joined";
      return { ...memory, problem: `${from} ${does} ballot ${nameOf(message.ballot)} after it had joined ${nameOf(before)}` };
    }
    if (!isBefore(before, message.ballot)) return memory;
    return { ...memory, promises: new Map(memory.promises).set(from, message.ballot) };
  },
  check({ nodes }, { promises, problem }) {
    if (problem) return problem;
    for (const { id, state } of nodes) {
      if (!state || !("promised" in state)) continue;
      const { promised, hasPromised } = state as Acceptor<unknown>;
      const promise = promises.get(id);
      if (!promise || !isBefore(promised, promise)) continue;
      // Who knows that it has lost its disk votes no more.
      if (hasPromised && promised.round === 0) continue;
      return `${id} had joined ballot ${nameOf(promise)}, and now knows of ${promised.round === 0 ? "none" : nameOf(promised)}`;
    }
    return null;
  },
};

interface Calls extends Found {
  readonly slots: ReadonlyMap<string, Slot>;
}

/** Each call is carried out once: in one slot of the log, though it may be decided in several. */
export const exactlyOnce: Property<Calls> = {
  name: "exactly once",
  memory: { slots: new Map(), problem: null },
  observe(memory, happened) {
    const entry = performed(happened);
    if (!entry || memory.problem || !entry.isPerformed || entry.command.kind !== "operation") return memory;
    const { call } = entry.command;
    const slot = memory.slots.get(call);
    if (slot === undefined) return { ...memory, slots: new Map(memory.slots).set(call, entry.slot) };
    if (slot === entry.slot) return memory;
    return { ...memory, problem: `${call} was carried out in slot ${slot} and again in slot ${entry.slot}` };
  },
  check: (_, { problem }) => problem,
};

interface Epochs extends Found {
  readonly masters: ReadonlySet<Slot>;
}

/**
 * A command for an epoch is carried out in that epoch only: after so many masters have taken over, and before the next
 * does ("Paxos Made Live", Chandra, Griesemer and Redstone, 2007, section 5.3). For replicas that begin with the first slot.
 */
export const epochsKept: Property<Epochs> = {
  name: "epochs kept",
  memory: { masters: new Set(), problem: null },
  observe(memory, happened) {
    const entry = performed(happened);
    if (!entry || memory.problem) return memory;
    const { slot, command, isPerformed } = entry;
    if (command.kind === "master") return memory.masters.has(slot) ? memory : { ...memory, masters: new Set(memory.masters).add(slot) };
    if (command.kind !== "operation" || command.epoch === undefined || !isPerformed) return memory;
    const epoch = [...memory.masters].filter((master) => master < slot).length;
    if (epoch === command.epoch) return memory;
    return { ...memory, problem: `${command.call} was for epoch ${command.epoch}, and was carried out in epoch ${epoch}` };
  },
  check: (_, { problem }) => problem,
};

/** The point of it all: replicas that have performed the same slots are in the same state. */
export const replicasAlike: Property<undefined> = {
  name: "replicas alike",
  check({ nodes }) {
    const known = new Map<Slot, { readonly id: NodeId; readonly text: string }>();
    for (const { id, state } of nodes) {
      if (!state || !("slotOut" in state)) continue;
      const { slotOut, state: application } = state as Replica<unknown, unknown, unknown>;
      const text = textOf(application);
      const other = known.get(slotOut);
      if (other && other.text !== text) {
        return `${other.id} and ${id} have performed the slots before ${slotOut}, and differ: ${other.text}, and ${text}`;
      }
      known.set(slotOut, { id, text });
    }
    return null;
  },
};

/** States are never changed but replaced, so the text of one is made once. */
const texts = new WeakMap<object, string>();

function textOf(state: unknown): string {
  if (typeof state !== "object" || state === null) return canonical(state);
  let text = texts.get(state);
  if (text === undefined) texts.set(state, (text = canonical(state)));
  return text;
}

/** A command that was asked for in a slot and a ballot, and the acceptors that voted for it there. */
interface Ballotted {
  readonly slot: Slot;
  readonly ballot: Ballot;
  readonly name: string;
  readonly voters: ReadonlySet<NodeId>;
}

interface Ledger extends Found {
  readonly ballots: ReadonlyMap<string, Ballotted>;
}

/**
 * A5: if a majority has voted for a command in a slot, then whatever is asked for in that slot in a later ballot is that
 * command. For a cluster whose configuration does not change.
 */
export function decidedStays({ acceptors }: { readonly acceptors: readonly NodeId[] }): Property<Ledger> {
  const quorum = majority(acceptors.length);
  return {
    name: "what is decided stays decided",
    memory: { ballots: new Map(), problem: null },
    observe(ledger, happened) {
      if (ledger.problem) return ledger;
      const ballots = entered(ledger.ballots, happened);
      return ballots === ledger.ballots ? ledger : { ballots, problem: rivalOfDecided(ballots, quorum) };
    },
    check: (_, { problem }) => problem,
  };
}

function entered(ballots: Ledger["ballots"], happened: Observation): Ledger["ballots"] {
  const letter = sent(happened);
  if (!letter) return ballots;
  const { message, from } = letter;
  if (message.kind === "p2a") {
    const key = `${nameOf(message.ballot)} ${message.slot}`;
    if (ballots.has(key)) return ballots;
    const { slot, ballot, command } = message;
    return new Map(ballots).set(key, { slot, ballot, name: nameOfCommand(command), voters: new Set() });
  }
  if (message.kind !== "p2b") return ballots;
  const key = `${nameOf(message.ballot)} ${message.slot}`;
  const known = ballots.get(key);
  if (!known || known.voters.has(from)) return ballots;
  return new Map(ballots).set(key, { ...known, voters: new Set(known.voters).add(from) });
}

function rivalOfDecided(ballots: Ledger["ballots"], quorum: number): string | null {
  for (const decided of ballots.values()) {
    if (decided.voters.size < quorum) continue;
    for (const { slot, ballot, name } of ballots.values()) {
      if (slot !== decided.slot || name === decided.name || !isBefore(decided.ballot, ballot)) continue;
      return `slot ${slot} was decided in ballot ${nameOf(decided.ballot)}: ${decided.name}; but ballot ${nameOf(ballot)} is for ${name}`;
    }
  }
  return null;
}

/** All that must hold of Multi-Paxos at every moment, whoever plays the parts, and however the configuration changes. */
export const multiPaxosProperties: readonly Property[] = [
  oneCommandPerSlot, noSlotSkipped, oneCommandPerBallot, ballotsRise, exactlyOnce, epochsKept, replicasAlike,
];
