import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type Call, effectText, ids, type NodeId, step, type Tagged } from "../../../lib/core.js";
import { acknowledgedOnDisks, cart, dynamo, type DynamoNode, type DynamoOptions, forgetfulDynamo } from "../../../lib/dynamo.js";
import { digestOf } from "../../../lib/storage/dynamo/merkle.js";
import { noRecords, recordEntries, recordOf, withRecord } from "../../../lib/storage/dynamo/records.js";
import { simulate } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";
import { letters, orderOf } from "./by-hand.js";

type Told = Tagged & Readonly<Record<string, unknown>>;

const call = "c#1" as Call;
const order = orderOf("k", 5) as readonly NodeId[];
const version = (actor: string, counter: number) => ({ dot: { actor, counter }, past: [], value: `${actor}${counter}`, at: 0 });
const only = (actor: string, counter: number) => ({ versions: [version(actor, counter)], seen: [{ actor, counter, at: 0 }] });

/** A node, and what it does with what comes to it, in words. */
function given(id: NodeId, options: Partial<DynamoOptions> = {}) {
  const role = dynamo({ nodes: letters.slice(0, 5), compareEvery: null, patience: 50, handoffEvery: 100, ...options });
  const self: DynamoNode = role.init(id);
  const does = (input: Parameters<typeof step>[2]): readonly string[] => (step(role, self, input) ?? []).map(effectText).map((text) => text.split(":")[0]!);
  return {
    self,
    on: (from: NodeId, message: Told) => does({ kind: "message", from, message }),
    asked: (request: Tagged, by: Call = call) => does({ kind: "request", call: by, request }),
    after: (timer: Told) => does({ kind: "timer", timer }),
  };
}
const put = { kind: "put", key: "k", value: "v" } as const;
const get = { kind: "get", key: "k" } as const;

describe("a coordinator", () => {
  const [first, second, third, fourth, fifth] = order as readonly [NodeId, NodeId, NodeId, NodeId, NodeId];
  const stored = (counter: number) => ({ kind: "stored", call, dot: { actor: first, counter }, key: "k", hint: null });

  it("writes to its disk before others hear of it, and answers when W have it", () => {
    const { asked, on, self } = given(first);
    expect(asked(put)).toEqual(["write and flush", `send to ${second}`, `send to ${third}`, "set timer"]);
    expect(on(second, stored(1))).toEqual([`reply to ${call}`]);
    expect(on(third, stored(1))).toEqual(["cancel timer"]);
    expect(self.puts.size).toBe(0);
  });

  it("counts nodes and not messages, and only answers to this write", () => {
    const { asked, on } = given(first, { w: 3 });
    asked(put);
    expect(on(second, stored(1))).toEqual([]);
    expect(on(second, stored(1))).toEqual([]);
    expect(on(third, stored(7))).toEqual([]);
    expect(on(third, stored(1))).toEqual([`reply to ${call}`, "cancel timer"]);
  });

  it("does not begin anew when the client asks again while it waits", () => {
    const { asked, self } = given(first);
    asked(put);
    expect(asked(put)).toEqual([]);
    expect(self.writes).toBe(1);
  });

  it("asks those that are silent again, and with sloppy quorums the next ones in their stead", () => {
    const sloppy = given(first);
    sloppy.asked(put);
    sloppy.on(second, stored(1));
    expect(sloppy.after({ kind: "patience", call })).toEqual([`send to ${third}`, `send to ${fourth}`, "set timer"]);
    const strict = given(first, { quorum: "strict" });
    strict.asked(put);
    expect(strict.after({ kind: "patience", call })).toEqual([`send to ${second}`, `send to ${third}`, "set timer"]);
  });

  it("gives up after so many rounds", () => {
    const { asked, after, self } = given(first, { rounds: 2 });
    asked(put);
    after({ kind: "patience", call });
    expect(after({ kind: "patience", call })).toEqual([]);
    expect(self.puts.size).toBe(0);
  });

  it("that is no replica sends the client on; and coordinates when the client comes back, if quorums are sloppy", () => {
    const sloppy = given(fifth);
    expect(sloppy.asked(put)).toEqual(["set timer", `reply to ${call}`]);
    expect(sloppy.asked(put)).toEqual(["write and flush", `send to ${first}`, `send to ${second}`, `send to ${third}`, "set timer"]);
    expect(recordEntries(sloppy.self.stored)).toEqual([]);
    const strict = given(fifth, { quorum: "strict" });
    strict.asked(put);
    expect(strict.asked(put)).toEqual(["set timer", `reply to ${call}`]);
  });

  it("of a read repairs who is stale, late ones too, and not without read repair", () => {
    const { asked, on, self } = given(first);
    self.stored = withRecord(noRecords, "k", only("a", 1));
    expect(asked(get)).toEqual([`send to ${second}`, `send to ${third}`, "set timer"]);
    expect(on(second, { kind: "fetched", call, siblings: { versions: [], seen: [] } })).toEqual([`reply to ${call}`, `send to ${second}`]);
    expect(on(third, { kind: "fetched", call, siblings: { versions: [], seen: [] } })).toEqual([`send to ${third}`, "cancel timer"]);
    const without = given(first, { readRepair: false });
    without.self.stored = withRecord(noRecords, "k", only("a", 1));
    without.asked(get);
    expect(without.on(second, { kind: "fetched", call, siblings: { versions: [], seen: [] } })).toEqual([`reply to ${call}`]);
  });
});

