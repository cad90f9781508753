import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core.js";
import { decoded, encoded, type LogRecord, replayed, wholeLines } from "../../lib/transactions/write-ahead-log.js";

const [m1] = ids("m1");
const known = { transaction: "t1", manager: m1!, age: { serial: 1, manager: m1! } };
const opening = new Map([["x", { value: 1, version: null }], ["y", { value: 2, version: null }]]);
const prepare: LogRecord = { kind: "prepare", transaction: "t1", prepared: { known, reads: ["y"], writes: { x: 10 } } };
const commit: LogRecord = { kind: "commit", transaction: "t1" };
const lines = (...records: readonly LogRecord[]): string[] => records.map(encoded);
const values = (log: readonly string[]) => Object.fromEntries(Array.from(replayed(opening, log).values, ([key, { value }]) => [key, value]));

describe("a write-ahead log", () => {
  it("says again what was done: nothing before the commit", () => {
    expect(values([])).toEqual({ x: 1, y: 2 });
    expect(values(lines(prepare))).toEqual({ x: 1, y: 2 });
    expect([...replayed(opening, lines(prepare)).prepared.keys()]).toEqual(["t1"]);
    expect(values(lines(prepare, commit))).toEqual({ x: 10, y: 2 });
    expect(replayed(opening, lines(prepare, commit)).values.get("x")).toEqual({ value: 10, version: "t1" });
    expect(values(lines(prepare, { kind: "abort", transaction: "t1" }, commit))).toEqual({ x: 1, y: 2 });
  });

  it("begins anew with a checkpoint", () => {
    const checkpoint: LogRecord = { kind: "checkpoint", values: { x: { value: 7, version: "t0" } }, prepared: { t1: { known, reads: [], writes: { x: 8 } } } };
    expect(values(lines(prepare, checkpoint))).toEqual({ x: 7 });
    expect(values(lines(checkpoint, commit))).toEqual({ x: 8 });
  });

  it("passes over a torn last record, wherever it is torn, and refuses a log that is damaged before its end", () => {
    const [first, last] = lines(prepare, commit) as [string, string];
    for (let length = 0; length < last.length; length++) {
      const torn = [first, last.slice(0, length)];
      expect(decoded(torn[1]!)).toBeNull();
      expect(wholeLines(torn)).toEqual([first]);
      expect(values(torn)).toEqual({ x: 1, y: 2 });
    }
    expect(() => replayed(opening, [first.slice(0, 30), last])).toThrow("the log is damaged: record 1 of 2 is not whole, and it is not the last");
    expect(decoded(last.replace("t1", "t2"))).toBeNull();
  });
});
