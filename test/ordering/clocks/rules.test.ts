import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { clockSample, hybridClock, isAtMost, isEarlier, lamportClock, merged, orderOf, physicalClock, vectorClock } from "../../../lib/clocks.js";

const [a, b] = ids("a", "b") as [ReturnType<typeof ids>[number], ReturnType<typeof ids>[number]];

describe("Lamport's clock", () => {
  it("goes beyond its own time and that of a message", () => {
    expect(lamportClock.tick({ time: 4, node: a }, 0)).toEqual({ time: 5, node: a });
    expect(lamportClock.receive({ time: 4, node: a }, { time: 9, node: b }, 0)).toEqual({ time: 10, node: a });
    expect(lamportClock.receive({ time: 9, node: a }, { time: 4, node: b }, 0)).toEqual({ time: 10, node: a });
  });

  it("orders by time and then by name", () => {
    expect(isEarlier({ time: 2, node: b }, { time: 3, node: a })).toBe(true);
    expect(isEarlier({ time: 3, node: a }, { time: 3, node: b })).toBe(true);
    expect(isEarlier({ time: 3, node: a }, { time: 3, node: a })).toBe(false);
    expect(lamportClock.text({ time: 3, node: a })).toBe("3.a");
  });
});

describe("a vector clock", () => {
  it("counts events of its own node, and takes over what a message knew", () => {
    expect(vectorClock.tick({ node: a, counts: { b: 2 } }, 0).counts).toEqual({ a: 1, b: 2 });
    expect(vectorClock.receive({ node: a, counts: { a: 1, b: 2 } }, { node: b, counts: { b: 3, c: 1 } }, 0).counts).toEqual({ a: 2, b: 3, c: 1 });
    expect(vectorClock.text({ node: a, counts: { a: 1, b: 2 } })).toBe("[a 1, b 2]");
  });

  it("compares entry by entry, where a node that is not named counts 0", () => {
    expect(orderOf({ a: 1 }, { a: 1, b: 1 })).toBe("before");
    expect(orderOf({ a: 1, b: 1 }, { b: 1 })).toBe("after");
    expect(orderOf({ a: 1, b: 0 }, { a: 1 })).toBe("same");
    expect(orderOf({ a: 1 }, { b: 1 })).toBe("concurrent");
    expect(isAtMost({}, { a: 1 })).toBe(true);
    expect(merged({ a: 1, c: 4 }, { a: 3, b: 1 })).toEqual({ a: 3, b: 1, c: 4 });
  });
});

describe("a hybrid clock (figure 5)", () => {
  const at = (l: number, c: number, node = a) => ({ l, c, node });

  it("takes physical time where it is ahead, and counts where it is not", () => {
    expect(hybridClock.tick(at(10, 3), 12.7)).toEqual(at(12, 0));
    expect(hybridClock.tick(at(10, 3), 9)).toEqual(at(10, 4));
  });

  it("takes the latest of three at a receipt, and the counter of those that have it", () => {
    expect(hybridClock.receive(at(10, 3), at(10, 5, b), 9)).toEqual(at(10, 6));
    expect(hybridClock.receive(at(10, 3), at(8, 5, b), 9)).toEqual(at(10, 4));
    expect(hybridClock.receive(at(8, 3), at(10, 5, b), 9)).toEqual(at(10, 6));
    expect(hybridClock.receive(at(8, 3), at(9, 5, b), 11)).toEqual(at(11, 0));
  });

  it("compares l, then c, then names", () => {
    expect(hybridClock.isBefore(at(1, 9), at(2, 0))).toBe(true);
    expect(hybridClock.isBefore(at(2, 1), at(2, 0))).toBe(false);
    expect(hybridClock.isBefore(at(2, 0), at(2, 0, b))).toBe(true);
    expect(hybridClock.text(at(2, 1))).toBe("2+1 a");
  });
});

describe("physical time", () => {
  it("is compared as it is, and by names where it is equal", () => {
    expect(physicalClock.isBefore({ now: 1, node: b }, { now: 2, node: a })).toBe(true);
    expect(physicalClock.isBefore({ now: 1, node: a }, { now: 1, node: b })).toBe(true);
    expect(physicalClock.text({ now: 1.23456, node: a })).toBe("1.235 a");
  });

  it("is estimated from four readings, with half of the round trip as its error", () => {
    // The server is 100 ahead; 3 ms there, 7 ms back, 2 ms at the server.
    expect(clockSample(1000, 1103, 1105, 1012)).toEqual({ offset: 98, roundTrip: 10, error: 5 });
  });
});
