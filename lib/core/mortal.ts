import type { AnyRole, NodeId, Out, Role, Tagged } from "./role.js";
import { boot, type Fields, type Input, step } from "./step.js";

/** A failure detector's report that a node has crashed. It is never wrong. */
export interface Down {
  readonly kind: "down";
  readonly node: NodeId;
}

/** A node that can die on request. */
export interface Mortal {
  readonly id: NodeId;
  /** The state of the role that it plays; null while it is dead. */
  inner: object | null;
  /** What is left of it in a crash. */
  disk: Fields;
  /** It will die at its next write, when that is on disk and before anything that waits for it. */
  doomed: boolean;
  /** How many more messages it sends before it dies; null if it does not die among its messages. */
  left: number | null;
}

/** "die": now, at the next write to disk, or when it would send one more message than these. "rise": boot from the disk. */
export type Fate =
  | { readonly kind: "die"; readonly when?: "now" | "at the next write" | { readonly afterSends: number } }
  | { readonly kind: "rise" };

export type MortalSignature = {
  state: Mortal;
  requests: Tagged;
  receives: Tagged;
  sends: Tagged;
  decides: unknown;
  replies: unknown;
};

/**
 * A node in a world with a perfect failure detector: when it dies, which it does on request, all the nodes that `tells`
 * names get the message `down`, and nobody gets one about a node that lives. For the explorer, whose own crashes nobody
 * is told of, and whose time-outs may come at any time: that is right for a network without bounds on delays, but a
 * protocol for a synchronous network (同步网络) trusts its time-outs.
 *
 * 1. The report may be faster than what the node has sent before it died. Protocols must not mind.
 * 2. The role's timers never fire: whatever they are for, the detector does.
 * 3. Writes that nobody waited for are lost in a crash.
 * 4. A node that dies before it has written anything does not rise: it could take part in what begins later, and the
 *    report of its death, still under way, would be wrong by then.
 */
export function mortal(role: AnyRole, tells: readonly NodeId[]): Role<MortalSignature> {
  function run(self: Mortal, input: Input, out: Out<MortalSignature>): void {
    if (self.inner === null) return;
    for (const effect of step(role, self.inner, input) ?? []) {
      switch (effect.kind) {
        case "send":
          if (self.left === 0) return die(self, out);
          if (self.left !== null) self.left -= 1;
          out.send(effect.to, effect.message);
          break;
        case "decide":
          out.decide(effect.outcome);
          break;
        case "reply":
          out.reply(effect.call, effect.result);
          break;
        case "write":
          if (!effect.flush) break;
          self.disk = effect.fields;
          if (self.doomed) return die(self, out);
          break;
        case "setTimer":
        case "cancelTimer":
          break;
      }
    }
  }

  function die(self: Mortal, out: Out<MortalSignature>): void {
    self.inner = null;
    self.doomed = false;
    self.left = null;
    for (const node of tells) if (node !== self.id) out.send(node, { kind: "down", node: self.id } as Tagged);
  }

  const receive = Object.keys(role.receive).map((kind) => [
    kind,
    (self: Mortal, message: Tagged, from: NodeId, out: Out<MortalSignature>) => run(self, { kind: "message", from, message }, out),
  ]);
  const request = Object.keys(role.request).map((kind) => [
    kind,
    (self: Mortal, asked: Tagged, call: never, out: Out<MortalSignature>) => run(self, { kind: "request", call, request: asked }, out),
  ]);
  return {
    name: role.name,
    durable: [],
    init: (id) => ({ id, inner: role.init(id), disk: {}, doomed: false, left: null }),
    start: (self, out) => run(self, { kind: "start" }, out),
    timeout: {},
    receive: Object.fromEntries(receive),
    request: {
      ...Object.fromEntries(request),
      die(self: Mortal, { when = "now" }: Fate & { kind: "die" }, _: never, out: Out<MortalSignature>) {
        if (self.inner === null) return;
        if (when === "now") die(self, out);
        else if (when === "at the next write") self.doomed = true;
        else self.left = when.afterSends;
      },
      rise(self: Mortal, _: Tagged, __: never, out: Out<MortalSignature>) {
        if (self.inner !== null || Object.keys(self.disk).length === 0) return;
        self.inner = boot(role, self.id, self.disk);
        run(self, { kind: "start" }, out);
      },
    },
  };
}
