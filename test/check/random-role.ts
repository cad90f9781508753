import { stream, type AnyRole, type NodeId, type Out, type Property, type Stream } from "../../lib/core.js";

type Rule = (self: { mood: number; note: number }, out: Out<any>, from: NodeId | null, call: string | null) => void;

/** A role without sense, drawn from a seed: what a checker must get right is not only what makes sense. */
export function randomRole(seed: number, name: string, peers: readonly NodeId[]): AnyRole {
  const chance = stream(seed, `role ${name}`);
  const rules = new Map<string, Rule>();
  for (const key of ["start", "request", "m0", "m1", "t0"]) rules.set(key, randomRule(chance, peers, key));
  const rule = (key: string): Rule => rules.get(key)!;
  return {
    name,
    durable: ["note"],
    init: () => ({ mood: 0, note: 0 }),
    start: (self: any, out: Out<any>) => rule("start")(self, out, null, null),
    request: { go: (self: any, _: unknown, call: string, out: Out<any>) => rule("request")(self, out, null, call) },
    receive: {
      m0: (self: any, _: unknown, from: NodeId, out: Out<any>) => rule("m0")(self, out, from, null),
      m1: (self: any, _: unknown, from: NodeId, out: Out<any>) => rule("m1")(self, out, from, null),
    },
    timeout: { t0: (self: any, _: unknown, out: Out<any>) => rule("t0")(self, out, null, null) },
  } as AnyRole;
}

function randomRule(chance: Stream, peers: readonly NodeId[], key: string): Rule {
  const onlyAt = chance.below(3);
  const actions: Rule[] = [];
  const count = key === "start" ? chance.below(3) : 1 + chance.below(3);
  for (let i = 0; i < count; i++) {
    const peer = chance.pick(peers);
    const kind = chance.pick(["m0", "m1"]);
    const to = chance.below(3);
    actions.push(
      chance.pick<Rule>([
        (self) => void (self.mood = to),
        (self) => void (self.note = (self.note + 1) % 3),
        (_, out) => out.send(peer, { kind }),
        (_, out, from) => out.send(from ?? peer, { kind }),
        (_, out) => out.setTimer({ kind: "t0" }, 5),
        (_, out) => out.cancelTimer({ kind: "t0" }),
        (_, out) => out.persist(),
        (_, out) => out.write(),
        (self, out, _, call) => (call ? out.reply(call as never, self.note) : out.decide(self.note)),
      ]),
    );
  }
  // Most rules do something in one mood only, so that some runs come to rest.
  return (self, out, from, call) => {
    if (key.startsWith("m") && self.mood === onlyAt) return;
    for (const action of actions) action(self, out, from, call);
  };
}

/** Fails in some corner of some random clusters: what matters is that both explorers agree on which. */
export const corner: Property = {
  name: "corner",
  check: ({ nodes }) => {
    const inCorner = nodes.filter(({ state }) => (state as { mood: number } | null)?.mood === 2);
    return inCorner.length > 1 ? `${inCorner.map(({ id }) => id).join(" and ")} are in the corner` : null;
  },
};

/** Remembers the last two things that were said to the outside or to another node. */
export const recent: Property<readonly string[]> = {
  name: "recent",
  memory: [],
  observe: (memory, { kind }) =>
    kind === "send" || kind === "reply" || kind === "crash" ? [...memory, kind].slice(-2) : memory,
  check: ({ decisions }, memory) =>
    memory.join() === "crash,send" && decisions.length > 0 ? "a message right after a crash" : null,
};