describe("a stand-in", () => {
  const [, , third, fourth] = order as readonly [NodeId, NodeId, NodeId, NodeId];
  const message = (counter: number) => ({ kind: "store", call, dot: { actor: "a", counter }, key: "k", siblings: only("a", counter), hint: third });

  it("keeps what has grown since it was handed over", () => {
    const { self, on } = given(fourth);
    on("a" as NodeId, message(1));
    const early = digestOf(recordOf(self.hints.get(third)!, "k"));
    on("a" as NodeId, message(2));
    on(third, { kind: "handed", key: "k", digest: early });
    expect(self.hints.size).toBe(1);
    on(third, { kind: "handed", key: "k", digest: digestOf(recordOf(self.hints.get(third)!, "k")) });
    expect(self.hints.size).toBe(0);
  });

  it("tries one key until it is taken, then the next", () => {
    const { self, on, after } = given(fourth);
    on("a" as NodeId, message(1));
    on("a" as NodeId, { ...message(1), key: "k2" });
    expect(after({ kind: "handoff" })).toEqual([`send to ${third}`, "set timer"]);
    expect(on(third, { kind: "handed", key: "k", digest: digestOf(recordOf(self.hints.get(third)!, "k")) })).toEqual(["write", `send to ${third}`]);
  });
});

describe("a cart", () => {
  const [a, b, c, shop] = ids("a", "b", "c", "shop") as readonly [NodeId, NodeId, NodeId, NodeId];
  const nodes = [a, b, c];

  it("joins siblings: what two clients added at the same time is all there", () => {
    const role = dynamo({ nodes });
    const { history } = simulate({
      nodes: { a: role, b: role, c: role, shop: cart({ nodes }), other: cart({ nodes: [b, c, a] }) },
      network: { latency: 5 },
      clients: {
        c1: { to: shop, operations: [{ kind: "add", key: "k", item: "book" }] },
        c2: { to: "other", operations: [{ kind: "add", key: "k", item: "pen" }] },
        c3: { to: shop, operations: [{ kind: "add", key: "k", item: "cup" }], from: 200 },
        c4: { to: shop, operations: [{ kind: "add", key: "k", item: "hat" }], from: 400 },
      },
      until: 1_000,
    });
    expect(history.map(({ result }) => result)).toMatchObject([
      { found: [], siblings: 0 }, { found: [], siblings: 0 },
      { found: ["book", "pen"], siblings: 2 }, { found: ["book", "cup", "pen"], siblings: 1 },
    ]);
  });

  it("refuses a list of no nodes and a misspelt option", () => {
    expect(() => cart({ nodes: [] })).toThrow("nodes must name at least 1 node, got none");
    expect(() => cart({ nodes, retry: 3 } as never)).toThrow('cart has no option "retry"');
  });
});

describe("all worlds of two nodes and two writes", () => {
  const nodes = ids("a", "b");
  const world = (make: typeof dynamo) => {
    const role = make({ nodes, n: 2, w: 2, r: 1, quorum: "strict", rounds: 1, compareEvery: null });
    return explore({
      nodes: { a: role, b: role },
      requests: [{ node: "a", request: put }, { node: "b", request: { ...put, value: "w" } }],
      properties: [acknowledgedOnDisks({ w: 2 })],
      crashes: 1,
    });
  };

  it("keep what was acknowledged, through a crash at any moment", () => {
    const verdict = world(dynamo);
    expect({ kind: verdict.kind, worlds: verdict.worlds }).toEqual({ kind: "holds", worlds: 202 });
  });

  it("do not where nodes forget", () => {
    expect(world(forgetfulDynamo)).toMatchObject({ kind: "violated" });
  });
});

