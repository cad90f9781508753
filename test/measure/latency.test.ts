import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { downtimes, outages } from "../../lib/measure/availability.js";
import { decisionLatencies, operationLatencies, unanswered } from "../../lib/measure/latency.js";
import { rounds } from "../../lib/measure/rounds.js";
import { timeline } from "../../lib/measure/timeline.js";
import { anyTrace, round, Scribe } from "./traces.js";

describe("decisionLatencies", () => {
  it("counts from the first request, in ms and in message delays", () => {
    expect(decisionLatencies(round())).toEqual([{ node: "p", at: 10, ms: 10, delays: 2, hops: 2 }]);
  });

  it("has no row where nobody asked or nothing was decided", () => {
    expect(decisionLatencies([])).toEqual([]);
    expect(decisionLatencies(new Scribe().timer("a").decide("a", 1).trace)).toEqual([]);
    expect(decisionLatencies(new Scribe().request("a", "c#1").trace)).toEqual([]);
  });
});

describe("operationLatencies", () => {
  it("lasts from a client's first call to the answer's arrival, over all attempts", () => {
    const scribe = new Scribe();
    scribe.wait(5).invoke("c", "c#1", "p").wait(20).invoke("c", "c#1", "q", 2).wait(1).request("q", "c#1");
    scribe.wait(2).deliver(scribe.send("q", "a", "ask"));
    scribe
      .wait(2)
      .deliver(scribe.send("a", "q", "answer"))
      .reply("q", "c#1", "ok")
      .wait(1)
      .returns("c", "c#1");
    expect(operationLatencies(scribe.trace)).toEqual([
      { client: "c", call: "c#1", request: "ask", from: 5, to: 31, ms: 26, attempts: 2, delays: 2, hops: 2 },
    ]);
    expect(unanswered(scribe.trace)).toEqual([]);
  });

  it("lasts from arrival to reply where the script asked", () => {
    expect(operationLatencies(round())).toEqual([
      { client: "p", call: "c#1", request: "ask", from: 0, to: 10, ms: 10, attempts: 1, delays: 2, hops: 2 },
    ]);
  });

  it("has no row for what was never answered; unanswered has", () => {
    const scribe = new Scribe();
    scribe
      .invoke("c", "c#1", "p")
      .wait(9)
      .givesUp("c", "c#1")
      .invoke("c", "c#2", "p")
      .wait(1)
      .invoke("c", "c#2", "p", 2);
    expect(operationLatencies(scribe.trace)).toEqual([]);
    expect(unanswered(scribe.trace)).toEqual([
      { client: "c", call: "c#1", request: "ask", from: 0, attempts: 1, why: "given up" },
      { client: "c", call: "c#2", request: "ask", from: 9, attempts: 2, why: "still waiting" },
    ]);
  });

  it("is never longer in direct causes than in message delays, on any trace", () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        for (const { ms, delays, hops } of decisionLatencies(trace)) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(delays).toBeGreaterThanOrEqual(0);
          expect(hops).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe("outages", () => {
  it("are the stretches in which somebody waited and nobody was answered", () => {
    const scribe = new Scribe();
    scribe.wait(10).invoke("c", "c#1", "p").wait(2).returns("c", "c#1"); // 10 to 12
    scribe.wait(100).invoke("c", "c#2", "p").wait(1).invoke("d", "d#1", "p").wait(50).returns("d", "d#1"); // 112 to 163
    scribe.wait(3).returns("c", "c#2"); // 163 to 166
    scribe.wait(10).invoke("c", "c#3", "p").wait(30).timer("p"); // 176 to the end
    expect(outages(scribe.trace)).toEqual([
      { from: 10, to: 12, ms: 2, waiting: 1 },
      { from: 112, to: 163, ms: 51, waiting: 2 },
      { from: 163, to: 166, ms: 3, waiting: 1 },
      { from: 176, to: 206, ms: 30, waiting: 1 },
    ]);
    expect(outages(scribe.trace, { longerThan: 20 }).map(({ ms }) => ms)).toEqual([51, 30]);
    expect(outages(scribe.trace, { until: 150 }).map(({ from, to }) => [from, to])).toEqual([
      [10, 12],
      [112, 150],
    ]);
  });

  it("go on through answers that are no success", () => {
    const scribe = new Scribe();
    scribe
      .invoke("c", "c#1", "p")
      .wait(5)
      .returns("c", "c#1", "error")
      .wait(1)
      .invoke("c", "c#2", "p")
      .wait(4)
      .returns("c", "c#2", "ok");
    expect(outages(scribe.trace, { success: (result) => result === "ok" })).toEqual([
      { from: 0, to: 10, ms: 10, waiting: 1 },
    ]);
  });

  it("say what they do not accept", () => {
    expect(() => outages([], { longerThan: -1 })).toThrow("longerThan must be a finite number of at least 0, got -1");
  });
});

describe("downtimes", () => {
  it("last from crash to restart, from pause to resume, or to the end", () => {
    const scribe = new Scribe();
    scribe
      .wait(1)
      .fault("crash", "a")
      .wait(4)
      .fault("pause", "b")
      .wait(5)
      .fault("restart", "a")
      .wait(1)
      .fault("crash", "b")
      .wait(9)
      .timer("a");
    expect(downtimes(scribe.trace)).toEqual([
      { node: "a", from: 1, to: 10, ms: 9, why: "crashed" },
      { node: "b", from: 5, to: 11, ms: 6, why: "paused" },
      { node: "b", from: 11, to: 20, ms: 9, why: "crashed" },
    ]);
  });
});

describe("rounds", () => {
  it("counts a broadcast once", () => {
    expect(rounds(round(), "prepare")).toEqual([{ node: "p", rounds: 1, messages: 3 }]);
    expect(rounds(round(), "promised").map(({ node, rounds }) => [node, rounds])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
    expect(rounds(round(), "accept")).toEqual([]);
  });
});

describe("timeline", () => {
  it("has a row for each stretch, also for those in which nothing happens", () => {
    const rows = timeline(round(), { every: 3 });
    expect(rows.map(({ from, to, sent, delivered }) => [from, to, sent, delivered])).toEqual([
      [0, 3, 4, 1],
      [3, 6, 1, 1],
      [6, 9, 1, 1 + 0],
      [9, 12, 0, 3],
    ]);
    expect(rows.reduce((sum, { decided }) => sum + decided, 0)).toBe(1);
    expect(timeline([], { every: 3 })).toEqual([]);
  });

  it("refuses stretches too short to list", () => {
    expect(() => timeline(round(), { every: 0 })).toThrow(
      "every must be a length in ms that gives at most 100000 rows over 11 ms, got 0",
    );
    expect(() => timeline(round(), { every: 1e-9 })).toThrow("every must be a length in ms");
  });
});
