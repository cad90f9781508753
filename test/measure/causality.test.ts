import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causality, longestChain } from "../../lib/measure/causality.js";
import type { TraceEvent } from "../../lib/trace/event.js";
import { anyTrace, round, Scribe } from "./traces.js";

describe("causality", () => {
  it("counts the messages that must follow one another", () => {
    const trace = round();
    const decided = trace.find((event) => event.kind === "decide")!;
    expect(causality(trace).delays(decided.step)).toBe(2);
    expect(causality(trace).hops(decided.step)).toBe(2);
  });

  it("counts both rounds where a timer begins the second, but only the last on the path of direct causes", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    scribe.deliver(scribe.send("p", "a", "prepare"));
    scribe.deliver(scribe.send("a", "p", "refused"));
    scribe.timer("p");
    scribe.deliver(scribe.send("p", "a", "prepare"));
    scribe.deliver(scribe.send("a", "p", "promised")).decide("p", "x");
    const { step } = scribe.trace.at(-1)!;
    expect(causality(scribe.trace).delays(step)).toBe(4);
    expect(causality(scribe.trace).hops(step)).toBe(2);
  });

  it("follows what waited for the disk back to what asked for the write", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    scribe.deliver(scribe.send("p", "a", "prepare")).write("a");
    scribe.wait(5).timer("a").wait(5).flushed("a");
    scribe.deliver(scribe.send("a", "p", "promised"));
    const { step } = scribe.trace.at(-1)!;
    expect(causality(scribe.trace).hops(step)).toBe(2);
    expect(causality(scribe.trace).chain(step)).toEqual([1, 2]);
  });

  it("knows no chain between steps that have nothing to do with each other", () => {
    const scribe = new Scribe();
    scribe.request("a", "c#1").request("b", "c#2");
    scribe.deliver(scribe.send("b", "c", "tell"));
    expect(causality(scribe.trace).delaysSince(1, 3)).toBeNull();
    expect(causality(scribe.trace).delaysSince(2, 3)).toBe(1);
    expect(causality(scribe.trace).delaysSince(3, 2)).toBeNull();
  });

  it("agrees with trying all chains, on any trace", () => {
    let longest = 0;
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const causes = causality(trace);
        const edges = edgesOf(trace);
        for (const { step } of trace) {
          const expected = longestPath(edges, step, null)!;
          expect(causes.delays(step)).toBe(expected);
          longest = Math.max(longest, expected);
          expect(causes.delaysSince(1, step)).toBe(longestPath(edges, step, 1));
          expect(causes.chain(step)).toHaveLength(expected);
        }
      }),
      { numRuns: 60 },
    );
    // Or the traces would have been too short to say anything.
    expect(longest).toBeGreaterThan(4);
  });

  it("finds a chain in which each message was sent by a node after the one before had reached it", () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const chain = longestChain(trace);
        const at = (kind: string, id: number) =>
          trace.findIndex((event) => event.kind === kind && "id" in event && event.id === id);
        for (const [i, id] of chain.entries()) {
          if (i === 0) continue;
          const before = trace.filter((event) => event.kind === "deliver" && event.id === chain[i - 1]);
          const send = trace[at("send", id)] as Extract<TraceEvent, { kind: "send" }>;
          expect(
            before.some(
              (event) =>
                event.kind === "deliver" && event.to === send.from && trace.indexOf(event) < trace.indexOf(send),
            ),
          ).toBe(true);
        }
      }),
    );
  });
});

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly length: 0 | 1;
}

/** The edges of "happened before", read off the trace one by one. */
function edgesOf(trace: readonly TraceEvent[]): Edge[] {
  const edges: Edge[] = [];
  const stepsOf = new Map<string, number[]>();
  for (const event of trace) {
    const node =
      event.kind === "deliver" ? event.to : event.kind === "request" || event.kind === "timer" ? event.node : null;
    if (node === null) continue;
    const steps = stepsOf.get(node) ?? [];
    for (const before of steps) edges.push({ from: before, to: event.step, length: 0 });
    stepsOf.set(node, [...steps, event.step]);
    if (event.kind !== "deliver") continue;
    const send = trace.find((other) => other.kind === "send" && other.id === event.id)!;
    edges.push({ from: send.step, to: event.step, length: 1 });
  }
  return edges;
}

/** By recursion over all edges; null where `from` is given and no path begins there. */
function longestPath(
  edges: readonly Edge[],
  to: number,
  from: number | null,
  known = new Map<number, number | null>(),
): number | null {
  if (to === from) return 0;
  if (known.has(to)) return known.get(to)!;
  let longest: number | null = from === null ? 0 : null;
  for (const edge of edges) {
    if (edge.to !== to) continue;
    const before = longestPath(edges, edge.from, from, known);
    if (before !== null && before + edge.length >= (longest ?? -1)) longest = before + edge.length;
  }
  known.set(to, longest);
  return longest;
}
