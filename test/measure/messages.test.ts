import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../../lib/core/canonical.js";
import { linkCounts, messageCounts, messageTotal, nodeCounts, operationCost } from "../../lib/measure/messages.js";
import type { TraceEvent } from "../../lib/trace/event.js";
import { anyTrace, round, Scribe } from "./traces.js";

describe("messageCounts", () => {
  it("counts what was sent, arrived, was dropped and doubled, by kind, in the order of first use", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    const [first, second, third] = [
      scribe.send("p", "a", "prepare"),
      scribe.send("p", "b", "prepare"),
      scribe.send("p", "c", "accept"),
    ];
    scribe.wait(1).deliver(first!).deliver(first!, 1).drop(second!).drop(third!, "crashed");
    expect(messageCounts(scribe.trace)).toEqual([
      { message: "prepare", sent: 2, delivered: 2, dropped: 1, duplicated: 1, bytes: 2 * bytesOf({ kind: "prepare" }) },
      { message: "accept", sent: 1, delivered: 0, dropped: 1, duplicated: 0, bytes: bytesOf({ kind: "accept" }) },
    ]);
  });

  it("leaves out what a node sends to itself, if asked to", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    scribe.deliver(scribe.send("p", "p", "prepare"));
    scribe.deliver(scribe.send("p", "a", "prepare"));
    expect(messageTotal(scribe.trace)).toMatchObject({ sent: 2, delivered: 2 });
    expect(messageTotal(scribe.trace, { toSelf: false })).toMatchObject({ sent: 1, delivered: 1 });
  });

  it("refuses an option that it does not know", () => {
    expect(() => messageCounts([], { self: false } as object)).toThrow(
      'filter has no option "self"; it knows "toSelf"',
    );
  });

  it("agrees with counting one kind at a time, on any trace", () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        for (const row of messageCounts(trace))
          expect(row).toEqual({
            message: row.message,
            ...slowly(trace, ({ message }) => message.kind === row.message),
          });
        for (const row of linkCounts(trace))
          expect(row).toEqual({
            from: row.from,
            to: row.to,
            ...slowly(trace, ({ from, to }) => from === row.from && to === row.to),
          });
        expect(messageTotal(trace)).toEqual(slowly(trace, () => true));
      }),
    );
  });
});

describe("nodeCounts", () => {
  it("adds up to what was sent and delivered, on any trace", () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const rows = nodeCounts(trace);
        for (const { node, sent, received, bytesSent } of rows) {
          const out = sends(trace).filter(({ from }) => from === node);
          expect(sent).toBe(out.length);
          expect(bytesSent).toBe(out.reduce((sum, { message }) => sum + bytesOf(message), 0));
          expect(received).toBe(trace.filter((event) => event.kind === "deliver" && event.to === node).length);
        }
        expect(rows.reduce((sum, { received }) => sum + received, 0)).toBe(messageTotal(trace).delivered);
      }),
    );
  });
});

describe("operationCost", () => {
  it("counts a value that several nodes decide once", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    scribe.deliver(scribe.send("p", "a", "learn")).decide("a", { slot: 1, value: "x" });
    scribe.deliver(scribe.send("a", "b", "learn")).decide("b", { value: "x", slot: 1 });
    expect(operationCost(scribe.trace)).toMatchObject({ operations: 1, messages: 2, messagesPerOperation: 2 });
  });

  it("counts answered calls, if asked to", () => {
    const scribe = new Scribe();
    scribe
      .invoke("c", "c#1", "p")
      .returns("c", "c#1")
      .invoke("c", "c#2", "p")
      .returns("c", "c#2")
      .invoke("c", "c#3", "p");
    expect(operationCost(scribe.trace, { per: "answered" }).operations).toBe(2);
  });

  it("has no cost per operation where nothing was achieved", () => {
    expect(operationCost([])).toEqual({
      operations: 0,
      messages: 0,
      bytes: 0,
      messagesPerOperation: null,
      bytesPerOperation: null,
    });
    expect(operationCost(round())).toMatchObject({ operations: 1, messagesPerOperation: 6 });
  });
});

type Send = Extract<TraceEvent, { kind: "send" }>;
type OnLink = Extract<TraceEvent, { kind: "send" | "deliver" | "drop" }>;

function sends(trace: readonly TraceEvent[]): Send[] {
  return trace.filter((event) => event.kind === "send");
}

function slowly(trace: readonly TraceEvent[], counts: (event: OnLink) => boolean) {
  const on = trace
    .filter((event): event is OnLink => event.kind === "send" || event.kind === "deliver" || event.kind === "drop")
    .filter(counts);
  const of = (kind: OnLink["kind"]) => on.filter((event) => event.kind === kind);
  return {
    sent: of("send").length,
    delivered: of("deliver").length,
    dropped: of("drop").length,
    duplicated: on.filter((event) => event.kind !== "send" && event.copy > 0).length,
    bytes: of("send").reduce((sum, { message }) => sum + bytesOf(message), 0),
  };
}
