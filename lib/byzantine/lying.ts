import { outWith } from "../core/out.js";
import type { NodeId, Part, Role, Signature, Tagged } from "../core/role.js";
import { around } from "./around.js";

/** How a node departs from its role. Every function is asked anew for each message, and reads nothing but its arguments. */
export interface Lies<S extends Signature> {
  /** What leaves the node in place of a message: another one, several, or none (null). By default the message. */
  readonly send?: (message: Part<S, "sends">, to: NodeId, self: Readonly<S["state"]>) => Part<S, "sends"> | readonly Part<S, "sends">[] | null;
  /** Whether it takes notice of a message. By default of all. */
  readonly hears?: (message: Part<S, "receives">, from: NodeId, self: Readonly<S["state"]>) => boolean;
}

/**
 * A node that runs the honest code and lies about it: a Byzantine fault (拜占庭故障) that a program can still be read for.
 * It knows what the honest node knows, so its lies come at the right moment. It cannot send in another node's name: the
 * network tells who has sent a message, as a connection with mutual TLS does.
 */
export function lying<S extends Signature>(role: Role<S>, { send, hears }: Lies<S>): Role<S> {
  return around(role, (self, out, run, { table, rest: [message, from] }) => {
    if (table === "receive" && hears && !hears(message as Part<S, "receives">, from as NodeId, self)) return;
    run(
      outWith(out, {
        send(to, message) {
          const said = send ? send(message as Part<S, "sends">, to, self) : message;
          if (said === null) return;
          for (const one of Array.isArray(said) ? said : [said]) out.send(to, one);
        },
      }),
    );
  });
}

/** What a puppet is told to do. */
export interface Say {
  readonly kind: "say";
  readonly to: NodeId;
  readonly message: Tagged;
}

export type PuppetSignature = { state: { said: number }; requests: Say; sends: Tagged };

/**
 * A node without a will: it sends what it is told to, when it is told. Under the explorer, with a list of lies as its
 * requests, it tells each of them once or never, at every moment and in every order: whatever a traitor with these words
 * could do.
 */
export function puppet(): Role<PuppetSignature> {
  return {
    name: "puppet",
    durable: [],
    init: () => ({ said: 0 }),
    receive: {},
    timeout: {},
    request: {
      say(self, { to, message }, _, out) {
        self.said += 1;
        out.send(to, message);
      },
    },
  };
}
