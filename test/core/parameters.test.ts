import { describe, expect, it } from "vitest";
import { delay, finite, flag, integer, nodeNames, oneOf, options, probability, show } from "../../lib/core/parameters.js";

describe("a check of a parameter", () => {
  it("gives back what is allowed", () => {
    const names = ["a", "b"];
    expect([integer("n", 0), integer("n", 7, { min: 1, max: 7 }), finite("x", 0.5), probability("p", 1), flag("f", false)]).toEqual([0, 7, 0.5, 1, false]);
    expect([delay("d", 0), delay("d", [1, 1]), oneOf("k", "b", names), nodeNames("names", names), nodeNames("names", [], { min: 0 })]).toEqual([
      0, [1, 1], "b", names, [],
    ]);
    expect(options("o", { a: 1 }, names)).toEqual({ a: 1 });
  });

  it.each<[string, () => unknown, string]>([
    ["0 nodes", () => integer("n", 0, { min: 1 }), "n must be a whole number of at least 1, got 0"],
    ["-3", () => integer("n", -3), "n must be a whole number of at least 0, got -3"],
    ["2.5", () => integer("n", 2.5, { min: 1, max: 9 }), "n must be a whole number from 1 to 9, got 2.5"],
    ["NaN", () => integer("n", NaN), "n must be a whole number of at least 0, got NaN"],
    ["Infinity", () => finite("x", Infinity), "x must be a finite number of at least 0, got Infinity"],
    ["a text for a number", () => integer("n", "5"), 'n must be a number, got "5"'],
    ["a list for a number", () => finite("x", [1]), "x must be a number, got [1]"],
    ["a negative probability", () => probability("loss", -0.1), "loss must be a probability in [0, 1], got -0.1"],
    ["a probability above 1", () => probability("loss", 1.1), "loss must be a probability in [0, 1], got 1.1"],
    ["a probability that is none", () => probability("loss", NaN), "loss must be a probability in [0, 1], got NaN"],
    ["no probability", () => probability("loss", null), "loss must be a number, got null"],
    ["a negative delay", () => delay("d", -1), "d must be a finite number of at least 0, got -1"],
    ["a range upside down", () => delay("d", [5, 1]), "d must be a pair [min, max] with min <= max, got [5,1]"],
    ["a range of three", () => delay("d", [1, 2, 3]), "d must be a number of ms or a pair [min, max], got [1,2,3]"],
    ["a range with a hole", () => delay("d", [1, undefined]), "d[1] must be a number, got nothing"],
    ["1 for true", () => flag("f", 1), "f must be true or false, got 1"],
    ["another word", () => oneOf("k", "c", ["a", "b"]), 'k must be one of "a", "b", got "c"'],
    ["no names", () => nodeNames("nodes", []), "nodes must name at least 1 node, got none"],
    ["too few names", () => nodeNames("nodes", ["a"], { min: 2 }), "nodes must name at least 2 nodes, got only 1"],
    ["a name twice", () => nodeNames("nodes", ["a", "b", "a"]), 'nodes must be different nodes, got "a" twice'],
    ["an empty name", () => nodeNames("nodes", [""]), 'nodes must be a list of names of nodes, got [""]'],
    ["a name that is no list", () => nodeNames("nodes", "a" as never), 'nodes must be a list of names of nodes, got "a"'],
    ["an unknown option", () => options("o", { c: 1 }, ["a", "b"]), 'o has no option "c"; it knows "a", "b"'],
    ["no options", () => options("o", null as never, ["a"]), "o must be an object, got null"],
  ])("refuses %s, and says what it got and what is allowed", (_, check, message) => {
    expect(check).toThrow(message);
  });
});

describe("a value in an error message", () => {
  it("is short, on one line, and never [object Object]", () => {
    expect([show("x".repeat(100)).length, show({ a: Array(100).fill(0) }).length]).toEqual([62, 80]);
    expect([show({ a: 1 }), show([1, 2n]), show(-0), show(undefined), show(() => 0), show(majority)]).toEqual([
      '{"a":1}', '[1,"2n"]', "-0", "nothing", "the function (without a name)", "the function majority",
    ]);
  });
});

function majority(): void {}
