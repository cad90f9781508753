import type { NodeId, Property, Role } from "../../lib/core.js";

/**
 * Mutual exclusion by a token that goes to and fro between two nodes. Without serial numbers a doubled token lets
 * both in; with them, an old copy is known for what it is.
 */
export type TokenSignature = {
  state: { readonly peer: NodeId; inside: boolean; wants: boolean; serial: number };
  requests: { readonly kind: "enter" } | { readonly kind: "leave" };
  receives: { readonly kind: "token"; readonly serial: number };
  sends: { readonly kind: "token"; readonly serial: number };
};

export function tokenHolder(
  peer: NodeId,
  options: { readonly first: boolean; readonly checksSerial: boolean },
): Role<TokenSignature> {
  return {
    name: "holder",
    durable: [],
    init: () => ({ peer, inside: false, wants: false, serial: 0 }),
    start(self, out) {
      if (options.first) out.send(self.peer, { kind: "token", serial: 1 });
    },
    timeout: {},
    request: {
      enter(self) {
        self.wants = true;
      },
      leave(self, _, __, out) {
        if (!self.inside) return;
        self.inside = false;
        out.send(self.peer, { kind: "token", serial: self.serial + 1 });
      },
    },
    receive: {
      token(self, { serial }, _, out) {
        if (options.checksSerial && serial <= self.serial) return;
        self.serial = serial;
        if (self.wants) {
          self.wants = false;
          self.inside = true;
        } else if (serial < 4) {
          out.send(self.peer, { kind: "token", serial: serial + 1 });
        }
      },
    },
  };
}

export const mutualExclusion: Property = {
  name: "mutual exclusion",
  check({ nodes }) {
    const inside = nodes.filter(({ state }) => (state as { inside?: boolean } | null)?.inside);
    return inside.length > 1 ? `${inside.map(({ id }) => id).join(" and ")} are both inside` : null;
  },
};

/** A counter that acknowledges an increment by a decision of its value. `durability` says how it writes. */
export type CounterSignature = {
  state: { count: number };
  requests: { readonly kind: "add" };
  decides: number;
  replies: number;
  sends: { readonly kind: "news"; readonly count: number };
  receives: { readonly kind: "news"; readonly count: number };
};

export type Durability = "none" | "write" | "persist" | "late";

export function counter(durability: Durability, watcher: NodeId): Role<CounterSignature> {
  return {
    name: "counter",
    durable: ["count"],
    init: () => ({ count: 0 }),
    timeout: {},
    request: {
      add(self, _, call, out) {
        self.count++;
        if (durability === "late") out.send(watcher, { kind: "news", count: self.count });
        if (durability === "write") out.write();
        if (durability === "persist" || durability === "late") out.persist();
        if (durability !== "late") out.send(watcher, { kind: "news", count: self.count });
        out.reply(call, self.count);
      },
    },
    receive: { news() {} },
  };
}

/** No count that left the node is ever given out a second time: a property with a memory. */
export const noCountTwice: Property<readonly number[]> = {
  name: "no count twice",
  memory: [],
  observe: (told, happened) =>
    happened.kind === "send" ? [...told, (happened.message as unknown as { count: number }).count] : told,
  check: (_, told) => {
    const twice = told.find((count, i) => told.indexOf(count) < i);
    return twice === undefined ? null : `the count ${twice} was given out twice`;
  },
};

/** A node that only takes news, and keeps the last. */
export const watcher: Role<{ state: { last: number }; receives: { readonly kind: "news"; readonly count: number } }> = {
  name: "watcher",
  durable: [],
  init: () => ({ last: 0 }),
  timeout: {},
  request: {},
  receive: {
    news(self, { count }) {
      self.last = count;
    },
  },
};

/** Asks every voter once, and decides by the votes of more than half. The broken one counts answers, not voters. */
export type VoteSignature = {
  state: { votes: NodeId[]; decided: boolean };
  requests: { readonly kind: "ask" };
  receives: { readonly kind: "vote"; readonly yes: boolean };
  timers: { readonly kind: "again" };
  sends: { readonly kind: "question" };
  decides: "yes";
};

export function chair(voters: readonly NodeId[], options: { readonly countsVoters: boolean }): Role<VoteSignature> {
  return {
    name: "chair",
    durable: [],
    init: () => ({ votes: [], decided: false }),
    request: {
      ask(_, __, ___, out) {
        for (const voter of voters) out.send(voter, { kind: "question" });
        out.setTimer({ kind: "again" }, 10);
      },
    },
    receive: {
      vote(self, { yes }, from, out) {
        if (!yes || self.decided) return;
        if (options.countsVoters && self.votes.includes(from)) return;
        self.votes.push(from);
        self.votes.sort();
        if (self.votes.length <= voters.length / 2) return;
        self.decided = true;
        out.cancelTimer({ kind: "again" });
        out.decide("yes");
      },
    },
    timeout: {
      again(self, _, out) {
        if (self.decided) return;
        for (const voter of voters) out.send(voter, { kind: "question" });
        out.setTimer({ kind: "again" }, 10);
      },
    },
  };
}

export function voter(yes: boolean): Role<{
  state: { asked: boolean };
  receives: { readonly kind: "question" };
  sends: { readonly kind: "vote"; readonly yes: boolean };
}> {
  return {
    name: "voter",
    durable: [],
    init: () => ({ asked: false }),
    timeout: {},
    request: {},
    receive: {
      question(self, _, from, out) {
        self.asked = true;
        out.send(from, { kind: "vote", yes });
      },
    },
  };
}

/** Nothing is decided while fewer than half of the voters say yes. */
export function noFalseMajority(yes: number, of: number): Property {
  return {
    name: "no false majority",
    check: ({ decisions }) => (decisions.length > 0 && yes <= of / 2 ? `decided yes with ${yes} of ${of} votes` : null),
  };
}
