import { describe, expect, it } from "vitest";
import { causal, ricartAgrawala } from "../../lib/broadcast.js";
import { clocked, hybridClock } from "../../lib/clocks.js";
import { ids } from "../../lib/core.js";
import { simulate } from "../../lib/sim.js";
import { sequence } from "../../lib/trace.js";

describe("a recorded run", () => {
  it("of causal broadcast is an answer that waits for its question", () => {
    const role = causal({ nodes: ids("ann", "bob", "cid"), relay: false });
    const { trace } = simulate({
      nodes: { ann: role, bob: role, cid: role },
      network: { latency: 10, links: { "ann>cid": { latency: 60 } } },
      requests: [
        { at: 0, node: "ann", request: { kind: "broadcast", text: "lunch?" } },
        { at: 0, node: "bob", request: { kind: "broadcast", text: "yes", after: "lunch?" } },
      ],
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  ann  is asked broadcast text=lunch? (outside#1)
           0.000  ann  → bob data post=(ann, 1, lunch?) knows=() #1
           0.000  ann  → cid data post=(ann, 1, lunch?) knows=() #2
           0.000  ann  decides (ann, 1, lunch?)
           0.000  bob  is asked broadcast text=yes after=lunch? (outside#2)
          10.000  bob  ← ann data #1
          10.000  bob  decides (ann, 1, lunch?)
          10.000  bob  → ann data post=(bob, 1, yes) knows=(1) #3
          10.000  bob  → cid data post=(bob, 1, yes) knows=(1) #4
          10.000  bob  decides (bob, 1, yes)
          20.000  ann  ← bob data #3
          20.000  ann  decides (bob, 1, yes)
          20.000  cid  ← bob data #4
          60.000  cid  ← ann data #2
          60.000  cid  decides (ann, 1, lunch?)
          60.000  cid  decides (bob, 1, yes)
      "
    `);
  });

  it("of Ricart and Agrawala's algorithm is two that want in at once", () => {
    const role = ricartAgrawala({ nodes: ids("p1", "p2"), stay: 5 });
    const { trace } = simulate({
      nodes: { p1: role, p2: role },
      network: { latency: 10 },
      requests: [
        { at: 0, node: "p2", request: { kind: "enter" } },
        { at: 3, node: "p1", request: { kind: "enter" } },
      ],
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  p2  is asked enter (outside#1)
           0.000  p2  → p1 ask stamp=(1, p2) #1
           3.000  p1  is asked enter (outside#2)
           3.000  p1  → p2 ask stamp=(1, p1) #2
          10.000  p1  ← p2 ask #1
          13.000  p2  ← p1 ask #2
          13.000  p2  → p1 consent #3
          23.000  p1  ← p2 consent #3
          23.000  p1  decides ((1, p1))
          28.000  p1  timer leave
          28.000  p1  → p2 consent #4
          28.000  p1  answers left (outside#2)
          38.000  p2  ← p1 consent #4
          38.000  p2  decides ((1, p2))
          43.000  p2  timer leave
          43.000  p2  answers left (outside#1)
      "
    `);
  });

  it("of hybrid clocks is a message from a clock that is ahead", () => {
    const role = clocked(hybridClock);
    const { trace } = simulate({
      nodes: { p1: role, p2: role },
      network: { latency: 10 },
      faults: [{ at: 0, kind: "skew", node: "p1", offsetMs: 50 }],
      requests: [
        { at: 1, node: "p1", request: { kind: "tell", to: ids("p2")[0]! } },
        { at: 20, node: "p2", request: { kind: "work" } },
        { at: 80, node: "p2", request: { kind: "work" } },
      ],
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  p1  clock is 50 ms ahead
           1.000  p1  is asked tell to=p2 (outside#1)
           1.000  p1  decides (p1.1, send, –, (51, 0, p1), 51)
           1.000  p1  → p2 note stamp=(51, 0, p1) event=p1.1 #1
          11.000  p2  ← p1 note #1
          11.000  p2  decides (p2.1, receive, p1.1, (51, 1, p2), 11)
          20.000  p2  is asked work (outside#2)
          20.000  p2  decides (p2.2, work, –, (51, 2, p2), 20)
          80.000  p2  is asked work (outside#3)
          80.000  p2  decides (p2.3, work, –, (80, 0, p2), 80)
      "
    `);
  });
});
