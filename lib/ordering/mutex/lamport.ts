import type { NodeId, Out, Role } from "../../core/role.js";
import { isEarlier, type LamportTime } from "../clocks/lamport.js";
import { type Ask, type Contender, contending, type ContenderOptions, type Entry, outside } from "./contender.js";

/** "I have your request, and all that I ask from now on is later." */
export interface Answer {
  readonly kind: "answer";
  readonly stamp: LamportTime;
}

/** "I have left." */
export interface Release {
  readonly kind: "release";
  readonly stamp: LamportTime;
}

export interface LamportContender extends Contender {
  /** All requests known, own ones too, by node. */
  readonly queue: Map<NodeId, LamportTime>;
  /** The time of the last message from each node. */
  readonly heard: Map<NodeId, LamportTime>;
}

export type LamportMutexSignature = {
  state: LamportContender;
  requests: { readonly kind: "enter" };
  receives: Ask | Answer | Release;
  sends: Ask | Answer | Release;
  timers: { readonly kind: "leave" };
  decides: Entry;
  replies: "left";
};

/**
 * Mutual exclusion (互斥) without a coordinator (Lamport 1978, section "Ordering the Events Totally"): everybody keeps a
 * queue of all requests in their total order, and enters when its own is the first and something later has come from
 * everybody. 3 (n - 1) messages for an entry. For links that keep the order of messages (`links`).
 *
 * @throws RangeError unless `nodes` are different names
 */
export function lamportMutex(given: ContenderOptions): Role<LamportMutexSignature> {
  const { others, stay } = contending("lamportMutex", given);
  type Self = LamportContender;
  type Sink = Out<LamportMutexSignature>;

  function next(self: Self): LamportTime {
    self.time += 1;
    return { time: self.time, node: self.id };
  }

  function hear(self: Self, from: NodeId, stamp: LamportTime): void {
    self.time = Math.max(self.time, stamp.time);
    self.heard.set(from, stamp);
  }

  // Rule 1. Put the request on the own queue, and send it to every other process.
  function ask(self: Self, out: Sink): void {
    const [call, ...rest] = self.calls;
    if (self.phase.kind !== "outside" || call === undefined) return;
    const stamp = next(self);
    self.calls = rest;
    self.phase = { kind: "waiting", stamp, call };
    self.queue.set(self.id, stamp);
    for (const node of others(self)) out.send(node, { kind: "ask", stamp });
    tryToEnter(self, out);
  }

  // Rule 5. Enter when the own request is before all others in the queue, and a later message has come from everybody.
  function tryToEnter(self: Self, out: Sink): void {
    if (self.phase.kind !== "waiting") return;
    const { stamp, call } = self.phase;
    if ([...self.queue.values()].some((other) => isEarlier(other, stamp))) return;
    if (!others(self).every((node) => self.heard.has(node) && isEarlier(stamp, self.heard.get(node)!))) return;
    self.phase = { kind: "inside", stamp, call };
    out.decide({ enters: stamp });
    out.setTimer({ kind: "leave" }, stay);
  }

  return {
    name: "Lamport's contender",
    durable: [],
    init: (id) => ({ ...outside(id), queue: new Map(), heard: new Map() }),
    request: {
      enter(self, _, call, out) {
        self.calls = [...self.calls, call];
        ask(self, out);
      },
    },
    timeout: {
      // Rule 3. Remove the request from the queue, and tell every other process.
      leave(self, _, out) {
        if (self.phase.kind !== "inside") return;
        const { call } = self.phase;
        self.phase = { kind: "outside" };
        self.queue.delete(self.id);
        const stamp = next(self);
        for (const node of others(self)) out.send(node, { kind: "release", stamp });
        out.reply(call, "left");
        ask(self, out);
      },
    },
    receive: {
      // Rule 2. Put it on the queue, and answer with a later timestamp.
      ask(self, { stamp }, from, out) {
        hear(self, from, stamp);
        self.queue.set(from, stamp);
        out.send(from, { kind: "answer", stamp: next(self) });
        tryToEnter(self, out);
      },
      answer(self, { stamp }, from, out) {
        hear(self, from, stamp);
        tryToEnter(self, out);
      },
      // Rule 4. Remove its request from the queue.
      release(self, { stamp }, from, out) {
        hear(self, from, stamp);
        self.queue.delete(from);
        tryToEnter(self, out);
      },
    },
  };
}
