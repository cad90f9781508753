import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { acceptor, proposer } from "../../../lib/paxos.js";
import { simulate } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";

describe("a recorded run of Paxos", () => {
  it("is a proposer whose ballot is beaten between its two phases, and whose next one is for the value of its rival", () => {
    const acceptors = ids("a1", "a2", "a3");
    const rival = proposer({ acceptors, retryAfter: 100, backoff: 30 });
    const { trace } = simulate({
      nodes: { p1: rival, p2: rival, a1: acceptor({ nack: true }), a2: acceptor({ nack: true }), a3: acceptor({ nack: true }) },
      network: { latency: 10 },
      requests: [
        { at: 0, node: "p1", request: { kind: "propose", value: "x" } },
        { at: 15, node: "p2", request: { kind: "propose", value: "y" } },
      ],
    });
    expect(sequence(trace)).toMatchInlineSnapshot(`
      "     0.000  p1  is asked propose value=x (outside#1)
           0.000  p1  writes and flushes, on disk at once
           0.000  p1  → a1 prepare ballot=(1, p1) #1
           0.000  p1  → a2 prepare ballot=(1, p1) #2
           0.000  p1  → a3 prepare ballot=(1, p1) #3
          10.000  a1  ← p1 prepare #1
          10.000  a1  writes and flushes, on disk at once
          10.000  a1  → p1 promised ballot=(1, p1) vote=– #4
          10.000  a2  ← p1 prepare #2
          10.000  a2  writes and flushes, on disk at once
          10.000  a2  → p1 promised ballot=(1, p1) vote=– #5
          10.000  a3  ← p1 prepare #3
          10.000  a3  writes and flushes, on disk at once
          10.000  a3  → p1 promised ballot=(1, p1) vote=– #6
          15.000  p2  is asked propose value=y (outside#2)
          15.000  p2  writes and flushes, on disk at once
          15.000  p2  → a1 prepare ballot=(1, p2) #7
          15.000  p2  → a2 prepare ballot=(1, p2) #8
          15.000  p2  → a3 prepare ballot=(1, p2) #9
          20.000  p1  ← a1 promised #4
          20.000  p1  ← a2 promised #5
          20.000  p1  → a1 accept ballot=(1, p1) value=x #10
          20.000  p1  → a2 accept ballot=(1, p1) value=x #11
          20.000  p1  → a3 accept ballot=(1, p1) value=x #12
          20.000  p1  ← a3 promised #6
          25.000  a1  ← p2 prepare #7
          25.000  a1  writes and flushes, on disk at once
          25.000  a1  → p2 promised ballot=(1, p2) vote=– #13
          25.000  a2  ← p2 prepare #8
          25.000  a2  writes and flushes, on disk at once
          25.000  a2  → p2 promised ballot=(1, p2) vote=– #14
          25.000  a3  ← p2 prepare #9
          25.000  a3  writes and flushes, on disk at once
          25.000  a3  → p2 promised ballot=(1, p2) vote=– #15
          30.000  a1  ← p1 accept #10
          30.000  a1  → p1 nack ballot=(1, p1) promised=(1, p2) #16
          30.000  a2  ← p1 accept #11
          30.000  a2  → p1 nack ballot=(1, p1) promised=(1, p2) #17
          30.000  a3  ← p1 accept #12
          30.000  a3  → p1 nack ballot=(1, p1) promised=(1, p2) #18
          35.000  p2  ← a1 promised #13
          35.000  p2  ← a2 promised #14
          35.000  p2  → a1 accept ballot=(1, p2) value=y #19
          35.000  p2  → a2 accept ballot=(1, p2) value=y #20
          35.000  p2  → a3 accept ballot=(1, p2) value=y #21
          35.000  p2  ← a3 promised #15
          40.000  p1  ← a1 nack #16
          40.000  p1  ← a2 nack #17
          40.000  p1  ← a3 nack #18
          45.000  a1  ← p2 accept #19
          45.000  a1  writes and flushes, on disk at once
          45.000  a1  → p2 accepted ballot=(1, p2) value=y #22
          45.000  a2  ← p2 accept #20
          45.000  a2  writes and flushes, on disk at once
          45.000  a2  → p2 accepted ballot=(1, p2) value=y #23
          45.000  a3  ← p2 accept #21
          45.000  a3  writes and flushes, on disk at once
          45.000  a3  → p2 accepted ballot=(1, p2) value=y #24
          55.000  p2  ← a1 accepted #22
          55.000  p2  ← a2 accepted #23
          55.000  p2  decides y
          55.000  p2  answers y (outside#2)
          55.000  p2  ← a3 accepted #24
          70.000  p1  timer retry
          70.000  p1  writes and flushes, on disk at once
          70.000  p1  → a1 prepare ballot=(2, p1) #25
          70.000  p1  → a2 prepare ballot=(2, p1) #26
          70.000  p1  → a3 prepare ballot=(2, p1) #27
          80.000  a1  ← p1 prepare #25
          80.000  a1  writes and flushes, on disk at once
          80.000  a1  → p1 promised ballot=(2, p1) vote=((1, p2), y) #28
          80.000  a2  ← p1 prepare #26
          80.000  a2  writes and flushes, on disk at once
          80.000  a2  → p1 promised ballot=(2, p1) vote=((1, p2), y) #29
          80.000  a3  ← p1 prepare #27
          80.000  a3  writes and flushes, on disk at once
          80.000  a3  → p1 promised ballot=(2, p1) vote=((1, p2), y) #30
          90.000  p1  ← a1 promised #28
          90.000  p1  ← a2 promised #29
          90.000  p1  → a1 accept ballot=(2, p1) value=y #31
          90.000  p1  → a2 accept ballot=(2, p1) value=y #32
          90.000  p1  → a3 accept ballot=(2, p1) value=y #33
          90.000  p1  ← a3 promised #30
         100.000  a1  ← p1 accept #31
         100.000  a1  writes and flushes, on disk at once
         100.000  a1  → p1 accepted ballot=(2, p1) value=y #34
         100.000  a2  ← p1 accept #32
         100.000  a2  writes and flushes, on disk at once
         100.000  a2  → p1 accepted ballot=(2, p1) value=y #35
         100.000  a3  ← p1 accept #33
         100.000  a3  writes and flushes, on disk at once
         100.000  a3  → p1 accepted ballot=(2, p1) value=y #36
         110.000  p1  ← a1 accepted #34
         110.000  p1  ← a2 accepted #35
         110.000  p1  decides y
         110.000  p1  answers y (outside#1)
         110.000  p1  ← a3 accepted #36
      "
    `);
  });
});
