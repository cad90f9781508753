import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COUNTERS, type Emit, type EmitValue, job, mergeRuns, partitionOf, recordSplits, runMapTask, runReduceTask, runSequentially, textSplits, wordCount,
} from "../../../lib/mapreduce.js";

const identity = {
  map: (key: string, value: number, emit: Emit<string, number>) => emit(key, value),
  reduce(_: string, values: Iterable<number>, emit: EmitValue<number>) {
    for (const value of values) emit(value);
  },
};

describe("a job", () => {
  it("parts keys by their hash modulo R, the same everywhere", () => {
    const three = job({ ...identity, reducers: 3 });
    expect(["a", "b", "c", "", "a"].map((key) => partitionOf(three, key))).toEqual([1, 2, 0, 0, 1]);
  });

  it.each([
    [{ ...identity, map: 3 }, "map must be a function, got 3"],
    [{ ...identity, reduce: undefined }, "reduce must be a function"],
    [{ ...identity, combine: "sum" }, 'combine must be a function, got "sum"'],
    [{ ...identity, reducers: 0 }, "reducers must be a whole number from 1 to 1000000, got 0"],
    [{ ...identity, reducer: 2 }, "reducer"],
    [{ ...identity, name: "" }, "name must be a text"],
    [{ ...identity, skipBadRecords: 1 }, "skipBadRecords must be true or false, got 1"],
  ])("refuses %j", (options, message) => {
    expect(() => job(options as never)).toThrow(message);
  });

  it("says what a partition function gives that is no partition", () => {
    const wrong = job({ ...identity, reducers: 2, partition: () => 2 });
    expect(() => partitionOf(wrong, "x")).toThrow('partition must give a whole number from 0 to 1, got 2 for the key "x"');
  });
});

describe("splits of a text", () => {
  it("cut no line: a line belongs to the split in which it begins", () => {
    const splits = textSplits({ a: "one\ntwo\r\n\nfour" }, { splitBytes: 6 });
    expect(splits).toEqual([
      { name: "a from byte 0", bytes: 9, records: [[0, "one"], [4, "two"]] },
      { name: "a from byte 6", bytes: 5, records: [[9, ""], [10, "four"]] },
      { name: "a from byte 12", bytes: 0, records: [] },
    ]);
  });

  it("count bytes in UTF-8", () => {
    const splits = textSplits({ a: "é\n中\n😀\nx" }, { splitBytes: 1000 });
    expect(splits[0]!.records.map(([offset]) => offset)).toEqual([0, 3, 7, 12]);
    expect(splits[0]!.bytes).toBe(13);
  });

  it("have all lines, each once, whatever their size", () => {
    const text = fc.array(fc.constantFrom("a", "é", "\n", "\r\n", "中", " ", "😀"), { maxLength: 60 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (words, splitBytes) => {
        const splits = textSplits({ a: words }, { splitBytes });
        const lines = words.split("\n");
        if (lines.at(-1) === "") lines.pop();
        expect(splits.flatMap(({ records }) => records.map(([, line]) => line))).toEqual(lines.map((line) => line.replace(/\r$/, "")));
        expect(splits.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(new TextEncoder().encode(words).length);
        for (const [i, { records }] of splits.entries()) for (const [offset] of records) expect(Math.floor(offset / splitBytes)).toBe(i);
      }),
    );
  });

  it("of records differ by one at most", () => {
    const records = Array.from({ length: 10 }, (_, i) => [`k${i}`, i] as const);
    expect(recordSplits(records, { splits: 4 }).map((split) => split.records.length)).toEqual([2, 3, 2, 3]);
    expect(() => recordSplits(records, { splits: 0 })).toThrow("splits must be a whole number from 1 to 1000000, got 0");
    expect(() => textSplits({ a: "x" }, { splitBytes: 0 })).toThrow("splitBytes");
  });
});

describe("merging sorted runs", () => {
  it("gives what a stable sort of all of them gives", () => {
    const run = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat())).map((items) => items.sort(([one], [other]) => one - other));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 9 }), (runs) => {
        expect([...mergeRuns(runs, ([one], [other]) => one - other)]).toEqual(runs.flat().sort(([one], [other]) => one - other));
      }),
    );
  });

  it("lets go of all runs where the reader stops early", () => {
    const closed: number[] = [];
    function* run(n: number): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed.push(n);
      }
    }
    for (const item of mergeRuns([run(1), run(2), run(3)], (one, other) => one - other)) if (item === 2) break;
    expect(closed.sort()).toEqual([1, 2, 3]);
  });
});

