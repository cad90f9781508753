import { nameOf, noBallot } from "../../consensus/paxos/ballot.js";
import type { NodeId, Role } from "../../core/role.js";
import type { Scripted } from "../resource.js";
import { type AcceptorSignature, acceptor, instancesOf } from "./acceptor.js";
import { type LeaderOptions, type LeaderSignature, leader, leaderWith } from "./leader.js";
import { type ManagerOptions, type ManagerSignature, manager } from "./manager.js";
import type { Phase1b } from "./messages.js";

/*
 * Paxos Commit with one rule broken, a different one in each role. Sections are those of "Consensus on Transaction
 * Commit" (Gray and Lamport, 2006).
 */

/**
 * A leader that asks for "prepared" where nobody has voted. Breaks "the leader ... can only choose Aborted" for a
 * resource manager that is silent (section 4.2): nobody but the manager itself can prepare.
 */
export function presumptuousLeader(options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase1b(self, message, from, out) {
        const { transaction } = message;
        const participants = self.pursuits.get(transaction)?.participants ?? [];
        const unasked = participants.filter((node) => !(node in message.votes));
        const votes: Phase1b["votes"] = {
          ...Object.fromEntries(unasked.map((node) => [node, { ballot: noBallot, value: "prepared" as const }])),
          ...message.votes,
        };
        sound.receive.phase1b(self, { ...message, votes }, from, out);
      },
    },
  };
}

/**
 * A leader that asks for "aborted" in every ballot of its own, whatever it is told. Breaks rule P2c of Paxos: what may
 * have been chosen must be asked for again.
 */
export function stubbornLeader(options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase1b: (self, message, from, out) => sound.receive.phase1b(self, { ...message, votes: {} }, from, out),
    },
  };
}

/**
 * A leader that believes the first acceptor that tells it of a vote in each instance. Breaks "chosen": a value is
 * chosen only when a majority of the acceptors has voted for it.
 */
export function hastyLeader(options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase2b(self, message, from, out) {
        sound.receive.phase2b(self, message, from, out);
        for (const other of options.acceptors) sound.receive.phase2b(self, message, other, out);
      },
    },
  };
}

/** A leader that counts messages instead of acceptors: one that arrives twice is two votes. */
export function doubleCountingLeader(options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase2b(self, message, from, out) {
        const [instance] = message.participants;
        const known = self.pursuits.get(message.transaction)?.tally.get(instance!)?.get(nameOf(message.ballot));
        sound.receive.phase2b(self, message, `${from}, message ${known?.voters.size ?? 0}` as NodeId, out);
      },
    },
  };
}

/**
 * A leader that numbers its ballots as every other leader does. Breaks the first rule of ballots, that no two leaders
 * share one; two recovering transaction managers that write their decisions under different keys do the same.
 */
export function sharingLeader(options: LeaderOptions): Role<LeaderSignature> {
  return leaderWith(() => "", options);
}

/** A leader that has forgotten after a crash which ballots it has used, and uses them again. */
export function forgetfulLeader(options: LeaderOptions): Role<LeaderSignature> {
  return { ...leader(options), durable: [] };
}

/**
 * A leader that takes over as a second transaction manager of two-phase commit would: asked about a transaction that it
 * does not know, it decides to abort. Two-phase commit has no rule for two managers (section 3.3); to take over safely
 * is what consensus is for.
 */
export function usurpingLeader(options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      inquiry(self, message, from, out) {
        const { transaction } = message;
        if (self.pursuits.has(transaction)) return sound.receive.inquiry(self, message, from, out);
        out.decide({ transaction, outcome: "abort" });
        out.send(from, { kind: "decision", transaction, outcome: "abort" });
      },
    },
  };
}

/** An acceptor that keeps nothing on its disk: after a crash it has neither joined nor voted. */
export function forgetfulAcceptor(): Role<AcceptorSignature> {
  return { ...acceptor(), durable: [] };
}

/** An acceptor that votes without a look at its promise. */
export function gullibleAcceptor(): Role<AcceptorSignature> {
  const sound = acceptor();
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase2a(self, message, from, out) {
        instancesOf(self, message.transaction, message.participants).promised = message.ballot;
        sound.receive.phase2a(self, message, from, out);
      },
    },
  };
}

/**
 * A resource manager whose vote is not on disk. After a crash it may vote again, and otherwise: its ballot 0 has two
 * values then. (And it has lost the locks and the changes that it promised to keep.)
 */
export function forgetfulManager(options: ManagerOptions): Role<ManagerSignature<Scripted>> {
  return { ...manager(options), durable: [] };
}

/** A resource manager that gives up waiting and aborts, although it has said that it is prepared. */
export function impatientManager(options: ManagerOptions): Role<ManagerSignature<Scripted>> {
  const sound = manager(options);
  return {
    ...sound,
    timeout: {
      inquire(self, { transaction }, out) {
        sound.receive.decision(self, { kind: "decision", transaction, outcome: "abort" }, self.id, out);
      },
    },
  };
}
