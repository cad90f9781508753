import { delay, nodeNames, options } from "../../core/parameters.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Alive, Configuration, Configure, Granted, Seal, Sealed } from "./messages.js";

/** What the master knows; all of it survives a crash. */
export interface Master {
  configuration: Configuration;
  /** Whom it has not heard of for too long. */
  suspected: Set<NodeId>;
  /** The next epoch, while it is being made: who has sealed the last one, and how far each is. */
  change: { readonly epoch: number; readonly sealed: Map<NodeId, { readonly synced: number; readonly seq: number }>; readonly joiners: Set<NodeId> } | null;
}

export type MasterSignature = {
  state: Master;
  receives: Alive | Sealed;
  sends: Granted | Seal | Configure;
  timers: { readonly kind: "suspect"; readonly node: NodeId } | { readonly kind: "again" };
  decides: Configuration;
};

export interface MasterOptions {
  /** The members of the first epoch, in their order. */
  readonly members: readonly NodeId[];
  /** Further nodes that may join later. */
  readonly spares?: readonly NodeId[];
  /** After how long a silence a replica is given up, in ms (default [200, 220]): longer than the lease that it may hold. */
  readonly suspectAfter?: Delay;
  /** How long it waits for those who have to seal before it asks them again, in ms (default [40, 60]). */
  readonly againAfter?: Delay;
}

/**
 * The master (主控): it says who belongs to a group and in which order, and nothing else; no write and no read goes through it.
 * Van Renesse and Schneider 2004, section 2, have it detect failures and tell the chain's nodes their neighbours; that it makes
 * configurations by epochs, and seals the old one before it begins the next, is Vertical Paxos (Lamport, Malkhi and Zhou 2009). Here it
 * is one node, which must not stay down for ever; in practice it is a group of its own that agrees by consensus ("we assume that the
 * master never fails", section 2).
 *
 * A change goes in three steps: seal the epoch at all members that it does not suspect; choose the order by how far each
 * is; tell all. Who was silent and comes back joins as the last member, and gets everything anew.
 *
 * @throws RangeError if members are named twice, or a delay is negative
 */
export function master(given: MasterOptions): Role<MasterSignature> {
  const { members, spares = [], suspectAfter = [200, 220], againAfter = [40, 60] } = options("master", given, ["members", "spares", "suspectAfter", "againAfter"]);
  nodeNames("members and spares", [...members, ...spares]);
  nodeNames("members", members);
  delay("suspectAfter", suspectAfter);
  delay("againAfter", againAfter);

  function begin(self: Master, joiner: NodeId | null, out: Out<MasterSignature>): void {
    const epoch = self.change?.epoch ?? self.configuration.epoch + 1;
    self.change ??= { epoch, sealed: new Map(), joiners: new Set() };
    if (joiner !== null) self.change.joiners.add(joiner);
    out.persist();
    ask(self, out);
    finish(self, out);
  }

  function ask(self: Master, out: Out<MasterSignature>): void {
    const { change, configuration } = self;
    if (!change) return;
    for (const node of configuration.members) if (!change.sealed.has(node)) out.send(node, { kind: "seal", epoch: change.epoch });
    out.setTimer({ kind: "again" }, againAfter);
  }

  /** All members that are not suspected have sealed the old epoch, and one of them has all that was acknowledged. */
  function finish(self: Master, out: Out<MasterSignature>): void {
    const { change, configuration } = self;
    if (!change || configuration.members.some((node) => !self.suspected.has(node) && !change.sealed.has(node))) return;
    const isWhole = (node: NodeId): boolean => !configuration.newcomers.includes(node) || change.sealed.get(node)!.synced === configuration.epoch;
    const left = configuration.members.filter((node) => change.sealed.has(node));
    const whole = left.filter(isWhole);
    if (whole.length === 0) return;
    // In a chain the order stays as it was: nobody is ahead of those before it.
    whole.sort((a, b) => {
      const [one, other] = [change.sealed.get(a)!, change.sealed.get(b)!];
      return other.synced - one.synced || other.seq - one.seq;
    });
    const joiners = [...change.joiners].filter((node) => !left.includes(node) && !self.suspected.has(node));
    const newcomers = [...left.filter((node) => !isWhole(node)), ...joiners];
    self.configuration = { epoch: change.epoch, members: [...whole, ...newcomers], newcomers };
    self.change = null;
    out.cancelTimer({ kind: "again" });
    out.persist();
    out.decide(self.configuration);
    for (const node of self.configuration.members) out.send(node, { kind: "configure", configuration: self.configuration });
  }

  return {
    name: "master",
    durable: ["configuration", "suspected", "change"],
    init: () => ({ configuration: { epoch: 1, members, newcomers: [] }, suspected: new Set(), change: null }),

    start(self, out) {
      for (const node of self.configuration.members) out.setTimer({ kind: "suspect", node }, suspectAfter);
      if (self.change) ask(self, out);
    },

    request: {},

    timeout: {
      suspect(self, { node }, out) {
        self.suspected.add(node);
        out.persist();
        if (self.change) finish(self, out);
        // The last one is not replaced: nobody else has what it has.
        else if (self.configuration.members.includes(node) && self.configuration.members.some((other) => !self.suspected.has(other))) begin(self, null, out);
      },
      again: (self, _, out) => ask(self, out),
    },

    receive: {
      alive(self, { epoch, at }, from, out) {
        out.setTimer({ kind: "suspect", node: from }, suspectAfter);
        const { configuration, change } = self;
        if (self.suspected.delete(from)) out.persist();
        if (!configuration.members.includes(from)) return begin(self, from, out);
        if (change) return void (change.sealed.has(from) || out.send(from, { kind: "seal", epoch: change.epoch }));
        if (epoch < configuration.epoch) out.send(from, { kind: "configure", configuration });
        out.send(from, { kind: "granted", epoch: configuration.epoch, at });
      },

      sealed(self, { epoch, synced, seq }, from, out) {
        if (self.change?.epoch !== epoch) return;
        self.change.sealed.set(from, { synced, seq });
        out.persist();
        finish(self, out);
      },
    },
  };
}
