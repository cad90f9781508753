import { delay, finite, integer, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { clone, shared, type Shared } from "../../core/clone.js";
import { type Ballot, isBefore, isSame, noBallot } from "../paxos/ballot.js";
import type { StateMachine } from "../state-machine.js";
import { type Configuration, configurationsFrom, membersOf, reconfigured } from "./configuration.js";
import {
  type Ask, type Checkpoint, type Command, type Decision, type Forward, type Heartbeat, isSameCommand, type Jumped, type Learn,
  type Log, type P2a, type Propose, type PValue, type Request, type Response, type Serve, type Slot, type Snapshot, type Start,
} from "./messages.js";
import { recall, remember, type Sessions } from "./sessions.js";

/** What came of every slot before one: all that a replica needs to go on from there. */
export interface Saved<S, R> extends Shared {
  readonly slotOut: Slot;
  readonly state: S;
  readonly sessions: Sessions<ReplicaReply<R>>;
  readonly epoch: number;
  readonly configurations: readonly Configuration[];
}

/** What a replica knows. Only the checkpoint survives a crash. */
export interface Replica<S, C, R> {
  readonly id: NodeId;
  /** What it knew when it last wrote its state to disk. */
  checkpoint: Saved<S, R>;
  /** The slot for the next proposal; the paper's slot_in. */
  slotIn: Slot;
  /** The next slot to perform: every slot before it is decided and performed; the paper's slot_out. */
  slotOut: Slot;
  /** The application's state, after every slot before `slotOut`. */
  state: S;
  sessions: Sessions<ReplicaReply<R>>;
  /** How many masters have taken over so far. */
  epoch: number;
  /** Who decides which slots, for every slot before `slotOut` plus the window. */
  configurations: readonly Configuration[];
  /** Commands that are not performed and have no slot. */
  requests: Command<C>[];
  /** Commands that it has proposed, slot by slot. */
  readonly proposals: Map<Slot, Command<C>>;
  /** What it knows to be decided, from the checkpoint before last on. */
  readonly decisions: Map<Slot, Command<C>>;
  /** The last slot that it knows to be decided, whether or not it knows how. */
  newest: Slot;
  /** Where notices are piggy-backed: what the leader asked votes for. It is decided once the leader says so. */
  readonly asked: Map<Slot, PValue<C>>;
  /** Whose calls it answers: those made here, and those that a client sent as a message. */
  readonly calls: Map<Call, NodeId | "outside">;
  /** Reads that wait: for the leader's word, or until every slot before this one is performed. */
  readonly reads: Map<Call, { readonly operation: C; readonly slot: Slot | null }>;
  /** The latest ballot that somebody leads in. */
  leading: Ballot;
  /** What `slotOut` was when the timer `retry` was set; null while it is not. */
  retryingAt: Slot | null;
  /** Whether the timer `checkpoint` is set. */
  isCheckpointing: boolean;
}

/** What clients may ask of a replica. */
export type ReplicaRequest<C> =
  /** Perform the operation, once, in the order of the log. With an `epoch`, only if no other master has taken over. */
  | { readonly kind: "command"; readonly operation: C; readonly epoch?: number }
  /** Answer the operation, which must be one that changes nothing. */
  | { readonly kind: "read"; readonly operation: C }
  /** Which epoch is it? */
  | { readonly kind: "epoch" }
  /** Let these acceptors decide, from some slots further on. */
  | { readonly kind: "reconfigure"; readonly acceptors: readonly NodeId[] };

/** What a client is answered: a result of the state machine, or one of these. */
export type ReplicaReply<R> = R | Moved | { readonly kind: "epoch"; readonly epoch: number } | Reconfigured;

/** Not performed: another master has taken over since that epoch. */
export interface Moved {
  readonly kind: "moved";
  readonly epoch: number;
}

/**
 * From this slot on, others decide: those that were asked for, or, if that is "outdated", those whom somebody else has named
 * since the replica that was asked last knew of a change.
 */
export interface Reconfigured {
  readonly kind: "reconfigured" | "outdated";
  readonly from: Slot;
}

/** What a replica announces for each slot that it passes. */
export interface Performed<C> {
  readonly slot: Slot;
  readonly command: Command<C>;
  /** Whether the command was carried out here; not so where it was done in an earlier slot, or in an epoch that is over. */
  readonly isPerformed: boolean;
}

export type ReplicaSignature<S, C, R> = {
  state: Replica<S, C, R>;
  requests: ReplicaRequest<C>;
  receives:
    | Request<C> | Forward<C> | Decision<C> | P2a<C> | Heartbeat | Serve | Learn | Log<C> | Snapshot<S, ReplicaReply<R>>;
  timers: { readonly kind: "retry" } | { readonly kind: "checkpoint" };
  sends:
    | Propose<C> | Forward<C> | Response<ReplicaReply<R>> | Decision<C> | Ask | Learn | Log<C> | Snapshot<S, ReplicaReply<R>>
    | Checkpoint | Jumped;
  decides: Performed<C>;
  replies: ReplicaReply<R>;
};

export interface ReplicaOptions<S, C, R> {
  /** What is replicated. */
  readonly machine: StateMachine<S, C, R>;
  /** The acceptors of the first configuration. */
  readonly acceptors: readonly NodeId[];
  /** Where to propose. By default each server is a leader, and commands go to the one that leads. */
  readonly leaders?: readonly NodeId[];
  /** The other replicas, of whom to learn what was missed. By default the acceptors of all configurations. */
  readonly replicas?: readonly NodeId[];
  /** How many slots may be under way at a time; the paper's WINDOW. By default 16. The same for replicas and leaders. */
  readonly window?: number;
  /** How long it waits without progress before it asks again, in ms. By default [200, 300]. */
  readonly retryAfter?: Delay;
  /** How long after it performed something it writes its state to disk, in ms. By default 200. */
  readonly checkpointAfter?: number;
  /**
   * How a read is answered: in a slot of its own, as every command ("log"); when the leader says that it holds a lease
   * ("lease"; where it holds none, in a slot); or at once from whatever the replica knows ("local"), which may be out of date.
   */
  readonly reads?: "log" | "lease" | "local";
}

/**
 * The replica (副本) of "Paxos Made Moderately Complex" (van Renesse and Altinbuken, 2015), figure 1: it proposes
 * commands for slots, and performs what is decided, slot by slot. A command that lost its slot to another is proposed
 * for a later one, and one that was decided twice is performed once.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function replica<S, C, R>(given: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  return replicaWith({}, given);
}

/** Rules that a replica may be made to break. Only to show what happens then. */
export interface ReplicaFaults {
  /** It proposes only for slots beyond all that it knows to be decided, and never a no-op. */
  readonly leavesHoles?: boolean;
}

/** The replica with whatever rules broken. */
export function replicaWith<S, C, R>(
  { leavesHoles = false }: ReplicaFaults,
  given: ReplicaOptions<S, C, R>,
): Role<ReplicaSignature<S, C, R>> {
  const known = ["machine", "acceptors", "leaders", "replicas", "window", "retryAfter", "checkpointAfter", "reads"];
  const {
    machine, acceptors, leaders, replicas, window = 16, retryAfter = [200, 300], checkpointAfter = 200, reads = "log",
  } = options("replica", given, known);
  options("machine", machine, ["initial", "apply"]);
  nodeNames("acceptors", acceptors);
  if (leaders) nodeNames("leaders", leaders);
  if (replicas) nodeNames("replicas", replicas);
  integer("window", window, { min: 1 });
  delay("retryAfter", retryAfter);
  finite("checkpointAfter", checkpointAfter);
  oneOf("reads", reads, ["log", "lease", "local"]);
  /** Where each server plays all the parts, what this node learns its leader is told, too. */
  const isServer = leaders === undefined;

  type Self = Replica<S, C, R>;
  type To = Out<ReplicaSignature<S, C, R>>;

  // --- Proposing -----------------------------------------------------------------------------------------------

  /** A command is wanted. If it is on its way already, the client is impatient: send it once more. */
  function want(self: Self, command: Command<C>, out: To): void {
    keepTrying(self, out);
    for (const [slot, proposal] of self.proposals) {
      if (isSameCommand(proposal, command)) return propose(self, slot, proposal, out);
    }
    if (!self.requests.some((request) => isSameCommand(request, command))) self.requests.push(command);
    if (mayPropose(self)) proposeAll(self, out);
    else forward(self, command, out);
  }

  /** Where each server is a leader, only the one beside the active leader assigns slots, so that wishes do not collide. */
  function mayPropose(self: Self): boolean {
    return !isServer || self.leading.proposer === self.id;
  }

  function forward(self: Self, command: Command<C>, out: To): void {
    const { proposer } = self.leading;
    if (proposer !== "" && proposer !== self.id) out.send(proposer, { kind: "forward", command });
  }

  /** Give each request a slot, as far as the window goes. */
  function proposeAll(self: Self, out: To): void {
    if (leavesHoles) self.slotIn = Math.max(self.slotIn, self.newest + 1);
    while (self.requests.length > 0 && self.slotIn < self.slotOut + window) {
      const slot = self.slotIn++;
      if (self.decisions.has(slot) || self.proposals.has(slot)) continue;
      const command = self.requests.shift()!;
      self.proposals.set(slot, command);
      propose(self, slot, command, out);
    }
  }

  function propose(self: Self, slot: Slot, command: Command<C>, out: To): void {
    for (const leader of leaders ?? [self.id]) out.send(leader, { kind: "propose", slot, command });
  }

  // --- Performing ----------------------------------------------------------------------------------------------

  /** A slot is decided. Perform what can be performed now, in the order of the slots. */
  function decided(self: Self, slot: Slot, command: Command<C>, out: To): void {
    if (slot < self.slotOut || self.decisions.has(slot)) return;
    self.decisions.set(slot, command);
    hear(self, slot);
    performAll(self, out);
    if (hasGap(self)) keepTrying(self, out);
  }

  function hear(self: Self, decided: Slot): void {
    self.newest = Math.max(self.newest, decided);
  }

  /** Whether a slot is missed that must be performed before others. */
  function hasGap(self: Self): boolean {
    return self.newest >= self.slotOut;
  }

  function performAll(self: Self, out: To): void {
    for (let next = self.decisions.get(self.slotOut); next; next = self.decisions.get(self.slotOut)) {
      const slot = self.slotOut;
      const proposal = self.proposals.get(slot);
      self.proposals.delete(slot);
      self.asked.delete(slot);
      // Another command has got the slot: ours wants a later one.
      if (proposal && proposal.kind !== "no-op" && !isSameCommand(proposal, next)) self.requests.push(proposal);
      const isPerformed = perform(self, slot, next, out);
      self.slotOut += 1;
      out.decide({ slot, command: next, isPerformed });
      if (!self.isCheckpointing) {
        self.isCheckpointing = true;
        out.setTimer({ kind: "checkpoint" }, checkpointAfter);
      }
    }
    self.slotIn = Math.max(self.slotIn, self.slotOut);
    for (const [call, read] of self.reads) if (read.slot !== null) tryRead(self, call, read.operation, read.slot, out);
    if (self.requests.length > 0 && mayPropose(self)) proposeAll(self, out);
  }

  /** Carry the command out, unless it was in an earlier slot. Whether it was is the same in every replica. */
  function perform(self: Self, slot: Slot, command: Command<C>, out: To): boolean {
    if (command.kind === "no-op") return true;
    if (command.kind === "master") {
      self.epoch += 1;
      return true;
    }
    const { call } = command;
    if (self.requests.length > 0) self.requests = self.requests.filter((request) => !isSameCommand(request, command));
    const before = recall(self.sessions, call);
    if (before.kind === "answered") answer(self, call, before.result, out);
    if (before.kind !== "new") return false;
    if (command.kind === "reconfigure") {
      const before = self.configurations;
      self.configurations = reconfigured(before, command, slot + window);
      const isChanged = self.configurations !== before;
      finish(self, call, { kind: isChanged ? "reconfigured" : "outdated", from: self.configurations.at(-1)!.from }, out);
      return isChanged;
    }
    const { operation, epoch = self.epoch } = command;
    if (epoch !== self.epoch) {
      finish(self, call, { kind: "moved", epoch: self.epoch }, out);
      return false;
    }
    const { state, result } = machine.apply(self.state, operation);
    self.state = state;
    finish(self, call, result, out);
    return true;
  }

  function finish(self: Self, call: Call, result: ReplicaReply<R>, out: To): void {
    remember(self.sessions, call, result);
    answer(self, call, result, out);
  }

  function answer(self: Self, call: Call, result: ReplicaReply<R>, out: To): void {
    const caller = self.calls.get(call);
    if (caller === undefined) return;
    self.calls.delete(call);
    if (caller === "outside") out.reply(call, result);
    else out.send(caller, { kind: "response", call, result });
  }

  /** A client wants an answer: the one that it has had, or one to come. True if there is none yet. */
  function expect(self: Self, call: Call, caller: NodeId | "outside", out: To): boolean {
    const before = recall(self.sessions, call);
    if (before.kind !== "forgotten") self.calls.set(call, caller);
    if (before.kind === "answered") answer(self, call, before.result, out);
    return before.kind === "new";
  }

  // --- Reading -------------------------------------------------------------------------------------------------

  function tryRead(self: Self, call: Call, operation: C, slot: Slot, out: To): void {
    if (self.slotOut < slot) {
      self.reads.set(call, { operation, slot });
      return hear(self, slot - 1);
    }
    self.reads.delete(call);
    answer(self, call, machine.apply(self.state, operation).result, out);
  }

  function askLeader(self: Self, call: Call, out: To): void {
    const whom = leaders ?? (self.leading.proposer === "" ? [] : [self.leading.proposer]);
    for (const leader of whom) out.send(leader, { kind: "ask", call });
  }

  // --- Catching up ---------------------------------------------------------------------------------------------

  /** Somebody leads. If it is somebody new, what was proposed here and is not decided is to be sent there. */
  function follow(self: Self, ballot: Ballot, out: To): void {
    if (!isBefore(self.leading, ballot)) return;
    self.leading = ballot;
    if (!isServer) return;
    const undecided = [...self.proposals.values()].filter(({ kind }) => kind !== "no-op");
    self.requests = [...undecided, ...self.requests];
    self.proposals.clear();
    self.slotIn = self.slotOut;
    sendAll(self, out);
  }

  function sendAll(self: Self, out: To): void {
    if (mayPropose(self)) proposeAll(self, out);
    else for (const command of self.requests) forward(self, command, out);
    for (const [call, { slot }] of self.reads) if (slot === null) askLeader(self, call, out);
  }

  /** The leader says that every slot before this one is decided. What it asked votes for in this ballot is what was. */
  function settle(self: Self, ballot: Ballot, end: Slot, out: To): void {
    hear(self, end - 1);
    for (let slot = self.slotOut; slot < end; slot++) {
      const asked = self.asked.get(slot);
      if (!asked || !isSame(asked.ballot, ballot) || self.decisions.has(slot)) continue;
      self.asked.delete(slot);
      out.send(self.id, { kind: "decision", slot, command: asked.command });
    }
    if (hasGap(self)) keepTrying(self, out);
  }

  /** Ask the leader, or the others where it is not known or is here. */
  function askForMissed(self: Self, out: To): void {
    const all = (replicas ?? membersOf(self.configurations)).filter((node) => node !== self.id);
    const { proposer } = self.leading;
    const whom = isServer && proposer !== "" && proposer !== self.id ? [proposer] : all;
    for (const node of whom) out.send(node, { kind: "learn", slot: self.slotOut });
  }

  /** Send what was decided from that slot on, or the state where that is forgotten. */
  function catchUp(self: Self, slot: Slot, to: NodeId, out: To): void {
    const commands: Command<C>[] = [];
    for (let next = slot; next < self.slotOut; next++) {
      const command = self.decisions.get(next);
      if (!command) {
        const { state, epoch } = self;
        return out.send(to, { kind: "snapshot", start: startOf(self), state, sessions: clone(self.sessions), epoch });
      }
      commands.push(command);
    }
    if (commands.length > 0) out.send(to, { kind: "log", slot, commands });
  }

  function keepTrying(self: Self, out: To): void {
    if (self.retryingAt !== null) return;
    self.retryingAt = self.slotOut;
    out.setTimer({ kind: "retry" }, retryAfter);
  }

  function startOf({ slotOut, configurations }: Self): Start {
    return { slot: slotOut, configurations };
  }

  return {
    name: "replica",
    durable: ["checkpoint"],
    init: (id) => ({
      id,
      checkpoint: {
        [shared]: true, slotOut: 1, state: machine.initial, sessions: new Map(), epoch: 0, configurations: [{ from: 1, acceptors }],
      },
      slotIn: 1,
      slotOut: 1,
      state: machine.initial,
      sessions: new Map(),
      epoch: 0,
      configurations: [{ from: 1, acceptors }],
      requests: [],
      proposals: new Map(),
      decisions: new Map(),
      newest: 0,
      asked: new Map(),
      calls: new Map(),
      reads: new Map(),
      leading: noBallot,
      retryingAt: null,
      isCheckpointing: false,
    }),

    // From the last checkpoint on, everything is learned and performed again.
    start(self, out) {
      const { slotOut, state, sessions, epoch, configurations } = self.checkpoint;
      Object.assign(self, { slotIn: slotOut, slotOut, state, sessions: clone(sessions), epoch, configurations });
      if (isServer && self.slotOut > 1) out.send(self.id, { kind: "jumped", start: startOf(self) });
    },

    request: {
      command(self, { operation, epoch }, call, out) {
        if (!expect(self, call, "outside", out)) return;
        want(self, { kind: "operation", call, operation, ...(epoch === undefined ? {} : { epoch }) }, out);
      },

      reconfigure(self, { acceptors }, call, out) {
        const replaces = self.configurations.at(-1)!.from;
        if (expect(self, call, "outside", out)) want(self, { kind: "reconfigure", call, acceptors, replaces }, out);
      },

      read(self, { operation }, call, out) {
        if (!expect(self, call, "outside", out)) return;
        if (reads === "log") return want(self, { kind: "operation", call, operation }, out);
        if (reads === "local") return tryRead(self, call, operation, 1, out);
        self.reads.set(call, { operation, slot: null });
        askLeader(self, call, out);
        keepTrying(self, out);
      },

      epoch(self, _, call, out) {
        out.reply(call, { kind: "epoch", epoch: self.epoch });
      },
    },

    receive: {
      // A client asks by a message, as in the paper, and mostly all replicas at once.
      request(self, { call, operation }, from, out) {
        if (expect(self, call, from, out)) want(self, { kind: "operation", call, operation }, out);
      },

      // Another replica asks on behalf of its client, because the leader is here.
      forward(self, { command }, _, out) {
        if (!("call" in command) || recall(self.sessions, command.call).kind !== "new") return; // it will hear of it
        if (mayPropose(self)) want(self, command, out);
      },

      decision(self, { slot, command }, _, out) {
        decided(self, slot, command, out);
      },

      // The leader's question for votes tells who leads, and, where notices are piggy-backed, what was decided before.
      p2a(self, { ballot, slot, command, decided: end }, _, out) {
        follow(self, ballot, out);
        if (end === undefined) return;
        if (slot >= self.slotOut && !isBefore(ballot, self.leading)) self.asked.set(slot, { slot, ballot, command });
        settle(self, ballot, end, out);
      },

      heartbeat(self, { ballot, decided: end }, _, out) {
        follow(self, ballot, out);
        settle(self, ballot, end, out);
      },

      serve(self, { call, slot }, _, out) {
        const read = self.reads.get(call);
        if (!read || read.slot !== null) return;
        if (slot !== null) return tryRead(self, call, read.operation, slot, out);
        self.reads.delete(call);
        want(self, { kind: "operation", call, operation: read.operation }, out);
      },

      learn(self, { slot }, from, out) {
        catchUp(self, slot, from, out);
      },

      log(self, { slot, commands }, _, out) {
        commands.forEach((command, i) => {
          if (isServer) out.send(self.id, { kind: "decision", slot: slot + i, command });
          else decided(self, slot + i, command, out);
        });
      },

      // Take another's state in the place of what was missed.
      snapshot(self, { start: { slot, configurations }, state, sessions, epoch }, _, out) {
        if (slot <= self.slotOut) return;
        self.slotOut = slot;
        self.state = state;
        self.sessions = clone(sessions);
        self.epoch = epoch;
        self.configurations = configurations;
        for (const map of [self.decisions, self.asked]) for (const old of map.keys()) if (old < slot) map.delete(old);
        for (const [old, proposal] of self.proposals) {
          if (old >= slot) continue;
          self.proposals.delete(old);
          if (proposal.kind !== "no-op") self.requests.push(proposal);
        }
        for (const call of [...self.calls.keys()]) {
          const before = recall(self.sessions, call);
          if (before.kind === "answered") answer(self, call, before.result, out);
        }
        const isOpen = (command: Command<C>): boolean => !("call" in command) || recall(self.sessions, command.call).kind === "new";
        self.requests = self.requests.filter(isOpen);
        if (isServer) out.send(self.id, { kind: "jumped", start: startOf(self) });
        performAll(self, out);
      },
    },

    timeout: {
      // No progress: a message was lost, or the leader.
      retry(self, _, out) {
        const isStuck = self.retryingAt === self.slotOut;
        self.retryingAt = null;
        if (self.requests.length === 0 && self.proposals.size === 0 && self.reads.size === 0 && !hasGap(self)) return;
        keepTrying(self, out);
        if (!isStuck) return;
        if (hasGap(self)) askForMissed(self, out);
        if (mayPropose(self)) {
          // A slot that nobody wants, before one that is decided, is given to nobody.
          for (let slot = self.slotOut; !leavesHoles && slot <= self.newest && slot < self.slotOut + window; slot++) {
            if (!self.decisions.has(slot) && !self.proposals.has(slot)) self.proposals.set(slot, { kind: "no-op" });
          }
          for (const [slot, command] of self.proposals) propose(self, slot, command, out);
        }
        sendAll(self, out);
      },

      // What is on disk, a majority of the replicas need not be told again (section 4.2).
      checkpoint(self, _, out) {
        self.isCheckpointing = false;
        self.configurations = configurationsFrom(self.configurations, self.slotOut);
        for (const slot of self.decisions.keys()) if (slot < self.checkpoint.slotOut) self.decisions.delete(slot);
        const { slotOut, state, epoch, configurations } = self;
        self.checkpoint = { [shared]: true, slotOut, state, sessions: clone(self.sessions), epoch, configurations };
        out.persist();
        const whom = leaders ?? (self.leading.proposer === "" ? [] : [self.leading.proposer]);
        for (const leader of whom) out.send(leader, { kind: "checkpoint", start: startOf(self) });
      },
    },
  };
}
