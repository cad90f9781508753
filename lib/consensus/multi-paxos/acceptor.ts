import { shared, type Shared } from "../../core/clone.js";
import { finite, nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { type Ballot, isBefore, noBallot } from "../paxos/ballot.js";
import type { Forget, Granted, Heartbeat, P1a, P1b, P2a, P2b, Preempted, PValue, Slot, Start } from "./messages.js";

/** What an acceptor knows. All but the lease survives a crash. */
export interface Acceptor<C> {
  /** The highest ballot that this acceptor has joined, for all slots at once. */
  promised: Ballot;
  /** Its last vote in each slot that it remembers. */
  readonly accepted: Map<Slot, PValue<C>>;
  /** Every slot before this start is decided and forgotten here. */
  retained: Start;
  /** Whether it has ever promised anything. Kept apart from the rest, so that a lost disk is told from a new one. */
  hasPromised: boolean;
  /** Until its clock shows this time, in ms, it joins no ballot but the holder's. */
  lease: { readonly holder: NodeId | ""; readonly until: number };
}

export type AcceptorSignature<C> = {
  state: Acceptor<C>;
  receives: P1a | P2a<C> | Heartbeat | Forget;
  sends: P1b<C> | P2b | Preempted | Granted;
};

export interface AcceptorOptions {
  /** The first configuration: all acceptors, this one among them. */
  readonly acceptors: readonly NodeId[];
  /** How long a lease lasts that it grants to a leader whose heartbeat it hears, in ms. By default it grants none. */
  readonly leaseMs?: number;
}

/**
 * The acceptor (接受者) of "Paxos Made Moderately Complex" (van Renesse and Altinbuken, 2015), figure 4: the memory of
 * Paxos. It is the acceptor of single-decree Paxos, but that one promise covers every slot, and each slot has
 * a vote of its own. Of each slot it keeps the last vote (section 4.1), and forgets slots that it is told to
 * (section 4.2). An acceptor that finds its disk empty, though it once promised something, never votes again under
 * its name ("Paxos Made Live", Chandra, Griesemer and Redstone, 2007, section 5.1): the log gives its place to another.
 *
 * @throws RangeError if `acceptors` is empty or names one twice, or if the lease is negative
 */
export function acceptor<C = any>(given: AcceptorOptions): Role<AcceptorSignature<C>> {
  const { acceptors, leaseMs = 0 } = options("acceptor", given, ["acceptors", "leaseMs"]);
  nodeNames("acceptors", acceptors);
  finite("leaseMs", leaseMs);

  function join(self: Acceptor<C>, ballot: Ballot): void {
    self.promised = ballot;
    self.hasPromised = true;
  }

  /** Its ballot, and its votes from that slot on. */
  function report(self: Acceptor<C>, from: Slot, leader: NodeId, out: Out<AcceptorSignature<C>>): void {
    const pvalues = [...self.accepted.values()].filter(({ slot }) => slot >= from);
    out.send(leader, { kind: "p1b", ballot: self.promised, pvalues, start: self.retained });
  }

  function refuse(self: Acceptor<C>, leader: NodeId, out: Out<AcceptorSignature<C>>): void {
    out.send(leader, { kind: "preempted", ballot: self.promised });
  }

  return {
    name: "acceptor",
    durable: ["promised", "accepted", "retained", "hasPromised"],
    init: () => ({
      promised: noBallot,
      accepted: new Map(),
      retained: { slot: 1, configurations: [{ from: 1, acceptors }] },
      hasPromised: false,
      lease: { holder: "", until: 0 },
    }),
    timeout: {},
    request: {},

    // Whom it gave a lease before the crash it does not know, so it waits until any lease is over.
    start(self, out) {
      if (leaseMs > 0 && self.hasPromised) self.lease = { holder: "", until: out.clock() + leaseMs };
    },

    receive: {
      // Phase 1b. Join the ballot unless a later one has been joined, and tell of the votes in all slots.
      p1a(self, { ballot, slot }, from, out) {
        if (hasLostDisk(self)) return;
        if (from !== self.lease.holder && out.clock() < self.lease.until) return; // section 5.2: refuse all others
        if (isBefore(ballot, self.promised)) return refuse(self, from, out);
        if (isBefore(self.promised, ballot)) {
          join(self, ballot);
          out.persist(); // before the answer: a promise that a crash can undo is none
        }
        report(self, slot, from, out);
      },

      // Phase 2b. Vote in the slot, unless a later ballot has been joined.
      p2a(self, { ballot, slot, command }, from, out) {
        if (hasLostDisk(self)) return;
        if (isBefore(ballot, self.promised)) return refuse(self, from, out);
        join(self, ballot); // a vote joins its ballot, for every slot
        // Decided and forgotten: a vote here would be one that nobody is told of. The leader learns where to start.
        if (slot < self.retained.slot) {
          out.persist();
          return report(self, slot, from, out);
        }
        const vote: PValue<C> & Shared = { [shared]: true, slot, ballot, command };
        self.accepted.set(slot, vote);
        out.persist();
        out.send(from, { kind: "p2b", ballot, slot });
      },

      // Paxos Made Live, section 5.2: while a lease runs, "refuse to process any Paxos messages from any other replica".
      heartbeat(self, { ballot, sentAt }, from, out) {
        if (leaseMs === 0 || isBefore(ballot, self.promised) || hasLostDisk(self)) return;
        if (from !== self.lease.holder && out.clock() < self.lease.until) return;
        self.lease = { holder: from, until: out.clock() + leaseMs };
        out.send(from, { kind: "granted", ballot, sentAt });
      },

      // The replicas' disks hold what came of these slots. If a crash undoes this, it remembers more than it must.
      forget(self, { start }, _, out) {
        if (start.slot <= self.retained.slot) return;
        self.retained = start;
        for (const slot of self.accepted.keys()) if (slot < start.slot) self.accepted.delete(slot);
        out.write();
      },
    },
  };
}

function hasLostDisk({ hasPromised, promised }: Acceptor<unknown>): boolean {
  return hasPromised && promised.round === 0;
}
