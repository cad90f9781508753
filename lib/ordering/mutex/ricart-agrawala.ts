import type { NodeId, Out, Role } from "../../core/role.js";
import { isEarlier, type LamportTime } from "../clocks/lamport.js";
import { type Ask, type Contender, contending, type ContenderOptions, type Entry, outside } from "./contender.js";

/** "As far as I am concerned, enter." */
export interface Consent {
  readonly kind: "consent";
}

export interface PoliteContender extends Contender {
  /** Who has consented to the request at hand. */
  readonly consents: Set<NodeId>;
  /** Whom we let wait until we have left. */
  deferred: readonly NodeId[];
}

export type PoliteMutexSignature = {
  state: PoliteContender;
  requests: { readonly kind: "enter" };
  receives: Ask | Consent;
  sends: Ask | Consent;
  timers: { readonly kind: "leave" };
  decides: Entry;
  replies: "left";
};

/** Whether a contender lets another one wait: it is inside, or waits itself with an earlier request. */
export type DeferRule = (own: Contender["phase"], asked: LamportTime) => boolean;

/**
 * Mutual exclusion with consents (Ricart and Agrawala, An Optimal Algorithm for Mutual Exclusion in Computer Networks,
 * 1981): whoever is asked consents at once, unless it is inside or asked earlier itself; then it consents when it leaves.
 * That saves the releases: 2 (n - 1) messages for an entry, and links need not keep the order.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function ricartAgrawala(given: ContenderOptions): Role<PoliteMutexSignature> {
  return contenderDeferring((own, asked) => own.kind === "inside" || (own.kind === "waiting" && isEarlier(own.stamp, asked)), given);
}

/** The same with any rule for whom to let wait, sound or not. */
export function contenderDeferring(defers: DeferRule, given: ContenderOptions): Role<PoliteMutexSignature> {
  const { others, stay } = contending("ricartAgrawala", given);
  type Self = PoliteContender;
  type Sink = Out<PoliteMutexSignature>;

  function ask(self: Self, out: Sink): void {
    const [call, ...rest] = self.calls;
    if (self.phase.kind !== "outside" || call === undefined) return;
    self.time += 1;
    const stamp = { time: self.time, node: self.id };
    self.calls = rest;
    self.phase = { kind: "waiting", stamp, call };
    self.consents.clear();
    for (const node of others(self)) out.send(node, { kind: "ask", stamp });
    tryToEnter(self, out);
  }

  function tryToEnter(self: Self, out: Sink): void {
    if (self.phase.kind !== "waiting" || self.consents.size < others(self).length) return;
    const { stamp, call } = self.phase;
    self.phase = { kind: "inside", stamp, call };
    out.decide({ enters: stamp });
    out.setTimer({ kind: "leave" }, stay);
  }

  return {
    name: "Ricart and Agrawala's contender",
    durable: [],
    init: (id) => ({ ...outside(id), consents: new Set(), deferred: [] }),
    request: {
      enter(self, _, call, out) {
        self.calls = [...self.calls, call];
        ask(self, out);
      },
    },
    timeout: {
      leave(self, _, out) {
        if (self.phase.kind !== "inside") return;
        const { call } = self.phase;
        self.phase = { kind: "outside" };
        for (const node of self.deferred) out.send(node, { kind: "consent" });
        self.deferred = [];
        out.reply(call, "left");
        ask(self, out);
      },
    },
    receive: {
      ask(self, { stamp }, from, out) {
        self.time = Math.max(self.time, stamp.time);
        if (defers(self.phase, stamp)) self.deferred = [...self.deferred, from];
        else out.send(from, { kind: "consent" });
      },
      consent(self, _, from, out) {
        self.consents.add(from);
        tryToEnter(self, out);
      },
    },
  };
}
