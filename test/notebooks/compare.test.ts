import { describe, expect, it } from "vitest";
import { compareNotebooks } from "./compare.mjs";

/** A notebook with one code cell that shows these outputs. */
function showing(outputs: readonly object[], tags: readonly string[] = []) {
  const cell = { cell_type: "code", source: "run()", metadata: { tags }, outputs, execution_count: 1 };
  return { cells: [{ cell_type: "markdown", source: "# Title", metadata: {} }, cell], metadata: {} } as Parameters<typeof compareNotebooks>[0];
}

const printed = (text: string | readonly string[]) => ({ output_type: "stream", name: "stdout", text });
const shown = (data: object, rest: object = {}) => ({ output_type: "display_data", data, metadata: {}, ...rest });
const failed = { output_type: "error", ename: "RangeError", evalue: "n must be positive", traceback: ["RangeError: n", "  line 1"] };

describe("a fresh run passes when it shows what is stored", () => {
  it.each([
    ["the same text, cut into lines or whole", [printed(["a\n", "b"])], [printed("a\nb")], []],
    ["another execution count", [{ ...shown({ "text/plain": "5" }), output_type: "execute_result", execution_count: 3 }],
      [{ ...shown({ "text/plain": "5" }), output_type: "execute_result", execution_count: 9 }], []],
    ["another display id", [shown({ "text/plain": "5" }, { transient: { display_id: "a" } })], [shown({ "text/plain": "5" }, { transient: { display_id: "b" } })], []],
    ["kinds in another order", [shown({ "text/plain": "5", "image/svg+xml": "<svg/>" })], [shown({ "image/svg+xml": ["<svg/>"], "text/plain": "5" })], []],
    ["no output at all", [], [], []],
    ["a failure that is meant, told the same way", [failed], [failed], ["raises-exception"]],
    ["another time of the clock, where that is meant", [printed("3.1 s")], [printed("2.9 s")], ["wall-clock"]],
  ])("%s", (_, stored, fresh, tags) => {
    expect(compareNotebooks(showing(stored, tags), showing(fresh, tags))).toEqual([]);
  });
});

describe("a fresh run fails", () => {
  it.each([
    ["with an error", [failed], [failed], [], "failed with RangeError: n must be positive"],
    ["without the error that is meant", [failed], [printed("fine")], ["raises-exception"], "should fail, as its tag raises-exception says, but did not"],
    ["with another error than the stored one", [failed], [{ ...failed, traceback: ["RangeError: n", "  line 2"] }], ["raises-exception"], "error differs from what is stored"],
    ["when it shows nothing and something is stored", [printed("a")], [], [], "shows nothing, but an output is stored"],
    ["when nothing is stored", [], [printed("a")], [], "has no stored output: npm run notebooks:store"],
    ["with fewer outputs", [printed("a"), shown({ "text/plain": "5" })], [printed("a")], [], "shows 1 outputs, but 2 are stored"],
    ["with another text", [printed("12 messages")], [printed("13 messages")], [],
      'stdout differs from what is stored\n  stored: "12 messages"\n  now:    "13 messages"'],
    ["on another stream", [printed("a")], [{ ...printed("a"), name: "stderr" }], [], "shows stderr, but stdout is stored"],
    ["without a picture", [shown({ "text/plain": "5", "image/svg+xml": "<svg/>" })], [shown({ "text/plain": "5" })], [],
      "shows text/plain, but image/svg+xml, text/plain is stored"],
    ["with another number in a figure", [shown({ "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }] } })],
      [shown({ "application/vnd.plotly.v1+json": { data: [{ y: [1, 3] }] } })], [], "application/vnd.plotly.v1+json differs from what is stored"],
    ["without output where only the time may differ", [printed("3 s")], [], ["wall-clock"], "shows nothing, but an output is stored"],
    ["with an error where only the time may differ", [printed("3 s")], [failed], ["wall-clock"], "failed with RangeError: n must be positive"],
  ])("%s", (_, stored, fresh, tags, problem) => {
    const differences = compareNotebooks(showing(stored, tags), showing(fresh, tags));
    expect(differences).toHaveLength(1);
    expect(differences[0]!.cell).toBe(2);
    expect(differences[0]!.problem).toContain(problem);
  });

  it("with a cell that is not stored", () => {
    const fresh = showing([printed("a")]);
    expect(compareNotebooks({ cells: [], metadata: {}, nbformat: 4 }, fresh)).toEqual([{ cell: 2, problem: "is not in the stored notebook" }]);
  });
});
