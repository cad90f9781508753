import type { Out, Role } from "../../core/role.js";
import { isBefore } from "../paxos/ballot.js";
import { type AcceptorOptions, type AcceptorSignature, acceptor } from "./acceptor.js";
import { type LeaderOptions, type LeaderSignature, leader, leaderWith } from "./leader.js";
import { type ReplicaOptions, type ReplicaSignature, replica, replicaWith } from "./replica.js";

/*
 * Multi-Paxos with one rule broken, a different one in each role. Most of these faults were made in programs that ran in
 * earnest; where one is known by its report, the report is named. PMMC is "Paxos Made Moderately Complex" (van Renesse
 * and Altinbuken, 2015), PML is "Paxos Made Live" (Chandra, Griesemer and Redstone, 2007).
 */

/**
 * An acceptor whose vote does not raise its ballot, so that it can still join, and vote in, an earlier one. Its last vote
 * is then not its latest (after Brooker, 2021, who found that many descriptions of Paxos leave this out).
 */
export function unboundAcceptor<C>(options: AcceptorOptions): Role<AcceptorSignature<C>> {
  const sound = acceptor<C>(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      p2a(self, { ballot, slot, command }, from, out) {
        if (isBefore(ballot, self.promised)) return out.send(from, { kind: "preempted", ballot: self.promised });
        self.accepted.set(slot, { slot, ballot, command });
        out.persist();
        out.send(from, { kind: "p2b", ballot, slot });
      },
    },
  };
}

/** An acceptor that votes in whatever ballot it is asked to, also below one that it has joined (as in ScyllaDB's issue 6139). */
export function gullibleAcceptor<C>(options: AcceptorOptions): Role<AcceptorSignature<C>> {
  const sound = acceptor<C>(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      p2a(self, { ballot, slot, command }, from, out) {
        self.promised = ballot;
        self.hasPromised = true;
        self.accepted.set(slot, { slot, ballot, command });
        out.persist();
        out.send(from, { kind: "p2b", ballot, slot });
      },
    },
  };
}

/**
 * An acceptor that forgets slots, and forgets that it did: to the next leader a slot that was decided long ago looks like
 * one that was never used (PMMC, section 4.2; as in ScyllaDB's issue 6149).
 */
export function amnesiacAcceptor<C>(options: AcceptorOptions): Role<AcceptorSignature<C>> {
  const sound = acceptor<C>(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      forget(self, { start }, _, out) {
        for (const slot of self.accepted.keys()) if (slot < start.slot) self.accepted.delete(slot);
        out.write();
      },
    },
  };
}

/** An acceptor that keeps nothing on its disk, and votes again as if it were new (PML, section 5.1). */
export function forgetfulAcceptor<C>(options: AcceptorOptions): Role<AcceptorSignature<C>> {
  return { ...acceptor<C>(options), durable: [] };
}

/**
 * An acceptor that grants leases, and joins the ballots of others all the same. A leader that trusts its lease answers
 * reads from a state that others have moved on from (PML, section 5.2).
 */
export function carelessAcceptor<C>(options: AcceptorOptions): Role<AcceptorSignature<C>> {
  const sound = acceptor<C>(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      p1a(self, message, from, out) {
        self.lease = { holder: "", until: 0 };
        sound.receive.p1a(self, message, from, out);
      },
    },
  };
}

/** A leader that keeps nothing on its disk, and after a crash opens its first ballot again ("Paxos Made Simple", section 2.5). */
export function forgetfulLeader<C>(options: LeaderOptions): Role<LeaderSignature<C>> {
  return { ...leader<C>(options), durable: [] };
}

/** A leader that asks for what replicas want, whatever the promises tell: it does without pmax (PMMC, figure 7). */
export function stubbornLeader<C>(options: LeaderOptions): Role<LeaderSignature<C>> {
  const sound = leader<C>(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      p1b: (self, message, from, out) => sound.receive.p1b(self, { ...message, pvalues: [] }, from, out),
    },
  };
}

/** A leader that opens another ballot as soon as it is beaten: two of them beat each other for ever (PMMC, section 3). */
export function impatientLeader<C>(options: LeaderOptions): Role<LeaderSignature<C>> {
  const sound = leader<C>(options);
  /** What the sound leader does, and then, if it has yielded, another ballot. */
  function impatiently<Rest extends readonly [LeaderSignature<C>["state"], ...unknown[], Out<LeaderSignature<C>>]>(
    rule: (...rest: Rest) => void,
  ): (...rest: Rest) => void {
    return (...rest) => {
      const self = rest[0];
      const out = rest[rest.length - 1] as Out<LeaderSignature<C>>;
      const before = self.phase;
      rule(...rest);
      if (before !== "passive" && self.phase === "passive") sound.timeout.election(self, { kind: "election" }, out);
    };
  }
  return {
    ...sound,
    receive: { ...sound.receive, preempted: impatiently(sound.receive.preempted), heartbeat: impatiently(sound.receive.heartbeat) },
  };
}

/** A leader that fills no holes. What was decided after one waits ("Paxos Made Simple", section 3), until a replica fills it. */
export function holeyLeader<C>(options: LeaderOptions): Role<LeaderSignature<C>> {
  return leaderWith<C>({ leavesHoles: true }, options);
}

/**
 * A leader for whom a new configuration counts from the next slot on. That slot may have been given to the old one
 * already, and a quorum of the old need not meet one of the new (PMMC, section 2.1; as in ScyllaDB's issue 5251).
 */
export function hastyLeader<C>(options: LeaderOptions): Role<LeaderSignature<C>> {
  return leaderWith<C>({ reconfiguresAtOnce: true }, options);
}

/** A replica that performs what is decided as soon as it hears of it, and not slot by slot (PMMC, invariant R2). */
export function hastyReplica<S, C, R>(options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  const sound = replica(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      decision(self, message, from, out) {
        self.slotOut = Math.max(self.slotOut, message.slot);
        sound.receive.decision(self, message, from, out);
      },
    },
  };
}

/**
 * A replica that wants only slots beyond all that it knows of. Beside a leader that fills no holes either, a hole stays
 * for ever, and nothing after it is ever performed.
 */
export function holeyReplica<S, C, R>(options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  return replicaWith({ leavesHoles: true }, options);
}

/** A replica that keeps no sessions: a command that was decided in two slots is carried out twice (PMMC, figure 1). */
export function forgetfulReplica<S, C, R>(options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  const sound = replica(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      decision(self, message, from, out) {
        self.sessions.clear();
        sound.receive.decision(self, message, from, out);
        self.sessions.clear();
      },
    },
  };
}

/** A replica that does not ask in which epoch a command was made (PML, section 5.3). */
export function timelessReplica<S, C, R>(options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  const sound = replica(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      decision(self, message, from, out) {
        // Whatever epoch the client knew, the present one will do.
        const { command } = message;
        const epoch = self.epoch;
        if (command.kind !== "operation" || command.epoch === undefined) return sound.receive.decision(self, message, from, out);
        self.epoch = command.epoch;
        sound.receive.decision(self, message, from, out);
        self.epoch = epoch;
      },
    },
  };
}

/**
 * A replica that answers reads at once from what it knows. Half of what was decided may not have come to it: two reads
 * one after the other can see a write come and go (as in ScyllaDB's issue 6299 and Cassandra's 12126).
 */
export function localReader<S, C, R>(options: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  return replica({ ...options, reads: "local" });
}
