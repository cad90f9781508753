import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../lib/sim.js";
import { loadTrace, only, saveTrace, sequence, traceHash, type TraceEvent } from "../../lib/trace.js";
import { keeper, listener, player, talker } from "../sim/roles.js";

const run = simulate({
  seed: "a trace",
  nodes: { t: talker(["a", "b"], { count: 40, every: [1, 5] }), a: listener, b: listener, k: keeper("a") },
  network: { loss: 0.1, duplication: 0.1 },
  disk: { flush: [0, 5] },
  changes: true,
  clients: { user: { operations: (_, n) => ({ kind: "keep", n }), to: "k", until: 100, timeoutMs: 30 } },
  nemesis: { until: 200, crashes: 10, writeCrashes: 10, pauses: 10, skews: 10, partitions: 10, slowdowns: 10, stalls: 10 },
});

describe("a trace", () => {
  it("comes back from its text as it was", () => {
    const saved = run.save();
    const { trace, seed, hash, options } = loadTrace(saved);
    expect(trace).toEqual(run.trace);
    expect([seed, hash]).toEqual(["a trace", run.hash]);
    expect(options).toContain('"nodes":{"t":"talker","a":"listener","b":"listener","k":"keeper"}');
    expect(options).toContain('"operations":"function operations"');
    expect(saveTrace(trace, { seed, options })).toBe(saved);
    expect(saved.split("\n")).toHaveLength(run.trace.length + 2);
  });

  it("comes back with whatever its messages hold", () => {
    const plain = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constantFrom(null, undefined, -0, NaN, Infinity), fc.bigInt());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, plain, tie("list"), tie("fields"), tie("map"), tie("set")),
      list: fc.array(tie("value"), { maxLength: 3 }),
      fields: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$map", "$$map", "$set", "kind")), tie("value"), { maxKeys: 3, noNullPrototype: true }),
      map: fc.array(fc.tuple(plain, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
      set: fc.array(plain, { maxLength: 3 }).map((items) => new Set(items)),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (outcomes) => {
        const trace = outcomes.map((outcome, i) => ({ kind: "decide", at: i / 3, step: i, node: "n", outcome })) as unknown as TraceEvent[];
        const text = saveTrace(trace, { seed: 1, options: "{}" });
        const loaded = loadTrace(text).trace;
        expect(loaded).toEqual(trace);
        expect(traceHash(loaded)).toBe(traceHash(trace));
      }),
    );
  });

  it.each([
    ["another file", "hello", "this is no saved trace: line 1 is not JSON"],
    ["an empty file", "", 'this is no saved trace: its first line must say "distlab trace"'],
    ["other JSON", '{"cells":[]}\n', 'this is no saved trace: its first line must say "distlab trace"'],
    ["another version", run.save().replace('"version":1', '"version":9'), "this trace has version 9; this library reads version 1"],
    ["half a file", run.save().split("\n").slice(0, 20).join("\n"), /this trace is cut off: it has 19 of \d+ events/],
    ["a changed event", run.save().replace('"kind":"send"', '"kind":"drop"'), /this trace was changed: its hash is [0-9a-f]{16}, and should be "[0-9a-f]{16}"/],
  ])("is refused where the text is %s", (_, text, message) => {
    expect(() => loadTrace(text)).toThrow(message);
  });
});

describe("the hash of a trace", () => {
  it("tells runs apart that differ in one event, or in the order of two", () => {
    const [first, second, ...rest] = run.trace;
    expect(traceHash([first!, second!, ...rest])).toBe(run.hash);
    expect(traceHash([second!, first!, ...rest])).not.toBe(run.hash);
    expect(traceHash([{ ...first!, at: first!.at + 1e-9 }, second!, ...rest])).not.toBe(run.hash);
    expect(traceHash(run.trace.slice(0, -1))).not.toBe(run.hash);
  });
});

