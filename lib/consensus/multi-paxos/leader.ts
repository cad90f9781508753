import { finite, flag, integer, nodeNames, oneOf, options, show } from "../../core/parameters.js";
import { majority } from "../../core/quorum.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { type Ballot, isBefore, isSame, noBallot } from "../paxos/ballot.js";
import type { Commander } from "./commander.js";
import {
  type Configuration, configurationAt, configurationsFrom, isQuorum, membersOf, reconfigured, withConfiguration,
} from "./configuration.js";
import {
  type Ask, type Checkpoint, type Command, type Decision, type Forget, type Granted, type Heartbeat, isSameCommand,
  type Jumped, type P1a, type P1b, type P2a, type P2b, type Preempted, type Propose, type Serve, type Slot, type Start,
} from "./messages.js";
import { boundTo, newScout, notePromise, type Scout } from "./scout.js";

/** What a leader knows. Only the two fields about its own ballots survive a crash. */
export interface Leader<C> {
  readonly id: NodeId;
  /** The highest round that it has used or heard of. */
  round: number;
  /** Whether it has ever opened a ballot. Kept apart from the rest, so that a lost disk is told from a new one. */
  hasCampaigned: boolean;
  /** The ballot that it opened last. */
  ballot: Ballot;
  /** Whether it follows another, asks for promises, or leads ("active" in the paper). */
  phase: "passive" | "scouting" | "active";
  /** The highest ballot of somebody else that it has heard of. */
  heard: Ballot;
  /** How long it waits at least for a sign of another leader, in ms. It grows when leaders collide. */
  patience: number;
  /** Phase 1 of its ballot. */
  scout: Scout<C>;
  /** What replicas want in which slot; the paper's proposals. */
  readonly wishes: Map<Slot, Command<C>>;
  /** Phase 2 of its ballot, slot by slot. */
  readonly commanders: Map<Slot, Commander<C>>;
  /** What it knows to be decided, as far as nobody has said that it may be forgotten. */
  readonly decided: Map<Slot, Command<C>>;
  /** The first slot that it does not know to be decided. */
  floor: Slot;
  /** Every slot before this one is to be filled, if need be with a no-op. */
  end: Slot;
  /** Once every slot before this one is decided, nothing of the leaders before it is open any more. */
  readyAt: Slot;
  /** Who decides which slots, for every slot before `floor` plus the window. */
  electorates: readonly Configuration[];
  /** When the heartbeats were sent for which acceptors have granted a lease, by the leader's own clock, in ms. */
  readonly grants: Map<NodeId, number>;
  /** What each replica's disk holds. */
  readonly checkpoints: Map<NodeId, Start>;
  /** Every slot before this start may be forgotten. */
  forgotten: Start;
  /** Whether the timer `resend` is set. */
  isResending: boolean;
}

export type LeaderSignature<C> = {
  state: Leader<C>;
  receives:
    | Propose<C> | P1b<C> | P2a<C> | P2b | Preempted | Decision<C> | Heartbeat | Granted | Ask | Checkpoint | Forget | Jumped;
  timers: { readonly kind: "election" } | { readonly kind: "heartbeat" } | { readonly kind: "resend" };
  sends: P1a | P2a<C> | Decision<C> | Heartbeat | Serve | Forget;
};

export interface LeaderOptions {
  /** The acceptors of the first configuration. */
  readonly acceptors: readonly NodeId[];
  /** Whom it tells what is decided. By default the acceptors of all configurations, which are replicas and leaders, too. */
  readonly replicas?: readonly NodeId[];
  /** The other leaders, to whom it shows that it is alive. They need not be named where each server is a leader. */
  readonly leaders?: readonly NodeId[];
  /** Who opens a ballot as soon as it boots for the first time. By default every leader, as in the paper. */
  readonly first?: NodeId;
  /** How many slots may be under way at a time; the paper's WINDOW. By default 16. The same for replicas and leaders. */
  readonly window?: number;
  /** How often a leader shows that it is alive, in ms. By default 50. */
  readonly heartbeatMs?: number;
  /**
   * How long the others wait for such a sign: at random between once and twice their patience, which is between these
   * two, in ms. By default [150, 2400]. Each time that another leader's ballot beats its own, a leader doubles its
   * patience; each slot that it decides takes a hundredth of the least off again.
   */
  readonly patience?: readonly [least: number, most: number];
  /** How long it waits for votes before it asks again, in ms. By default 100. */
  readonly resendAfter?: number;
  /** "at once": a message to each replica for each slot. "piggy-backed": with the next question for votes or heartbeat. */
  readonly notices?: "at once" | "piggy-backed";
  /** How long a lease lasts, in ms: the same as the acceptors'. By default there are no leases, and reads take a slot each. */
  readonly leaseMs?: number;
  /** By which share of a lease the clocks of two nodes may drift apart while it runs, from 0 to 1. By default 0.1. */
  readonly drift?: number;
  /** Whether a new leader enters its mastership in the log, which begins a new epoch. By default it does not. */
  readonly epochs?: boolean;
}

