import { expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { abdClient, abdReplica } from "../../../lib/replication.js";
import { simulate } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";

it("records a reader that finishes the write of a writer who stopped", () => {
  const replicas = ids("r1", "r2", "r3");
  const { trace } = simulate({
    nodes: { w: abdClient({ replicas, writers: "one" }), c: abdClient({ replicas }), r1: abdReplica(), r2: abdReplica(), r3: abdReplica() },
    network: { latency: 10, links: { "w>r2": { loss: 1 }, "w>r3": { loss: 1 }, "c<>r3": { latency: 40 } } },
    requests: [
      { at: 0, node: "w", request: { kind: "write", key: "x", value: "new" } },
      { at: 30, node: "c", request: { kind: "read", key: "x" } },
    ],
    faults: [{ at: 15, kind: "crash", node: "w" }],
    limits: { time: 75 },
  });
  expect(sequence(trace)).toMatchInlineSnapshot(`
    "     0.000  w   is asked write key=x value=new (outside#1)
         0.000  w   writes and flushes, on disk at once
         0.000  w   → r1 store call=outside#1 key=x stamp=(1, w) value=new #1
         0.000  w   → r2 store call=outside#1 key=x stamp=(1, w) value=new #2
         0.000  r2  ✗ w store #2: lost
         0.000  w   → r3 store call=outside#1 key=x stamp=(1, w) value=new #3
         0.000  r3  ✗ w store #3: lost
        10.000  r1  ← w store #1
        10.000  r1  writes and flushes, on disk at once
        10.000  r1  → w stored call=outside#1 #4
        15.000  w   crashes
        20.000  w   ✗ r1 stored #4: the receiver is down
        30.000  c   is asked read key=x (outside#2)
        30.000  c   → r1 query call=outside#2 key=x #5
        30.000  c   → r2 query call=outside#2 key=x #6
        30.000  c   → r3 query call=outside#2 key=x #7
        40.000  r1  ← c query #5
        40.000  r1  → c told call=outside#2 stamp=(1, w) value=new #8
        40.000  r2  ← c query #6
        40.000  r2  → c told call=outside#2 stamp=(0, ) value=– #9
        50.000  c   ← r1 told #8
        50.000  c   ← r2 told #9
        50.000  c   → r1 store call=outside#2 key=x stamp=(1, w) value=new #10
        50.000  c   → r2 store call=outside#2 key=x stamp=(1, w) value=new #11
        50.000  c   → r3 store call=outside#2 key=x stamp=(1, w) value=new #12
        60.000  r1  ← c store #10
        60.000  r1  → c stored call=outside#2 #13
        60.000  r2  ← c store #11
        60.000  r2  writes and flushes, on disk at once
        60.000  r2  → c stored call=outside#2 #14
        70.000  r3  ← c query #7
        70.000  r3  → c told call=outside#2 stamp=(0, ) value=– #15
        70.000  c   ← r1 stored #13
        70.000  c   ← r2 stored #14
        70.000  c   answers new (outside#2)
    "
  `);
});
