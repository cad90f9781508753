import { outWith } from "../core/out.js";
import type { NodeId, Role } from "../core/role.js";
import { acceptor, type AcceptorSignature } from "../consensus/paxos/acceptor.js";
import type { AcceptorOptions } from "../consensus/paxos/acceptor.js";
import type { Message } from "../consensus/raft/messages.js";
import type { ServerOptions } from "../consensus/raft/options.js";
import { server } from "../consensus/raft/server.js";
import type { ServerSignature } from "../consensus/raft/state.js";
import { lying } from "./lying.js";

/*
 * What one lying node does to protocols that were made for crashes. Each runs the honest role of Raft or Paxos and changes
 * what it says; none pretends to be another node, so that encryption and certificates (TLS) have nothing to object to.
 */

/** A server of Raft that gives its vote to everybody who asks, also twice in one term. */
export function generousLiar<S, C, R>(given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  return lying(server<S, C, R>(given), {
    send: (message) => (message.kind === "requestVoteReply" ? { ...message, voteGranted: true } : message),
  });
}

/** A follower of Raft that says it has what it was sent, and keeps nothing. */
export function emptyHandedFollower<S, C, R>(given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  const honest = server<S, C, R>(given);
  return {
    ...honest,
    receive: {
      ...honest.receive,
      appendEntries(self, message, from, out) {
        const last = message.prevLogIndex + message.entries.length;
        const asked = { ...message, prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0 };
        const claim: typeof out = outWith(out, {
          send(to, answer) {
            const said = answer as Message;
            const isReply = said.kind === "appendEntriesReply";
            out.send(to, (isReply ? { ...said, success: true, matchIndex: last, prevLogIndex: message.prevLogIndex, conflict: null } : said) as never);
          },
        });
        honest.receive.appendEntries(self, asked, from, claim);
      },
    },
  };
}

/** A leader of Raft that tells the deceived another command under the same index and term, and lets both sides commit. */
export function equivocatingLeader<S, C, R>(given: ServerOptions<S, C, R>, deceived: readonly NodeId[], instead: C): Role<ServerSignature<S, C, R>> {
  return lying(server<S, C, R>(given), {
    send(message, to) {
      if (message.kind !== "appendEntries" || !deceived.includes(to)) return message;
      return { ...message, entries: message.entries.map((entry) => (entry.kind === "command" ? { ...entry, command: instead } : entry)) };
    },
  });
}

/** A server of Raft that never stands itself, and answers every leader with a later term: nobody leads for long. */
export function restlessServer<S, C, R>(given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  return lying(server<S, C, R>(given), {
    send(message) {
      if (message.kind === "requestVote") return null;
      return message.kind === "appendEntriesReply" ? { ...message, term: message.term + 1, success: false } : message;
    },
  });
}

/** An acceptor of Paxos that votes for whatever it is asked, and never tells of an earlier vote. */
export function twoFacedAcceptor(given: AcceptorOptions = {}): Role<AcceptorSignature> {
  const honest = acceptor(given);
  return {
    ...honest,
    receive: {
      prepare: (_, { ballot }, from, out) => out.send(from, { kind: "promised", ballot, vote: null }),
      accept: (_, { ballot, value }, from, out) => out.send(from, { kind: "accepted", ballot, value }),
    },
  };
}