/**
 * The leader (领导者) of "Paxos Made Moderately Complex" (van Renesse and Altinbuken, 2015), figure 7, with its scouts
 * and commanders. Phase 1 is run once, for all slots from the first that it does not know to be decided (Lamport,
 * "Paxos Made Simple", 2001, section 3); after that each command takes phase 2 only.
 *
 * What the paper leaves to prose is here, too: questions are asked again when the network may have lost them; the
 * other leaders wait while one is alive, and have more patience after each collision (section 3); holes are filled
 * with no-ops ("Paxos Made Simple", section 3); the log changes the acceptors (section 2.1); what all need no more is
 * forgotten (section 4.2); and a lease lets it answer reads without a slot ("Paxos Made Live", section 5.2).
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function leader<C = any>(given: LeaderOptions): Role<LeaderSignature<C>> {
  return leaderWith({}, given);
}

/** Rules that a leader may be made to break. Only to show what happens then. */
export interface LeaderFaults {
  /** A new configuration counts from the next slot on, and not only when the window is past. */
  readonly reconfiguresAtOnce?: boolean;
  /** Slots that nobody wants are left open. */
  readonly leavesHoles?: boolean;
}

/** The leader with whatever rules broken. */
export function leaderWith<C = any>(
  { reconfiguresAtOnce = false, leavesHoles = false }: LeaderFaults,
  given: LeaderOptions,
): Role<LeaderSignature<C>> {
  const known = [
    "acceptors", "replicas", "leaders", "first", "window", "heartbeatMs", "patience", "resendAfter", "notices", "leaseMs",
    "drift", "epochs",
  ];
  const {
    acceptors, replicas, leaders = [], first, window = 16, heartbeatMs = 50, patience = [150, 2400], resendAfter = 100,
    notices = "at once", leaseMs = 0, drift = 0.1, epochs = false,
  } = options("leader", given, known);
  nodeNames("acceptors", acceptors);
  if (replicas) nodeNames("replicas", replicas);
  nodeNames("leaders", leaders, { min: 0 });
  integer("window", window, { min: 1 });
  finite("heartbeatMs", heartbeatMs, { min: 1 });
  checkPatience(patience);
  finite("resendAfter", resendAfter, { min: 1 });
  oneOf("notices", notices, ["at once", "piggy-backed"]);
  flag("epochs", epochs);
  finite("leaseMs", leaseMs);
  finite("drift", drift, { min: 0, max: 1 });
  /** Where each server plays all the parts, who is no acceptor any more leads no more. */
  const isServer = replicas === undefined;

  type Self = Leader<C>;
  type To = Out<LeaderSignature<C>>;

  // --- Becoming the leader -------------------------------------------------------------------------------------

  /** Open a ballot that was never used before: it must survive a crash before anybody hears of it. */
  function campaign(self: Self, out: To): void {
    self.round += 1;
    self.hasCampaigned = true;
    self.ballot = { round: self.round, proposer: self.id };
    self.phase = "scouting";
    self.scout = newScout();
    self.commanders.clear();
    self.grants.clear();
    out.persist();
    askForPromises(self, nearby(self), out);
    wait(self, out);
  }

  /** Phase 1a. */
  function askForPromises(self: Self, whom: readonly NodeId[], out: To): void {
    for (const acceptor of whom) {
      self.scout.asked.add(acceptor);
      out.send(acceptor, { kind: "p1a", ballot: self.ballot, slot: self.floor });
    }
  }

  /** Adopted: a quorum has joined, for the first open slot. Finish what others have begun, then lead. */
  function lead(self: Self, out: To): void {
    self.phase = "active";
    self.end = Math.max(self.end, 1 + greatest(self.scout.pvalues.keys()), 1 + greatest(self.decided.keys()), self.floor);
    for (const [slot, { kind }] of self.wishes) if (kind === "master") self.wishes.delete(slot); // of an earlier ballot
    if (epochs) self.wishes.set(self.end++, { kind: "master", ballot: self.ballot });
    self.readyAt = self.end;
    out.cancelTimer({ kind: "election" });
    if (isServer) out.send(self.id, signOfLife(self, out)); // what is beside it need not wait
    out.setTimer({ kind: "heartbeat" }, 0);
    moveOn(self, out);
  }

  /** Preempted: somebody has a later ballot. Let it lead, as long as it shows that it is alive. */
  function yieldTo(self: Self, ballot: Ballot, out: To): void {
    self.round = Math.max(self.round, ballot.round);
    if (isBefore(self.heard, ballot)) self.heard = ballot;
    if (self.phase === "passive") return wait(self, out);
    self.patience = Math.min(2 * self.patience, patience[1]);
    stepDown(self, out);
  }

  /** Somebody leads. Wait while that is so (section 3), unless it has not noticed yet that it was beaten. */
  function heed(self: Self, ballot: Ballot, from: NodeId, out: To): void {
    if (from === self.id || isBefore(ballot, self.heard)) return;
    if (self.phase === "passive" || isBefore(self.ballot, ballot)) yieldTo(self, ballot, out);
  }

  function stepDown(self: Self, out: To): void {
    if (self.phase === "active") out.cancelTimer({ kind: "heartbeat" });
    self.phase = "passive";
    self.scout = newScout();
    self.commanders.clear();
    self.grants.clear();
    if (self.isResending) out.cancelTimer({ kind: "resend" });
    self.isResending = false;
    wait(self, out);
  }

  function wait(self: Self, out: To): void {
    out.setTimer({ kind: "election" }, [self.patience, 2 * self.patience]);
  }

  /** Who decides the slots at hand: one configuration, or two where a new one is near. */
  function nearby(self: Self): readonly NodeId[] {
    return membersOf(configurationsFrom(self.electorates, self.floor));
  }

  /** Whether a quorum of each of them has joined the ballot. */
  function isPromised(self: Self): boolean {
    return configurationsFrom(self.electorates, self.floor).every((each) => isQuorum(each, self.scout.promises));
  }

  function signOfLife(self: Self, out: To): Heartbeat {
    return { kind: "heartbeat", ballot: self.ballot, decided: self.floor, sentAt: out.clock() };
  }

  function mayLead(self: Self): boolean {
    if (self.hasCampaigned && self.round === 0) return false; // the disk is lost, and with it which ballots were used
    return !isServer || configurationAt(self.electorates, self.floor).acceptors.includes(self.id);
  }

  // --- Leading -------------------------------------------------------------------------------------------------

  /** Go through all slots that may be worked at. */
  function work(self: Self, out: To): void {
    for (let slot = self.floor; slot < self.floor + window; slot++) workAt(self, slot, out);
  }

  /** Phase 2a: if there is something to do in this slot, set a commander on it. */
  function workAt(self: Self, slot: Slot, out: To): void {
    // Beyond the window, who decides is not known yet.
    if (slot < self.floor || slot >= self.floor + window || self.decided.has(slot) || self.commanders.has(slot)) return;
    const configuration = configurationAt(self.electorates, slot);
    if (!isQuorum(configuration, self.scout.promises)) return;
    // What others may have decided comes before what replicas want; nothing comes last, but leaves no hole.
    const wanted = boundTo(self.scout, slot) ?? self.wishes.get(slot);
    if (wanted === undefined && (slot >= self.end || leavesHoles)) return;
    const command = wanted ?? { kind: "no-op" };
    self.commanders.set(slot, { command, acceptors: configuration.acceptors, votes: new Set(), isLate: false });
    askForVotes(self, slot, configuration.acceptors, command, out);
    keepAsking(self, out);
  }

  function askForVotes(self: Self, slot: Slot, voters: readonly NodeId[], command: Command<C>, out: To): void {
    const message: P2a<C> = { kind: "p2a", ballot: self.ballot, slot, command };
    const withNotice: P2a<C> = notices === "piggy-backed" ? { ...message, decided: self.floor } : message;
    for (const acceptor of voters) out.send(acceptor, withNotice);
  }

  function keepAsking(self: Self, out: To): void {
    if (self.isResending) return;
    self.isResending = true;
    out.setTimer({ kind: "resend" }, resendAfter);
  }

  /** Tell the replicas. Where notices are piggy-backed, others than the one beside this leader wait for the next message. */
  function announce(self: Self, slot: Slot, command: Command<C>, out: To): void {
    self.patience = Math.max(patience[0], self.patience - patience[0] / 100);
    learn(self, slot, command, out);
    for (const replica of replicas ?? membersOf(self.electorates)) {
      if (notices === "at once" || replica === self.id) out.send(replica, { kind: "decision", slot, command });
    }
  }

  // --- Knowing what is decided ---------------------------------------------------------------------------------

  function learn(self: Self, slot: Slot, command: Command<C>, out: To): void {
    if (slot < self.floor || self.decided.has(slot)) return;
    self.decided.set(slot, command);
    const commander = self.commanders.get(slot);
    self.commanders.delete(slot);
    const before = self.floor;
    for (let next = self.decided.get(self.floor); next; next = self.decided.get(self.floor)) pass(self, next);
    if (commander && !isSameCommand(commander.command, command)) stepDown(self, out);
    else if (self.floor > before) moveOn(self, out);
  }

  /** The floor passes a slot. A new configuration counts once the window is past; no-ops bring that about. */
  function pass(self: Self, command: Command<C>): void {
    const slot = self.floor++;
    self.wishes.delete(slot);
    if (command.kind !== "reconfigure") return;
    const from = slot + (reconfiguresAtOnce ? 1 : window);
    const before = self.electorates;
    self.electorates = reconfigured(before, command, from);
    if (self.electorates !== before) self.end = Math.max(self.end, from);
  }

  /**
   * Every slot before this start is decided, though we may not know how. Where we have asked for votes there, somebody else
   * may have had another command decided. To go on leading would be to tell the replicas that what we asked for was.
   */
  function jump(self: Self, { slot, configurations }: Start, out: To): void {
    if (slot <= self.floor) return;
    const isBeaten = [...self.commanders.keys()].some((asked) => asked < slot);
    for (const configuration of configurations) self.electorates = withConfiguration(self.electorates, configuration);
    while (self.floor < slot) {
      const command = self.decided.get(self.floor);
      if (command) pass(self, command);
      else self.wishes.delete(self.floor++);
    }
    for (let next = self.decided.get(self.floor); next; next = self.decided.get(self.floor)) pass(self, next);
    if (isBeaten) stepDown(self, out);
    else moveOn(self, out);
  }

  /** The window has moved: there are slots that may now be worked at, perhaps by other acceptors. */
  function moveOn(self: Self, out: To): void {
    if (self.phase === "passive") return;
    if (!mayLead(self)) return stepDown(self, out);
    const { asked } = self.scout;
    askForPromises(self, nearby(self).filter((acceptor) => !asked.has(acceptor)), out);
    if (!isPromised(self)) keepAsking(self, out);
    if (self.phase === "active") work(self, out);
  }

  /** What is on the disks of the replicas is decided, whether or not we know how, and nobody will ask about it. */
  function forget(self: Self, start: Start, out: To): void {
    if (start.slot <= self.forgotten.slot) return;
    self.forgotten = start;
    jump(self, start, out);
    for (const map of [self.decided, self.scout.pvalues]) {
      for (const slot of map.keys()) if (slot < start.slot) map.delete(slot);
    }
    self.electorates = configurationsFrom(self.electorates, start.slot);
  }

  // --- Leases --------------------------------------------------------------------------------------------------

  /** Whether no other leader can have a quorum now, if clocks drift no more than we think. */
  function holdsLease(self: Self, now: number): boolean {
    if (leaseMs === 0 || self.phase !== "active" || self.floor < self.readyAt) return false;
    const granting = new Set<NodeId>();
    for (const [acceptor, sentAt] of self.grants) if (now < sentAt + leaseMs * (1 - drift)) granting.add(acceptor);
    return configurationsFrom(self.electorates, self.floor).every((each) => isQuorum(each, granting));
  }

  return {
    name: "leader",
    durable: ["round", "hasCampaigned"],
    init: (id) => ({
      id,
      round: 0,
      hasCampaigned: false,
      ballot: noBallot,
      phase: "passive",
      heard: noBallot,
      patience: patience[0],
      scout: newScout(),
      wishes: new Map(),
      commanders: new Map(),
      decided: new Map(),
      floor: 1,
      end: 1,
      readyAt: 1,
      electorates: [{ from: 1, acceptors }],
      grants: new Map(),
      checkpoints: new Map(),
      forgotten: { slot: 1, configurations: [{ from: 1, acceptors }] },
      isResending: false,
    }),
    request: {},

    start(self, out) {
      if (!self.hasCampaigned && (first === undefined || first === self.id) && mayLead(self)) campaign(self, out);
      else wait(self, out);
    },

    receive: {
      // A replica wants this in the slot. The first such wish counts; who comes later is told what was decided.
      propose(self, { slot, command }, from, out) {
        const decided = self.decided.get(slot);
        if (decided) return out.send(from, { kind: "decision", slot, command: decided });
        if (slot < self.floor || self.wishes.has(slot)) return;
        self.wishes.set(slot, command);
        if (self.phase === "active") workAt(self, slot, out);
      },

      // Phase 1b arrives: with a quorum of promises, the ballot is adopted.
      p1b(self, message, from, out) {
        if (self.phase === "passive" || !isSame(message.ballot, self.ballot)) return;
        notePromise(self.scout, from, message);
        jump(self, message.start, out);
        const isAdopted = isQuorum(configurationAt(self.electorates, self.floor), self.scout.promises);
        if (self.phase === "scouting" && isAdopted) lead(self, out);
        else if (self.phase === "active") work(self, out);
      },

      // Phase 2b arrives. A quorum of votes in one ballot decides the slot.
      p2b(self, { ballot, slot }, from, out) {
        const commander = self.commanders.get(slot);
        if (!commander || !isSame(ballot, self.ballot)) return;
        const { command, acceptors, votes } = commander;
        if (isQuorum({ from: slot, acceptors }, votes.add(from))) announce(self, slot, command, out);
      },

      // Another ballot has got through to an acceptor. It may be one of our own, asked for after this one.
      preempted(self, { ballot }, _, out) {
        if (isBefore(self.ballot, ballot)) yieldTo(self, ballot, out);
      },

      // Somebody else has seen the votes.
      decision(self, { slot, command }, _, out) {
        learn(self, slot, command, out);
      },

      heartbeat(self, { ballot }, from, out) {
        heed(self, ballot, from, out);
      },

      // Where each server plays all the parts, the question that goes to the acceptor here says the same.
      p2a(self, { ballot }, from, out) {
        heed(self, ballot, from, out);
      },

      granted(self, { ballot, sentAt }, from) {
        if (self.phase !== "active" || !isSame(ballot, self.ballot)) return;
        self.grants.set(from, Math.max(sentAt, self.grants.get(from) ?? sentAt));
      },

      // What was answered to anybody was decided, and we know of it: before us, since `readyAt` is reached; since then, by us.
      ask(self, { call }, from, out) {
        out.send(from, { kind: "serve", call, slot: holdsLease(self, out.clock()) ? self.floor : null });
      },

      // Once a majority of the replicas have it on disk, some of them always can tell the others (section 4.2).
      checkpoint(self, { start }, from, out) {
        self.checkpoints.set(from, start);
        const audience = replicas ?? nearby(self);
        const starts = audience.map((replica) => self.checkpoints.get(replica) ?? null);
        const held = starts.filter((each) => each !== null).sort((a, b) => b.slot - a.slot)[majority(audience.length) - 1];
        if (!held || held.slot <= self.forgotten.slot) return;
        for (const acceptor of membersOf(self.electorates)) out.send(acceptor, { kind: "forget", start: held });
        forget(self, held, out);
      },

      forget(self, { start }, _, out) {
        forget(self, start, out);
      },

      // The replica beside us has taken another's state.
      jumped(self, { start }, _, out) {
        jump(self, start, out);
      },
    },

    timeout: {
      // Nobody leads, or nobody answers.
      election(self, _, out) {
        if (mayLead(self)) campaign(self, out);
        else wait(self, out);
      },

      heartbeat(self, _, out) {
        const everybody = new Set([...nearby(self), ...(replicas ?? []), ...leaders]);
        if (!isServer) everybody.delete(self.id);
        const message = signOfLife(self, out);
        for (const node of everybody) out.send(node, message);
        out.setTimer({ kind: "heartbeat" }, heartbeatMs);
      },

      // Ask again those who have not answered for a while.
      resend(self, _, out) {
        self.isResending = false;
        if (self.phase === "passive") return;
        const { promises } = self.scout;
        if (!isPromised(self)) askForPromises(self, nearby(self).filter((acceptor) => !promises.has(acceptor)), out);
        for (const [slot, commander] of self.commanders) {
          if (commander.isLate) {
            const silent = commander.acceptors.filter((acceptor) => !commander.votes.has(acceptor));
            askForVotes(self, slot, silent, commander.command, out);
          }
          commander.isLate = true;
        }
        if (!isPromised(self) || self.commanders.size > 0) keepAsking(self, out);
      },
    },
  };
}

function greatest(slots: Iterable<Slot>): Slot {
  let most = 0;
  for (const slot of slots) if (slot > most) most = slot;
  return most;
}

function checkPatience(patience: unknown): void {
  if (!Array.isArray(patience) || patience.length !== 2) {
    throw new TypeError(`patience must be a pair [least, most] in ms, got ${show(patience)}`);
  }
  const least = finite("patience[0]", patience[0], { min: 1 });
  finite("patience[1]", patience[1], { min: least });
}