describe("a trace as text", () => {
  it("has a line for each event, and a flush that takes no time with its write", () => {
    const quiet = simulate({
      nodes: { k: keeper("a"), a: listener },
      network: { latency: 2.5 },
      requests: [{ at: 1, node: "k", request: { kind: "keep", n: 4 } }],
      faults: [
        { at: 2, kind: "partition", groups: [["k"], ["a"]] },
        { at: 3, kind: "heal" },
        { at: 4, kind: "crash", node: "a", forMs: 3 },
        { at: 5, kind: "pause", node: "k", forMs: 1 },
        { at: 7, kind: "stall", node: "k", forMs: 1 },
        { at: 7, kind: "slow", node: "k", factor: 2.5 },
        { at: 7, kind: "skew", node: "k", offsetMs: -20, rate: 1.5 },
      ],
    });
    expect(`\n${sequence(quiet.trace)}`).toBe(`
     1.000  k        is asked keep n=4 (outside#1)
     1.000  k        writes and flushes, on disk at once
     1.000  k        → a fact n=4 #1
     1.000  k        decides 4
     1.000  k        answers 4 (outside#1)
     2.000  network  partition: k>a a>k cut
     3.000  network  healed: k>a a>k
     3.500  a        ← k fact #1
     4.000  a        crashes
     5.000  k        is paused
     6.000  k        goes on
     7.000  k        disk stalls for 1 ms
     7.000  k        takes 2.5 times as long
     7.000  k        clock is 20 ms behind, and runs 1.5 times as fast
     7.000  a        restarts
`);
  });

  it("tells what became of calls and copies, and may number the steps", () => {
    const { trace } = simulate({
      nodes: { k: keeper("a"), a: listener },
      network: { latency: 1, duplication: 1, links: { "user>k": { duplication: 0 } } },
      clients: { user: { operations: [{ kind: "keep", n: 4 }], to: "k", timeoutMs: 5, retries: 1 } },
      faults: [{ at: 1.5, kind: "cut", from: ["k"], to: ["user"], forMs: 4 }],
    });
    expect(`\n${sequence(trace, { steps: true })}`).toBe(`
 1       0.000  user     asks k keep n=4 (user#1)
 2       1.000  k        is asked keep n=4 (user#1)
 2       1.000  k        writes and flushes, on disk at once
 2       1.000  k        → a fact n=4 #1
 2       1.000  k        decides 4
 2       1.000  k        answers 4 (user#1)
 3       1.500  network  one-way: k>user cut
 4       2.000  a        ← k fact #1
 5       2.000  a        ← k fact #1 again
 6       2.000  user     ✗ reply from k (user#1): the link is cut
 7       5.000  user     asks k keep n=4 (user#1, attempt 2)
 8       5.500  network  healed: k>user
 9       6.000  k        is asked keep n=4 (user#1)
 9       6.000  k        writes and flushes, on disk at once
 9       6.000  k        → a fact n=4 #2
 9       6.000  k        decides 4
 9       6.000  k        answers 4 (user#1)
10       7.000  a        ← k fact #2
11       7.000  a        ← k fact #2 again
12       7.000  user     has its answer 4 (user#1)
`);
  });

  it("is cut with a count", () => {
    const { trace } = simulate({ nodes: { p: player("q", true, 20_000), q: player("p", false) }, limits: { time: 1e9 } });
    const text = sequence(trace);
    expect(text.split("\n")).toHaveLength(10_002);
    expect(text).toMatch(/\n\.\.\. and 30000 more events, up to \d+\.\d{3} ms\n$/);
    expect(sequence(trace.slice(0, 3), { lines: 2 })).toMatch(/\n\.\.\. and 1 more event, up to /);
    expect(sequence([])).toBe("nothing happened\n");
    expect(() => sequence(trace, { lines: 0 })).toThrow("lines must be a whole number of at least 1, got 0");
  });

  it("has words for every event, without undefined or [object Object]", () => {
    const kinds = new Set(run.trace.map(({ kind }) => kind));
    expect(kinds.size).toBeGreaterThan(15);
    expect(sequence(run.trace)).not.toMatch(/undefined|\[object|NaN/);
  });
});

describe("only", () => {
  it("takes the events of one kind, with their type", () => {
    const sends = only(run.trace, "send");
    expect(sends.length).toBe(run.trace.filter(({ kind }) => kind === "send").length);
    expect(sends.every(({ id }) => id > 0)).toBe(true);
  });
});
