import type { NodeId } from "../../core/role.js";
import { digestOf, type Signed } from "../keys.js";
import { isAuthentic, isProposal, primaryOf } from "./certificates.js";
import { takeCheckpoint } from "./checkpoints.js";
import { endPatience, isInWindow, isPrimary, isWaiting, nameOf, setPatience, setStatus, slotOf, tellOthers } from "./local.js";
import type { Commit, LastReply, PrePrepare, Prepare, Request } from "./messages.js";
import type { Settings } from "./settings.js";
import type { Replica, ReplicaOut } from "./state.js";

/*
 * The normal case (Castro and Liskov 1999, section 4.2): a request gets a number, is prepared, is committed, is executed.
 */

// --- Requests ------------------------------------------------------------------------------------------------------

/** A client asks, or another replica passes on what it was asked. */
export function request(settings: Settings, self: Replica, message: Signed<Request>, from: NodeId, out: ReplicaOut): void {
  if (!isAuthentic(settings, message)) return;
  const last = self.replies.get(message.client);
  // If it has processed the request, it sends the reply again (section 4.1); an earlier one is forgotten.
  if (last && message.timestamp < last.timestamp) return;
  if (last && message.timestamp === last.timestamp) return reply(self, message.client, last, false, out);
  if (message.readOnly) {
    self.reads.push(message);
    return answerReads(settings, self, out);
  }
  awaitIt(settings, self, message, out);
  if (isPrimary(settings, self)) propose(settings, self, out);
  // "Otherwise, if the replica is not the primary, it relays the request to the primary."
  else if (self.isActive && from === message.client) out.send(primaryOf(settings, self.view), message);
}

/** The request is to be executed, and a backup's patience begins to run out. */
function awaitIt(settings: Settings, self: Replica, message: Signed<Request>, out: ReplicaOut): void {
  self.waiting.set(nameOf(message), message);
  setPatience(settings, self, out);
  setStatus(settings, self, out);
}

// --- The three phases ----------------------------------------------------------------------------------------------

/** The primary gives numbers to what waits, as far as the window and the limits go. */
export function propose(settings: Settings, self: Replica, out: ReplicaOut): void {
  if (!self.isActive || !isPrimary(settings, self)) return;
  const numbered = new Set<string>();
  for (const { prePrepare } of self.slots.values()) for (const message of prePrepare?.requests ?? []) numbered.add(nameOf(message));
  let queue = [...self.waiting.values()].filter((message) => !numbered.has(nameOf(message)));
  while (queue.length > 0 && isInWindow(settings, self, self.sequence + 1) && self.sequence - self.executed < settings.inFlight) {
    const requests = queue.slice(0, settings.maxBatch);
    queue = queue.slice(settings.maxBatch);
    const n = (self.sequence += 1);
    const message = settings.keys.pen(self.id).sign({ kind: "prePrepare" as const, view: self.view, n, digest: digestOf(requests), requests });
    slotOf(self, n).prePrepare = message;
    tellOthers(settings, self, message, out);
    advance(settings, self, n, out);
  }
}

/** "A backup accepts the pre-prepare message provided …" (section 4.2). */
export function prePrepare(settings: Settings, self: Replica, message: Signed<PrePrepare>, from: NodeId, out: ReplicaOut): void {
  if (isEarly(settings, self, message, from)) return;
  if (message.view !== self.view || !isInWindow(settings, self, message.n)) return;
  if (message.signer === self.id || !isProposal(settings, message)) return;
  const known = slotOf(self, message.n).prePrepare;
  // "It has not accepted a pre-prepare message for view v and sequence number n containing a different digest."
  if (known && (settings.rules.refusesSecond || known.digest === message.digest)) return;
  if (known) slotOf(self, message.n).commits.delete(self.id);
  for (const asked of message.requests) {
    const last = self.replies.get(asked.client);
    if (!last || last.timestamp < asked.timestamp) awaitIt(settings, self, asked, out);
  }
  accept(settings, self, message, out);
}

/** The backup takes the pre-prepare, and says so to all. */
export function accept(settings: Settings, self: Replica, message: Signed<PrePrepare>, out: ReplicaOut): void {
  const { view, n, digest } = message;
  const slot = slotOf(self, n);
  slot.prePrepare = message;
  if (message.signer !== self.id && settings.rules.prepares(settings) > 0) {
    const prepare = settings.keys.pen(self.id).sign({ kind: "prepare" as const, view, n, digest });
    slot.prepares.set(self.id, prepare);
    tellOthers(settings, self, prepare, out);
  }
  advance(settings, self, n, out);
}

/** A backup says that it has accepted a pre-prepare. */
export function prepare(settings: Settings, self: Replica, message: Signed<Prepare>, from: NodeId, out: ReplicaOut): void {
  if (message.signer !== from || isEarly(settings, self, message, from)) return;
  if (message.view !== self.view || !isInWindow(settings, self, message.n) || !settings.keys.verify(message)) return;
  if (!settings.replicas.includes(from) || from === primaryOf(settings, self.view)) return;
  slotOf(self, message.n).prepares.set(from, message);
  advance(settings, self, message.n, out);
}

/** A replica says that it has it prepared. */
export function commit(settings: Settings, self: Replica, message: Signed<Commit>, from: NodeId, out: ReplicaOut): void {
  if (message.signer !== from || isEarly(settings, self, message, from)) return;
  if (message.view !== self.view || !isInWindow(settings, self, message.n) || !settings.keys.verify(message)) return;
  if (!settings.replicas.includes(from)) return;
  slotOf(self, message.n).commits.set(from, message);
  advance(settings, self, message.n, out);
}

