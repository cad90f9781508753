import type { NodeId, Role, Signature } from "../../core/role.js";
import { broadcaster, type BroadcastOptions, type BroadcastSignature, nameOf, nodesOf } from "./broadcaster.js";
import { type Causal, type CausalData, causalWhen } from "./causal.js";
import { type Linked, linksWith } from "./links.js";
import type { Data } from "./reliable.js";
import { type Agreed, agreedTimes, type Final, type Proposal } from "./total.js";
import { type Uniform, uniformWhen } from "./uniform.js";

/*
 * Broadcasts with one rule broken. (Each level of the family also breaks the promise of the next one: FIFO broadcast is a
 * causal broadcast without vectors.)
 */

/** Delivers each copy that it hears of, and passes on only the first: no integrity. */
export function echoing(options: BroadcastOptions): Role<BroadcastSignature<{ readonly seen: Set<string> }, Data>> {
  return broadcaster<{ readonly seen: Set<string> }, Data>(nodesOf("echoing", options), {
    name: "echoing broadcast",
    init: () => ({ seen: new Set() }),
    broadcast(self, post, out) {
      self.seen.add(nameOf(post));
      out.deliver(post);
      out.toOthers({ kind: "data", post });
    },
    receive: {
      data(self, { post }, _, out) {
        out.deliver(post);
        if (self.seen.has(nameOf(post))) return;
        self.seen.add(nameOf(post));
        out.toOthers({ kind: "data", post });
      },
    },
  });
}

/** Delivers as soon as it has passed the post on, without waiting for a majority: uniform agreement fails. */
export function hastyUniform(options: BroadcastOptions): Role<BroadcastSignature<Uniform, Data>> {
  return uniformWhen(nodesOf("hastyUniform", options), () => true);
}

/** Looks only at the entry of the sender: FIFO order, and no more. */
export function narrowCausal(options: BroadcastOptions): Role<BroadcastSignature<Causal, CausalData>> {
  const rule = ({ post, knows }: CausalData, delivered: Readonly<Record<string, number>>): boolean => (knows[post.from] ?? 0) <= (delivered[post.from] ?? 0);
  return causalWhen(nodesOf("narrowCausal", options), rule, false);
}

/** Takes the first proposal for the latest: a post can get a time before one that was delivered already. */
export function hastyTimes(options: BroadcastOptions): Role<BroadcastSignature<Agreed, Data | Proposal | Final>> {
  const sound = agreedTimes(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      proposal(self, message, from, out) {
        // As if everybody had proposed the same.
        for (const node of options.nodes) sound.receive.proposal(self, message, node === self.id ? from : (node as NodeId), out);
      },
    },
  };
}

/** Links that forget what they have handed up. */
export function forgetfulLinks<S extends Signature>(role: Role<S>): Role<Linked<S>> {
  return linksWith(role, { fifo: false, resendAfter: [20, 40], remembers: false });
}
