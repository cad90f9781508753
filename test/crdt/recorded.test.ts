import { expect, it } from "vitest";
import { ids } from "../../lib/core.js";
import { deltaReplica, orSet } from "../../lib/crdt.js";
import { simulate } from "../../lib/sim.js";
import { sequence } from "../../lib/trace.js";

it("records two replicas of a set that send deltas: an addition that the removal did not see wins", () => {
  const nodes = ids("a", "b");
  const replica = deltaReplica(orSet, { nodes, every: 30 });
  const { trace } = simulate({
    nodes: { a: replica, b: replica },
    network: { latency: 10 },
    requests: [
      { at: 0, node: "a", request: { kind: "update", update: { kind: "add", item: "x" } } },
      { at: 65, node: "a", request: { kind: "update", update: { kind: "remove", item: "x" } } },
      { at: 66, node: "b", request: { kind: "update", update: { kind: "add", item: "x" } } },
      { at: 115, node: "a", request: { kind: "read" } },
      { at: 115, node: "b", request: { kind: "read" } },
    ],
    limits: { time: 119 },
  });
  expect(sequence(trace)).toMatchInlineSnapshot(`
    "     0.000  a  is asked update update=(add, x) (outside#1)
         0.000  a  writes and flushes, on disk at once
         0.000  a  answers – (outside#1)
        30.000  a  timer gossip
        30.000  a  → b delta data=({a.1 → x}, ((1), {})) seen=(1) upTo=1 #1
        30.000  b  timer gossip
        40.000  b  ← a delta #1
        40.000  b  writes and flushes, on disk at once
        40.000  b  → a ack upTo=1 #2
        50.000  a  ← b ack #2
        60.000  a  timer gossip
        60.000  b  timer gossip
        60.000  b  → a delta data=({a.1 → x}, ((1), {})) seen=(1) upTo=1 #3
        65.000  a  is asked update update=(remove, x) (outside#2)
        65.000  a  writes and flushes, on disk at once
        65.000  a  answers – (outside#2)
        66.000  b  is asked update update=(add, x) (outside#3)
        66.000  b  writes and flushes, on disk at once
        66.000  b  answers – (outside#3)
        70.000  a  ← b delta #3
        70.000  a  writes and flushes, on disk at once
        70.000  a  → b ack upTo=1 #4
        80.000  b  ← a ack #4
        90.000  a  timer gossip
        90.000  a  → b delta data=({}, ((1), {})) seen=(2) upTo=2 #5
        90.000  b  timer gossip
        90.000  b  → a delta data=({b.1 → x}, ((1, 1), {})) seen=(1, 1) upTo=2 #6
       100.000  b  ← a delta #5
       100.000  b  writes and flushes, on disk at once
       100.000  b  → a ack upTo=2 #7
       100.000  a  ← b delta #6
       100.000  a  writes and flushes, on disk at once
       100.000  a  → b ack upTo=2 #8
       110.000  a  ← b ack #7
       110.000  b  ← a ack #8
       115.000  a  is asked read (outside#4)
       115.000  a  answers [x] (outside#4)
       115.000  b  is asked read (outside#5)
       115.000  b  answers [x] (outside#5)
    "
  `);
});