/** See how far number n is now. */
function advance(settings: Settings, self: Replica, n: number, out: ReplicaOut): void {
  const slot = slotOf(self, n);
  const { prePrepare } = slot;
  if (!prePrepare) return;
  const { view, digest } = prePrepare;
  const agree = <M extends Prepare | Commit>(votes: ReadonlyMap<NodeId, Signed<M>>): Signed<M>[] => [...votes.values()].filter((vote) => vote.digest === digest);
  const prepares = agree(slot.prepares);
  if (prepares.length < settings.rules.prepares(settings)) return;
  if (!slot.commits.has(self.id)) {
    self.prepared.set(n, { prePrepare, prepares: prepares.slice(0, settings.rules.prepares(settings)) });
    const message = settings.keys.pen(self.id).sign({ kind: "commit" as const, view, n, digest });
    slot.commits.set(self.id, message);
    tellOthers(settings, self, message, out);
  }
  const commits = agree(slot.commits);
  if (commits.length >= settings.rules.commits(settings)) self.committed.set(n, { kind: "committed", prePrepare, commits });
  executeAll(settings, self, out);
}

/** A message for a view that has not begun here waits until it does; each sender may have a window's worth of them. */
function isEarly(settings: Settings, self: Replica, message: Replica["early"][number]["message"], from: NodeId): boolean {
  if (message.view < self.view || (message.view === self.view && self.isActive)) return false;
  if (self.early.filter((other) => other.from === from).length < 3 * settings.window) self.early.push({ from, message });
  return true;
}

/** After a step that may have begun a view: what came early, and what waits. */
export function goOn(settings: Settings, self: Replica, out: ReplicaOut): void {
  if (self.isActive && self.early.length > 0) {
    const { early } = self;
    self.early = [];
    for (const { from, message } of early) {
      switch (message.kind) {
        case "prePrepare":
          prePrepare(settings, self, message, from, out);
          break;
        case "prepare":
          prepare(settings, self, message, from, out);
          break;
        case "commit":
          commit(settings, self, message, from, out);
          break;
      }
    }
  }
  executeAll(settings, self, out);
}

// --- Execution -----------------------------------------------------------------------------------------------------

/** Execute what is committed, number by number, and answer. */
export function executeAll(settings: Settings, self: Replica, out: ReplicaOut): void {
  let isNews = false;
  for (let next = self.committed.get(self.executed + 1); next; next = self.committed.get(self.executed + 1)) {
    isNews = true;
    const { n, digest, requests } = next.prePrepare;
    const before = self.tentative;
    const after = before?.n === n ? before : perform(settings, self, next.prePrepare, false, out);
    self.tentative = null;
    self.executed = n;
    self.state = after.state;
    self.replies = new Map(after.replies);
    for (const message of requests) self.waiting.delete(nameOf(message));
    out.decide({ n, digest, operations: requests.map(({ operation }) => operation) });
    if (n % settings.checkpointEvery === 0) takeCheckpoint(settings, self, out);
  }
  for (const [name, { client, timestamp }] of self.waiting) if ((self.replies.get(client)?.timestamp ?? 0) >= timestamp) self.waiting.delete(name);
  if (isNews) {
    self.misses = 0;
    if (self.isActive) endPatience(self, out); // it begins anew for what still waits
  }
  if (settings.tentative) executeTentatively(settings, self, out);
  answerReads(settings, self, out);
  propose(settings, self, out);
  setPatience(settings, self, out);
  if (!isWaiting(self)) {
    if (self.patience === "request") endPatience(self, out);
    if (self.isAsking) out.cancelTimer({ kind: "status" });
    self.isAsking = false;
  } else setStatus(settings, self, out);
}

/** A request may be executed as soon as it is prepared and all before it are committed and executed (section 5.1). */
function executeTentatively(settings: Settings, self: Replica, out: ReplicaOut): void {
  const n = self.executed + 1;
  const certificate = self.prepared.get(n);
  if (!self.isActive || self.tentative || certificate?.prePrepare.view !== self.view) return;
  self.tentative = perform(settings, self, certificate.prePrepare, true, out);
}

/** What the requests make of the state and of the last answers. Each is performed once, whatever number it has. */
function perform(settings: Settings, self: Replica, { n, requests }: PrePrepare, tentative: boolean, out: ReplicaOut): NonNullable<Replica["tentative"]> {
  const replies = new Map(self.replies);
  let { state } = self;
  for (const { operation, client, timestamp } of requests) {
    const last = replies.get(client);
    if (last && timestamp < last.timestamp) continue;
    if (!last || timestamp > last.timestamp) {
      const applied = settings.machine.apply(state, operation);
      state = applied.state;
      replies.set(client, { timestamp, result: applied.result });
    }
    reply(self, client, replies.get(client)!, tentative, out);
  }
  return { n, state, replies };
}

function reply(self: Replica, client: NodeId, { timestamp, result }: LastReply, tentative: boolean, out: ReplicaOut): void {
  out.send(client, { kind: "reply", view: self.view, timestamp, result, tentative });
}

/** A read shows a state in which everything is committed (section 5.1). */
function answerReads({ machine }: Settings, self: Replica, out: ReplicaOut): void {
  if (self.tentative) return;
  for (const { client, timestamp, operation } of self.reads) {
    out.send(client, { kind: "reply", view: self.view, timestamp, result: machine.apply(self.state, operation).result, tentative: true });
  }
  self.reads = [];
}
