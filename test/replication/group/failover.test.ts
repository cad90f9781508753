import { describe, expect, it } from "vitest";
import { step, type AnyRole, type Call, type NodeId, type Tagged } from "../../../lib/core.js";
import { operationLatencies } from "../../../lib/measure.js";
import { chain, lostWrites, master, primaryBackup, type PrimaryBackupOptions, type Replica } from "../../../lib/replication.js";
import { only, simulate } from "../../../lib/sim.js";
import { m, three } from "./groups.js";

/** A client that writes without a pause, and a primary that stops for good in the middle. */
function stopped(options: Partial<PrimaryBackupOptions>, seed = 1) {
  const role = primaryBackup({ members: three, master: m, ...options });
  const run = simulate({
    seed,
    nodes: { m: master({ members: three }), r1: role, r2: role, r3: role },
    network: { latency: [1, 3] },
    clients: { w: { operations: (_, serial) => ({ kind: "put", key: `k${serial}`, value: "v" }), to: ["r1", "r2", "r3"], load: { kind: "open", perSecond: 200 }, until: 1_500, timeoutMs: 100, retries: 20, backoff: 20 } },
    faults: [{ at: 500, kind: "crash", node: "r1" }],
    until: 3_000,
  });
  const told = run.history.filter(({ returnedAt }) => returnedAt !== null);
  return { run, told, lost: lostWrites(stateOf(run, "r2"), run.history) };
}

const stateOf = (run: { readonly simulation: { state(node: never): object | null } }, node: string): Replica => run.simulation.state(node as never) as unknown as Replica;
const request = (kind: "put" | "get", serial: number): { readonly kind: "request"; readonly call: Call; readonly request: Tagged } =>
  ({ kind: "request", call: `c#${serial}` as Call, request: { kind, key: "x", value: "a" } as Tagged });

describe("a failover", () => {
  it("loses nothing that all backups, or one of them, had to have", () => {
    for (const acks of ["all", 1] as const) expect(stopped({ acks }).lost).toEqual([]);
    expect(stopped({ acks: "all" }).told.length).toBeGreaterThan(200);
  });

  it("loses what an asynchronous primary has not sent: about its writes per ms times its lag", () => {
    const lost = (shipEvery: number | null) => {
      let sum = 0;
      for (let seed = 1; seed <= 10; seed++) sum += stopped({ acks: 0, shipEvery }, seed).lost.length;
      return sum / 10;
    };
    expect(lost(null)).toBeLessThan(2);
    const [some, many] = [lost(50), lost(200)];
    expect(some).toBeGreaterThan(2);
    expect(many).toBeGreaterThan(2 * some);
    expect(many).toBeLessThan(200 * 0.2 + 4);
  });

  it("stops the writes for as long as the master waits, and a little", () => {
    const { run } = stopped({});
    const waits = operationLatencies(run.trace).map(({ ms }) => ms);
    expect(Math.max(...waits)).toBeGreaterThan(200);
    expect(Math.max(...waits)).toBeLessThan(450);
  });

  it.each([["head", 0], ["middle", 1], ["tail", 2]] as const)("of a chain's %s keeps every write, and goes on", (_, place) => {
    const role = chain({ members: three, master: m });
    const run = simulate({
      seed: 2,
      nodes: { m: master({ members: three }), r1: role, r2: role, r3: role },
      network: { latency: [1, 3] },
      clients: { w: { operations: (_, serial) => ({ kind: "put", key: `k${serial}`, value: "v" }), to: [...three], count: 100, timeoutMs: 100, retries: 20, backoff: 20 } },
      faults: [{ at: 200, kind: "crash", node: three[place]!, forMs: 600 }],
      until: 4_000,
    });
    expect(run.history.filter(({ returnedAt }) => returnedAt !== null)).toHaveLength(100);
    for (const node of three) expect(lostWrites(stateOf(run, node), run.history)).toEqual([]);
    // Who was away is the tail now.
    expect(only(run.trace, "decide").map(({ outcome }) => (outcome as { members: readonly string[] }).members.length)).toEqual([2, 3]);
    expect(stateOf(run, "r1").configuration.members.at(-1)).toBe(three[place]);
  });
});

describe("a chain in its rules", () => {
  const sent = (role: AnyRole, state: object, from: NodeId | null, input: Tagged): readonly { readonly to: NodeId; readonly message: Tagged }[] =>
    step(role, state, from === null ? (input as never) : { kind: "message", from, message: input })!.flatMap((effect) => (effect.kind === "send" ? [effect] : []));

  it("has a put pass from the head to the tail, which answers", () => {
    const role = chain({ members: three });
    const [head, middle, tail] = three.map((node) => role.init(node)) as [Replica, Replica, Replica];
    const [first] = sent(role, head, null, request("put", 1));
    expect(first).toMatchObject({ to: "r2", message: { kind: "update", updates: [{ seq: 1, key: "x", value: "a" }] } });
    const [second] = sent(role, middle, three[0]!, first!.message);
    expect(second).toMatchObject({ to: "r3", message: { kind: "update" } });
    const effects = step(role, tail, { kind: "message", from: three[1]!, message: second!.message })!;
    expect(effects).toContainEqual({ kind: "reply", call: "c#1", result: null });
    expect(effects).toContainEqual({ kind: "send", to: "r2", message: { kind: "ack", epoch: 1, seq: 1, committed: 1 } });
    // The write is on disk before the next node hears of it, and the client.
    expect(effects.findIndex(({ kind }) => kind === "write")).toBeLessThan(effects.findIndex(({ kind }) => kind === "reply"));
    // Before the tail's word the key is dirty at the head.
    const craq = chain({ members: three, reads: "any" });
    expect(sent(craq, head, null, request("get", 2))).toMatchObject([{ to: "r3", message: { kind: "ask-version" } }]);
    expect(step(craq, tail, request("get", 3))).toEqual([{ kind: "reply", call: "c#3", result: "a" }]);
  });

  it("sends a client to whom it should have asked", () => {
    const role = chain({ members: three });
    const middle = role.init(three[1]!);
    expect(step(role, middle, request("put", 1))).toMatchObject([{ kind: "reply", result: { kind: "redirect", to: "r1" } }]);
    expect(step(role, middle, request("get", 2))).toMatchObject([{ kind: "reply", result: { kind: "redirect", to: "r3" } }]);
  });

  it("performs a write that a client repeats once", () => {
    const role = chain({ members: three.slice(0, 1) });
    const alone = role.init(three[0]!);
    for (const _ of [1, 2]) expect(step(role, alone, request("put", 1))).toContainEqual({ kind: "reply", call: "c#1", result: null });
    expect(alone.committed).toBe(1);
  });
});

describe("the options", () => {
  it("say what is wrong with them", () => {
    expect(() => primaryBackup({ members: three, acks: 3 })).toThrow("acks must be a whole number from 0 to 2, got 3");
    expect(() => primaryBackup({ members: three, check: "lease" })).toThrow('check must be "confirm" or "none" without a master');
    expect(() => chain({ members: three, master: three[0]! })).toThrow("master must be no member of its group, got r1");
    expect(() => chain({ members: three, reads: "head" as never })).toThrow('reads must be one of "tail", "any", got "head"');
    expect(() => master({ members: three, spares: [three[0]!] })).toThrow("twice");
  });
});
