import { describe, expect, it } from "vitest";
import { colocate } from "../../lib/core/colocate.js";
import { ids, type Call, type NodeId, type RequestOf, type Role, type StateOf } from "../../lib/core/role.js";
import { boot, step, type Input } from "../../lib/core/step.js";

const [here, there] = ids("here", "there") as unknown as [NodeId, NodeId];

type Ping = { readonly kind: "ping"; readonly hops: number };

/** Passes a ping on to its target, one hop fewer, and writes before it does. */
function relay(name: string, target: NodeId): Role<{ state: { readonly id: NodeId; relayed: number }; receives: Ping; sends: Ping; requests: { readonly kind: "begin" } }> {
  return {
    name,
    durable: ["relayed"],
    init: (id) => ({ id, relayed: 0 }),
    timeout: {},
    request: {
      begin: (_, __, ___, out) => out.send(target, { kind: "ping", hops: 2 }),
    },
    receive: {
      ping(self, { hops }, _, out) {
        if (hops === 0) return;
        self.relayed += 1;
        out.persist();
        out.send(target, { kind: "ping", hops: hops - 1 });
      },
    },
  };
}

/** Counts the pings that it hears, from whomever. */
const counter: Role<{ state: { heard: NodeId[] }; receives: Ping; timers: { readonly kind: "tick" }; decides: number }> = {
  name: "counter",
  durable: [],
  init: () => ({ heard: [] }),
  start(_, out) {
    out.setTimer({ kind: "tick" }, 5);
  },
  timeout: { tick: (self, _, out) => out.decide(self.heard.length) },
  request: {},
  receive: {
    ping(self, _, from) {
      self.heard.push(from);
    },
  },
};

const message = (hops: number, from = there): Input => ({ kind: "message", from, message: { kind: "ping", hops } as never });

describe("roles that share a node", () => {
  it("have one state with the fields of all, and all durable fields", () => {
    const both = colocate("both", relay("relay", there), counter);
    const state: StateOf<typeof both> = both.init(here);
    expect(state).toEqual({ id: here, relayed: 0, heard: [] });
    expect(both.durable).toEqual(["relayed"]);
    expect(boot(both, here, { relayed: 3 })).toEqual({ id: here, relayed: 3, heard: [] });
  });

  it("have their types: a request that no part knows is a compile error", () => {
    const both = colocate("both", relay("relay", there), counter);
    const begin: RequestOf<typeof both> = { kind: "begin" };
    // @ts-expect-error no part has a rule for it
    const end: RequestOf<typeof both> = { kind: "end" };
    expect([begin, end]).toHaveLength(2);
  });

  it("each handle a message that both know, in their order", () => {
    const both = colocate("both", relay("relay", there), counter);
    const self = both.init(here);
    expect(step(both, self, message(1))).toEqual([
      { kind: "write", flush: true, fields: { relayed: 1 } },
      { kind: "send", to: there, message: { kind: "ping", hops: 0 } },
    ]);
    expect(self).toMatchObject({ relayed: 1, heard: [there] });
  });

  it("tell each other things without the network, within the step and after the rule that does so", () => {
    const both = colocate("both", relay("relay", here), counter);
    const self = both.init(here);
    const effects = step(both, self, { kind: "request", call: "c#1" as Call, request: { kind: "begin" } });
    expect(effects).toEqual([
      { kind: "write", flush: true, fields: { relayed: 1 } },
      { kind: "write", flush: true, fields: { relayed: 2 } },
    ]);
    expect(self).toMatchObject({ relayed: 2, heard: [here, here, here] });
  });

  it("boot together, and keep their own timers", () => {
    const both = colocate("both", counter, relay("relay", there));
    const self = both.init(here);
    expect(step(both, self, { kind: "start" })).toEqual([{ kind: "setTimer", timer: { kind: "tick" }, after: 5 }]);
    step(both, self, message(0));
    expect(step(both, self, { kind: "timer", timer: { kind: "tick" } })).toEqual([{ kind: "decide", outcome: 1 }]);
  });

  it("pass on every other wish unchanged", () => {
    const wishful: Role<{ state: object; requests: { kind: "wish" }; timers: { kind: "t" }; replies: string; sends: Ping }> = {
      name: "wishful",
      durable: [],
      init: () => ({}),
      receive: {},
      timeout: { t: () => {} },
      request: {
        wish(_, __, call, out) {
          out.write();
          out.setTimer({ kind: "t" }, [1, 2]);
          out.cancelTimer({ kind: "t" });
          out.reply(call, `at ${out.clock()}`);
        },
      },
    };
    const input: Input = { kind: "request", call: "c#1" as Call, request: { kind: "wish" } };
    const alone = step(wishful, wishful.init(here), input, 17);
    const together = colocate("together", wishful, counter);
    const effects = step(together, together.init(here), input, 17);
    expect(effects).toEqual(alone);
    expect(effects).toHaveLength(4);
  });

  it("leave nothing behind when a rule throws in the middle of a step", () => {
    const hasty: Role<{ state: object; requests: { kind: "try" }; sends: Ping }> = {
      name: "hasty",
      durable: [],
      init: () => ({}),
      receive: {},
      timeout: {},
      request: {
        try(_, __, ___, out) {
          out.send(here, { kind: "ping", hops: 0 });
          throw new Error("no");
        },
      },
    };
    const both = colocate("both", hasty, counter);
    const self = both.init(here);
    expect(() => step(both, self, { kind: "request", call: "c#1" as Call, request: { kind: "try" } })).toThrow("no");
    step(both, self, message(0));
    expect(self).toMatchObject({ heard: [there] });
  });

  it("of one kind do not mix up nodes: each node has its own address", () => {
    const both = colocate("both", relay("relay", here), counter);
    const self = both.init(there);
    expect(step(both, self, message(1, here))).toContainEqual({ kind: "send", to: here, message: { kind: "ping", hops: 0 } });
    expect(self).toMatchObject({ heard: [here] });
  });

  it("may not share a field, a timer or a request", () => {
    const relayed = relay("relay", there);
    expect(() => colocate("twice", relayed, relayed)).toThrow('two parts of twice have the field "relayed"; each belongs to one part');
    const other = { ...counter, init: () => ({ other: 0 }) } as never;
    expect(() => colocate("twice", counter, other)).toThrow('two parts of twice have the timer "tick"');
    const third = { ...relayed, init: () => ({ third: 0 }), durable: [] } as never;
    expect(() => colocate("twice", relayed, third)).toThrow('two parts of twice have the request "begin"');
  });
});
