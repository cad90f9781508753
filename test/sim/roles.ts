import type { Call, Delay, NodeId, Role } from "../../lib/core/role.js";

export type Note = { readonly kind: "note"; readonly n: number };
export type Fact = { readonly kind: "fact"; readonly n: number };

/** Sends note after note to each of its friends, one round every `every` ms, and hears nothing. */
export function talker(friends: readonly string[], { count, every = 1 }: { readonly count: number; readonly every?: Delay }): Role<{
  state: { said: number };
  timers: { readonly kind: "speak" };
  sends: Note;
  receives: Note;
}> {
  return {
    name: "talker",
    durable: [],
    init: () => ({ said: 0 }),
    start: (_, out) => out.setTimer({ kind: "speak" }, every),
    receive: { note() {} },
    request: {},
    timeout: {
      speak(self, _, out) {
        if (self.said >= count) return;
        self.said++;
        for (const friend of friends) out.send(friend as NodeId, { kind: "note", n: self.said });
        out.setTimer({ kind: "speak" }, every);
      },
    },
  };
}

/** Hears notes and counts them. */
export const listener: Role<{ state: { heard: number[] }; receives: Note | Fact }> = {
  name: "listener",
  durable: [],
  init: () => ({ heard: [] }),
  timeout: {},
  request: {},
  receive: {
    note(self, { n }) {
      self.heard.push(n);
    },
    fact(self, { n }) {
      self.heard.push(n);
    },
  },
};

export type KeeperSignature = {
  state: { kept: number; asked: number };
  requests: { readonly kind: "keep"; readonly n: number } | { readonly kind: "jot"; readonly n: number } | { readonly kind: "read" };
  sends: Fact;
  decides: number;
  replies: number;
};

/** Keeps a number on disk: `keep` flushes it before it tells anybody, `jot` only writes it. */
export function keeper(friend?: string): Role<KeeperSignature> {
  return {
    name: "keeper",
    durable: ["kept"],
    init: () => ({ kept: 0, asked: 0 }),
    timeout: {},
    receive: {},
    request: {
      keep(self, { n }, call, out) {
        self.asked++;
        self.kept = n;
        out.persist();
        if (friend !== undefined) out.send(friend as NodeId, { kind: "fact", n });
        out.decide(n);
        out.reply(call, n);
      },
      jot(self, { n }, call, out) {
        self.asked++;
        self.kept = n;
        out.write();
        out.reply(call, n);
      },
      read(self, _, call, out) {
        out.reply(call, self.kept);
      },
    },
  };
}

/** Answers every request with its number. */
export const server: Role<{
  state: { served: Call[] };
  requests: { readonly kind: "ask"; readonly n: number };
  replies: number;
}> = {
  name: "server",
  durable: [],
  init: () => ({ served: [] }),
  timeout: {},
  receive: {},
  request: {
    ask(self, { n }, call, out) {
      self.served.push(call);
      out.reply(call, n);
    },
  },
};

/** Two of them send one token to and fro, `n` times in all. */
export function player(other: string, first: boolean, n = 10): Role<{
  state: { got: number };
  sends: Note;
  receives: Note;
}> {
  return {
    name: "player",
    durable: [],
    init: () => ({ got: 0 }),
    start: (_, out) => {
      if (first) out.send(other as NodeId, { kind: "note", n });
    },
    timeout: {},
    request: {},
    receive: {
      note(self, message, from, out) {
        self.got++;
        if (message.n > 1) out.send(from, { kind: "note", n: message.n - 1 });
      },
    },
  };
}