describe("the sequential run", () => {
  it("counts words as a table does", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "bb", "ccc", "d"), { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (words, reducers) => {
        const text = words.join(" ").replace(/d/g, "\n");
        const table = new Map<string, number>();
        for (const word of text.split(/\s+/).filter((each) => each !== "")) table.set(word, (table.get(word) ?? 0) + 1);
        const { outputs } = runSequentially(wordCount({ reducers }), textSplits({ text }, { splitBytes: 7 }));
        expect(new Map(outputs.flat())).toEqual(table);
        for (const output of outputs) expect(output.map(([word]) => word)).toEqual(output.map(([word]) => word).sort());
      }),
    );
  });

  it("gives each output file of an empty input, empty", () => {
    const empty = { outputs: [[], []], counters: Object.fromEntries(COUNTERS.map((name) => [name, 0])), sides: {}, skipped: [] };
    expect(runSequentially(wordCount({ reducers: 2 }), textSplits({ text: "" }, { splitBytes: 10 }))).toEqual(empty);
    expect(runSequentially(wordCount({ reducers: 2 }), []).outputs).toEqual([[], []]);
  });

  it("hands a reduce function its values in the order of map tasks and of emission", () => {
    const splits = recordSplits([["k", 3], ["k", 1], ["j", 9], ["k", 2]], { splits: 2 });
    expect(runSequentially(job(identity), splits).outputs).toEqual([[["j", 9], ["k", 3], ["k", 1], ["k", 2]]]);
  });

  it("passes over the values that a reduce function does not look at", () => {
    const first = job({
      ...identity,
      reduce(_: string, values: Iterable<number>, emit: EmitValue<number>) {
        for (const value of values) return emit(value);
      },
    });
    expect(runSequentially(first, recordSplits([["a", 1], ["a", 2], ["b", 3]], { splits: 1 })).outputs).toEqual([[["a", 1], ["b", 3]]]);
  });

  it("counts what tasks count, and gathers what they write besides", () => {
    const counting = job({
      ...identity,
      map(key: string, value: number, emit: Emit<string, number>, task) {
        emit(key, value);
        task.count("odd", value % 2);
        if (value > 2) task.side("large", value);
      },
      reduce(key: string, values: Iterable<number>, emit: EmitValue<number>, task) {
        for (const value of values) emit(value);
        task.side("keys", key);
      },
    });
    const { counters, sides } = runSequentially(counting, recordSplits([["b", 3], ["a", 4], ["a", 1]], { splits: 2 }));
    expect(counters).toEqual({ "map input records": 3, "map output records": 3, odd: 2, "reduce input groups": 2, "reduce output records": 3 });
    expect(sides).toEqual({ large: [3, 4], keys: ["a", "b"] });
  });

  it.each([
    ["a counter by no number", (task: { count(name: string, by: number): void }) => task.count("x", NaN), "by"],
    ["a file outside", (task: { side(file: string, record: unknown): void }) => task.side("../x", 1), "letters, digits"],
  ])("fails at %s", (_, act, message) => {
    const wrong = job({ ...identity, map: (__: string, ___: number, ____: Emit<string, number>, task) => act(task as never) });
    expect(() => runSequentially(wrong, recordSplits([["a", 1]], { splits: 1 }))).toThrow(message);
  });

  const fussy = (skipBadRecords: boolean) =>
    job({
      name: "fussy",
      map(key: string, value: number, emit: Emit<string, number>) {
        if (value < 0) throw new Error(`${value} is negative`);
        emit(key, value);
      },
      reduce(key: string, values: Iterable<number>, emit: EmitValue<number>) {
        if (key === "c") throw new Error("no c");
        for (const value of values) emit(value);
      },
      skipBadRecords,
    });
  const bad = recordSplits([["a", 1], ["a", -2], ["b", -3], ["c", 4], ["d", 5]], { splits: 1 });

  it("says on which record of which task a function fails", () => {
    expect(() => runSequentially(fussy(false), bad)).toThrow("fussy: map task 0 fails at record 1: -2 is negative");
  });

  it("leaves out bad records where it is asked to", () => {
    const { outputs, skipped, counters } = runSequentially(fussy(true), bad);
    expect(outputs).toEqual([[["a", 1], ["d", 5]]]);
    expect(skipped).toEqual([{ phase: "map", task: 0, record: 1 }, { phase: "map", task: 0, record: 2 }, { phase: "reduce", task: 0, record: 1 }]);
    expect(counters["map input records"]).toBe(3);
    expect(counters["reduce input groups"]).toBe(2);
  });
});

describe("a task", () => {
  it("parts what it emits into R sorted runs, of equal keys the earlier first", () => {
    const { runs } = runMapTask(job({ ...identity, reducers: 2, partition: (key) => (key < "m" ? 0 : 1) }), [["z", 1], ["b", 2], ["a", 3], ["b", 4]]) as { runs: unknown };
    expect(runs).toEqual([[["a", 3], ["b", 2], ["b", 4]], [["z", 1]]]);
  });

  it("combines what it has of a key", () => {
    const made = runMapTask(wordCount(), [[0, "b a b"], [5, "b"]]);
    expect(made).toMatchObject({ kind: "done", runs: [[["a", 1], ["b", 3]]], counters: { "map output records": 4 } });
    expect(runReduceTask(wordCount(), [[["a", 1], ["b", 3]], [["b", 2]]])).toMatchObject({ output: [["a", 1], ["b", 5]] });
  });

  it("fails as a whole where the combiner fails, because there is no record to leave out", () => {
    const wrong = job({
      ...identity,
      combine: () => {
        throw new Error("no");
      },
    });
    expect(runMapTask(wrong, [["a", 1]])).toEqual({ kind: "failed", record: -1, problem: "no" });
  });
});
