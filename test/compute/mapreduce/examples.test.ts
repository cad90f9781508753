import { describe, expect, it } from "vitest";
import { stream } from "../../../lib/core.js";
import {
  articleListing, articleMapReduce, distributedGrep, invertedIndex, type MapOutcome, meanJob, rangeOf, recordSplits, reverseLinks, runMapTask, runReduceTask, runSequentially, sampleBounds,
  slicesOfFour, sortLines, sumOfSeconds, sumOfSums, textSplits, urlCount, wordCount,
} from "../../../lib/mapreduce.js";

const lines = "the cat sat\non the mat\nThe end\n";

describe("the programs of the paper", () => {
  it("count words", () => {
    const { outputs } = runSequentially(wordCount(), textSplits({ lines }, { splitBytes: 12 }));
    expect(Object.fromEntries(outputs[0]!)).toEqual({ cat: 1, end: 1, mat: 1, on: 1, sat: 1, the: 3 });
  });

  it("find lines, with their offsets", () => {
    const splits = textSplits({ lines }, { splitBytes: 12 });
    expect(runSequentially(distributedGrep(/[csm]at\b/), splits).outputs).toEqual([[["on the mat", 12], ["the cat sat", 0]]]);
    // A pattern with "g" remembers where it stopped; the job's does not.
    expect(runSequentially(distributedGrep(/at/g), splits).outputs).toEqual([[["on the mat", 12], ["the cat sat", 0]]]);
  });

  it("count how often pages are asked for", () => {
    const log = "/a 200\n/b 404\n\n/a 304\n";
    expect(runSequentially(urlCount(), textSplits({ log }, { splitBytes: 5 })).outputs).toEqual([[["/a", 2], ["/b", 1]]]);
  });

  it("turn links around", () => {
    const web = recordSplits([["x", ["y", "z"]], ["y", ["z"]], ["a", ["z", "y"]]] as const, { splits: 2 });
    expect(runSequentially(reverseLinks(), web).outputs).toEqual([[["y", ["a", "x"]], ["z", ["a", "x", "y"]]]]);
  });

  it("index words by document", () => {
    const documents = recordSplits([["d2", "a b a"], ["d1", "a c"], ["d10", "b"]] as const, { splits: 2 });
    expect(runSequentially(invertedIndex(), documents).outputs).toEqual([[["a", ["d1", "d2"]], ["b", ["d10", "d2"]], ["c", ["d1"]]]]);
  });

  it("sort: the output files one behind the other are in order, and of about equal length", () => {
    const chance = stream(1, "lines");
    const unsorted = Array.from({ length: 2_000 }, () => Array.from({ length: 12 }, () => String.fromCharCode(97 + chance.below(26))).join(""));
    const bounds = sampleBounds(chance.shuffle(unsorted).slice(0, 200).map((line) => line.slice(0, 10)), 4);
    const { outputs } = runSequentially(sortLines({ bounds }), textSplits({ text: unsorted.join("\n") }, { splitBytes: 5_000 }));
    expect(outputs.flat().map(([key]) => key)).toEqual(unsorted.map((line) => line.slice(0, 10)).sort());
    expect(outputs).toHaveLength(4);
    for (const output of outputs) expect(output.length).toBeGreaterThan(300);
  });

  it("find ranges of keys, fewer where keys repeat", () => {
    expect(sampleBounds([5, 1, 4, 2, 3, 6], 3)).toEqual([3, 5]);
    expect(sampleBounds([1, 1, 1, 1, 2], 4)).toEqual([]);
    expect(sampleBounds([], 4)).toEqual([]);
    expect(["a", "m", "p", "z"].map((key) => rangeOf(["m", "t"], key))).toEqual([0, 1, 1, 2]);
  });
});

describe("a combiner that takes the mean of means", () => {
  it("gives another answer than reduce alone", () => {
    const wrong = meanJob({ combines: "wrongly" });
    const splits = recordSplits([[1, ["x", 1]], [2, ["x", 2]], [3, ["x", 6]]] as const, { splits: 2 });
    expect(runSequentially(wrong, splits).outputs).toEqual([[["x", 3]]]);
    const runs = splits.map(({ records }) => (runMapTask(wrong, records) as MapOutcome & { kind: "done" }).runs[0]!);
    expect(runReduceTask(wrong, runs)).toMatchObject({ output: [["x", 2.5]] });
  });
});

describe("the article's listing", () => {
  const data = Array.from({ length: 100 }, (_, i) => i);

  it("fails as printed: it adds tuples to a number", () => {
    expect(() => articleMapReduce(data, articleListing)).toThrow(new TypeError("unsupported operand type(s) for +: 'int' and 'tuple'"));
  });

  it("loses the 25 numbers that it takes for keys, 1,200 in all, where the sum is mended", () => {
    expect(articleMapReduce(data, sumOfSeconds)).toBe(3750);
    expect(slicesOfFour(data).map(([first]) => first!).reduce((sum, each) => sum + each, 0)).toBe(1200);
  });

  it("gives the sum where nothing is a key, and still groups nothing by key", () => {
    expect(articleMapReduce(data, sumOfSums)).toBe(4950);
  });
});