describe("a recorded run", () => {
  it("is two writes that knew nothing of each other, a read that finds both, and a write that replaces them", () => {
    const role = dynamo({ nodes: ids("a", "b", "c"), compareEvery: null });
    const { trace } = simulate({
      nodes: { a: role, b: role, c: role, shop: cart({ nodes: ids("c") }) },
      network: { latency: 10 },
      requests: [
        { at: 0, node: "a", request: { kind: "put", key: "k", value: ["book"] } },
        { at: 5, node: "b", request: { kind: "put", key: "k", value: ["pen"] } },
        { at: 50, node: "shop", request: { kind: "add", key: "k", item: "cup" } },
      ],
      until: 150,
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  a     is asked put key=k value=[book] (outside#1)
           0.000  a     writes and flushes, on disk at once
           0.000  a     → c store call=outside#1 dot=(a, 1) key=k siblings=([((a, 1), [], [book], 0)], [(a, 1, 0)]) hint=– #1
           0.000  a     → b store call=outside#1 dot=(a, 1) key=k siblings=([((a, 1), [], [book], 0)], [(a, 1, 0)]) hint=– #2
           5.000  b     is asked put key=k value=[pen] (outside#2)
           5.000  b     writes and flushes, on disk at once
           5.000  b     → c store call=outside#2 dot=(b, 1) key=k siblings=([((b, 1), [], [pen], 5)], [(b, 1, 5)]) hint=– #3
           5.000  b     → a store call=outside#2 dot=(b, 1) key=k siblings=([((b, 1), [], [pen], 5)], [(b, 1, 5)]) hint=– #4
          10.000  c     ← a store #1
          10.000  c     writes and flushes, on disk at once
          10.000  c     → a stored call=outside#1 dot=(a, 1) key=k hint=– #5
          10.000  b     ← a store #2
          10.000  b     writes and flushes, on disk at once
          10.000  b     → a stored call=outside#1 dot=(a, 1) key=k hint=– #6
          15.000  c     ← b store #3
          15.000  c     writes and flushes, on disk at once
          15.000  c     → b stored call=outside#2 dot=(b, 1) key=k hint=– #7
          15.000  a     ← b store #4
          15.000  a     writes and flushes, on disk at once
          15.000  a     → b stored call=outside#2 dot=(b, 1) key=k hint=– #8
          20.000  a     ← c stored #5
          20.000  a     answers (written, (a, 1)) (outside#1)
          20.000  a     ← b stored #6
          25.000  b     ← c stored #7
          25.000  b     answers (written, (b, 1)) (outside#2)
          25.000  b     ← a stored #8
          50.000  shop  is asked add key=k item=cup (outside#3)
          50.000  shop  → c ask call=outside#3 get request=(get, k) #9
          60.000  c     ← shop ask #9
          60.000  c     → a fetch call=outside#3 get key=k #10
          60.000  c     → b fetch call=outside#3 get key=k #11
          70.000  a     ← c fetch #10
          70.000  a     → c fetched call=outside#3 get siblings=([((a, 1), [], [book], 0), ((b, 1), [], [pen], 5)], [(a, 1, 0), (b, 1, 5)]) #12
          70.000  b     ← c fetch #11
          70.000  b     → c fetched call=outside#3 get siblings=([((a, 1), [], [book], 0), ((b, 1), [], [pen], 5)], [(a, 1, 0), (b, 1, 5)]) #13
          80.000  c     ← a fetched #12
          80.000  c     → shop told call=outside#3 get result=(got, [[book], [pen]], [(a, 1, 0), (b, 1, 5)]) #14
          80.000  c     ← b fetched #13
          90.000  shop  ← c told #14
          90.000  shop  → c ask call=outside#3 put request=(put, k, [book, cup, pen], [(a, 1, 0), (b, 1, 5)]) #15
         100.000  c     ← shop ask #15
         100.000  c     writes and flushes, on disk at once
         100.000  c     → a store call=outside#3 put dot=(c, 1) key=k siblings=([((c, 1), [(a, 1, 0), (b, 1, 5)], [book, cup, pen], 100)], [(a, 1, 0), (b, 1, 5), (c, 1, 100)]) hint=– #16
         100.000  c     → b store call=outside#3 put dot=(c, 1) key=k siblings=([((c, 1), [(a, 1, 0), (b, 1, 5)], [book, cup, pen], 100)], [(a, 1, 0), (b, 1, 5), (c, 1, 100)]) hint=– #17
         110.000  a     ← c store #16
         110.000  a     writes and flushes, on disk at once
         110.000  a     → c stored call=outside#3 put dot=(c, 1) key=k hint=– #18
         110.000  b     ← c store #17
         110.000  b     writes and flushes, on disk at once
         110.000  b     → c stored call=outside#3 put dot=(c, 1) key=k hint=– #19
         120.000  c     ← a stored #18
         120.000  c     → shop told call=outside#3 put result=(written, (c, 1)) #20
         120.000  c     ← b stored #19
         130.000  shop  ← c told #20
         130.000  shop  answers (added, [book, pen], 2) (outside#3)
      "
    `);
  });
});
