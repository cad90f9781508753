import { type Colocated, colocate } from "../../core/colocate.js";
import { options } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { type AcceptorOptions, type AcceptorSignature, acceptor } from "./acceptor.js";
import { type ProposerOptions, type ProposerSignature, proposer } from "./proposer.js";

export type ServerSignature = Colocated<readonly [Role<ProposerSignature>, Role<AcceptorSignature>]>;

/** The options of its parts, except that the acceptors are the servers. */
export interface ServerOptions extends Omit<ProposerOptions, "acceptors">, AcceptorOptions {
  /** All servers, this one among them. */
  readonly servers: readonly NodeId[];
}

/**
 * A server that plays all the parts, as in section 2.5 of "Paxos Made Simple" (Lamport, 2001): proposer, acceptor and,
 * since a proposer counts the votes that it hears of, learner. What a server tells itself costs no message.
 *
 * @throws as the parts do
 */
export function server(given: ServerOptions): Role<ServerSignature> {
  options("server", given, [
    "servers", "quorums", "contact", "retryAfter", "backoff", "informs", "nack", "learners",
  ]);
  const { servers, nack, learners, ...proposing } = given;
  return colocate(
    "server",
    proposer({ ...proposing, acceptors: servers }),
    acceptor({ ...(nack === undefined ? {} : { nack }), ...(learners === undefined ? {} : { learners }) }),
  );
}
