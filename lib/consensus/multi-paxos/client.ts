import { delay, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, Out, NodeId, Role } from "../../core/role.js";
import type { Request, Response } from "./messages.js";

/** What a client knows: the calls that it has not had an answer to. */
export interface Client<C> {
  readonly waiting: Map<Call, C>;
}

export type ClientSignature<C, R> = {
  state: Client<C>;
  requests: { readonly kind: "command"; readonly operation: C };
  receives: Response<R>;
  timers: { readonly kind: "again" };
  sends: Request<C>;
  replies: R;
};

export interface ClientOptions {
  readonly replicas: readonly NodeId[];
  /** How long it waits for an answer before it asks all replicas again, in ms. By default [500, 600]. */
  readonly againAfter?: Delay;
}

/**
 * The client (客户端) of "Paxos Made Moderately Complex" (van Renesse and Altinbuken, 2015), section 2.1: it sends each
 * request to all replicas, and takes the first answer.
 *
 * @throws RangeError if `replicas` is empty or names one twice, or if the delay is negative
 */
export function client<C, R>(given: ClientOptions): Role<ClientSignature<C, R>> {
  const { replicas, againAfter = [500, 600] } = options("client", given, ["replicas", "againAfter"]);
  nodeNames("replicas", replicas);
  delay("againAfter", againAfter);

  function broadcast(call: Call, operation: C, out: Out<ClientSignature<C, R>>): void {
    for (const replica of replicas) out.send(replica, { kind: "request", call, operation });
  }

  return {
    name: "client",
    durable: [],
    init: () => ({ waiting: new Map() }),

    request: {
      command(self, { operation }, call, out) {
        self.waiting.set(call, operation);
        broadcast(call, operation, out);
        out.setTimer({ kind: "again" }, againAfter);
      },
    },

    receive: {
      // The first answer counts; the other replicas say the same.
      response(self, { call, result }, _, out) {
        if (!self.waiting.delete(call)) return;
        out.reply(call, result);
        if (self.waiting.size === 0) out.cancelTimer({ kind: "again" });
      },
    },

    timeout: {
      again(self, _, out) {
        for (const [call, operation] of self.waiting) broadcast(call, operation, out);
        if (self.waiting.size > 0) out.setTimer({ kind: "again" }, againAfter);
      },
    },
  };
}
