import { describe, expect, it } from "vitest";
import { chain, master, primaryBackup } from "../../../lib/replication.js";
import { simulate } from "../../../lib/sim.js";
import { sequence, type TraceEvent } from "../../../lib/trace.js";
import { m, three } from "./groups.js";

/** Without the signs of life, which say nothing new. */
const essential = (trace: readonly TraceEvent[]): readonly TraceEvent[] =>
  trace.filter((event) => !("message" in event && ["alive", "granted"].includes((event.message as { kind: string }).kind)) && !("timer" in event && (event.timer as { kind: string }).kind === "alive"));

describe("a recorded run", () => {
  it("of CRAQ: a read of a dirty key asks the tail which version is committed, and a clean one asks nobody", () => {
    const role = chain({ members: three, reads: "any" });
    const { trace } = simulate({
      nodes: { r1: role, r2: role, r3: role },
      network: { latency: 10 },
      requests: [
        { at: 1, node: "r1", request: { kind: "put", key: "x", value: "a" } },
        { at: 15, node: "r1", request: { kind: "get", key: "x" } },
        { at: 60, node: "r2", request: { kind: "get", key: "x" } },
      ],
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  r1  writes and flushes, on disk at once
           0.000  r2  writes and flushes, on disk at once
           0.000  r3  writes and flushes, on disk at once
           0.000  r3  → r2 ack epoch=1 seq=0 committed=0 #1
           1.000  r1  is asked put key=x value=a (outside#1)
           1.000  r1  writes and flushes, on disk at once
           1.000  r1  → r2 update epoch=1 updates=[(1, outside#1, x, a)] committed=0 stable=0 #2
          10.000  r2  ← r3 ack #1
          11.000  r2  ← r1 update #2
          11.000  r2  writes and flushes, on disk at once
          11.000  r2  → r3 update epoch=1 updates=[(1, outside#1, x, a)] committed=0 stable=0 #3
          15.000  r1  is asked get key=x (outside#2)
          15.000  r1  → r3 ask-version epoch=1 call=outside#2 key=x #4
          21.000  r3  ← r2 update #3
          21.000  r3  writes and flushes, on disk at once
          21.000  r3  writes
          21.000  r3  answers – (outside#1)
          21.000  r3  → r2 ack epoch=1 seq=1 committed=1 #5
          25.000  r3  ← r1 ask-version #4
          25.000  r3  → r1 version epoch=1 call=outside#2 key=x seq=1 #6
          31.000  r2  ← r3 ack #5
          31.000  r2  writes
          31.000  r2  → r1 ack epoch=1 seq=1 committed=1 #7
          35.000  r1  ← r3 version #6
          35.000  r1  answers a (outside#2)
          41.000  r1  ← r2 ack #7
          41.000  r1  writes
          50.293  r1  timer resend
          55.342  r2  timer resend
          60.000  r2  is asked get key=x (outside#3)
          60.000  r2  answers a (outside#3)
      "
    `);
  });

  it("of a failover: the master seals the old epoch, makes the next, and the new primary completes what its predecessor began", () => {
    const role = primaryBackup({ members: three, master: m });
    const { trace } = simulate({
      nodes: { m: master({ members: three, suspectAfter: 200 }), r1: role, r2: role, r3: role },
      network: { latency: 5 },
      requests: [{ at: 100, node: "r1", request: { kind: "put", key: "x", value: "a" } }],
      faults: [{ at: 101, kind: "crash", node: "r1" }],
      until: 340,
    });
    expect(sequence(essential(trace).filter(({ at }) => at >= 100))).toMatchInlineSnapshot(`
      "   100.000  r1  is asked put key=x value=a (outside#1)
         100.000  r1  writes and flushes, on disk at once
         100.000  r1  → r2 update epoch=1 updates=[(1, outside#1, x, a)] committed=0 stable=0 #26
         100.000  r1  → r3 update epoch=1 updates=[(1, outside#1, x, a)] committed=0 stable=0 #27
         101.000  r1  crashes
         105.000  r2  ← r1 update #26
         105.000  r2  writes and flushes, on disk at once
         105.000  r2  → r1 ack epoch=1 seq=1 committed=0 #29
         105.000  r3  ← r1 update #27
         105.000  r3  writes and flushes, on disk at once
         105.000  r3  → r1 ack epoch=1 seq=1 committed=0 #30
         110.000  r1  ✗ r2 ack #29: the receiver is down
         110.000  r1  ✗ r3 ack #30: the receiver is down
         295.929  m   timer suspect node=r1
         295.929  m   writes and flushes, on disk at once
         295.929  m   writes and flushes, on disk at once
         295.929  m   → r1 seal epoch=2 #55
         295.929  m   → r2 seal epoch=2 #56
         295.929  m   → r3 seal epoch=2 #57
         300.929  r1  ✗ m seal #55: the receiver is down
         300.929  r2  ← m seal #56
         300.929  r2  writes and flushes, on disk at once
         300.929  r2  → m sealed epoch=2 synced=1 seq=1 #58
         300.929  r3  ← m seal #57
         300.929  r3  writes and flushes, on disk at once
         300.929  r3  → m sealed epoch=2 synced=1 seq=1 #59
         305.929  m   ← r2 sealed #58
         305.929  m   writes and flushes, on disk at once
         305.929  m   ← r3 sealed #59
         305.929  m   writes and flushes, on disk at once
         305.929  m   writes and flushes, on disk at once
         305.929  m   decides (2, [r2, r3], [])
         305.929  m   → r2 configure configuration=(2, [r2, r3], []) #61
         305.929  m   → r3 configure configuration=(2, [r2, r3], []) #62
         308.599  m   → r2 configure configuration=(2, [r2, r3], []) #63
         310.929  r2  ← m configure #61
         310.929  r2  writes and flushes, on disk at once
         310.929  r3  ← m configure #62
         310.929  r3  writes and flushes, on disk at once
         310.929  r3  → r2 resume epoch=2 seq=1 isEmpty=false #67
         313.599  r2  ← m configure #63
         315.929  r2  ← r3 resume #67
         315.929  r2  → r3 catch-up epoch=2 base=– updates=[] committed=0 #70
         320.929  r3  ← r2 catch-up #70
         320.929  r3  writes and flushes, on disk at once
         320.929  r3  → r2 ack epoch=2 seq=1 committed=0 #71
         325.929  r2  ← r3 ack #71
         325.929  r2  answers – (outside#1)
      "
    `);
  });
});
