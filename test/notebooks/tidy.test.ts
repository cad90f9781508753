import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellSizes, untidiness } from "./tidy.mjs";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tidy-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prose = (source: string) => ({ cell_type: "markdown", id: `p${source.length}`, source, metadata: {} });
const code = (outputs: readonly object[] = [], rest: object = {}) =>
  ({ cell_type: "code", id: "c", source: "run()", metadata: {}, outputs, execution_count: 1, ...rest });
const printed = (text: string) => ({ output_type: "stream", name: "stdout", text });
const shown = (data: object) => ({ output_type: "display_data", data, metadata: {} });

function problemsOf(cells: readonly object[], metadata: object = { kernelspec: { name: "distlab" }, language_info: {} }): string[] {
  const file = join(folder, "chapter.ipynb");
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  return untidiness(file, { kernel: "distlab", checkout: "/srv/course" });
}

describe("a tidy notebook", () => {
  it("has nothing in it that an editor left, and outputs that read well", () => {
    expect(problemsOf([
      prose("# Title"),
      code([printed("12 messages"), shown({ "text/html": '<img alt="a" src="data:image/svg+xml;base64,L3dvcmsvbWFpbg==">', "image/png": "/tmp/ab+undefined" })]),
    ])).toEqual([]);
  });
});

describe("what is untidy", () => {
  const title = prose("# Title");
  it.each<[string, readonly object[], string]>([
    ["undefined", [title, code([printed("value: undefined")])], 'cell 2 shows "undefined" (stream)'],
    ["an object without a text", [title, code([shown({ "text/html": "<b>[object Object]</b>" })])], 'cell 2 shows "[object Object]" (text/html)'],
    ["no number", [title, code([printed("mean NaN")])], 'cell 2 shows "NaN" (stream)'],
    ["a path of the author's machine", [title, code([printed("at /srv/course/lib/a.js")])], "cell 2 tells a path of one machine, /srv/course (stream)"],
    ["a path of any machine", [title, code([printed("at file:///home/ann/x")])], "cell 2 tells a path of one machine"],
    ["stray metadata", [title, code([], { metadata: { scrolled: true } })], "has stray metadata (scrolled): npm run notebooks:store puts it right"],
    ["two cells with one id", [title, code([], { id: title.id })], "has cells without an id, or two with the same: npm run notebooks:store puts it right"],
    ["a cell run out of order", [title, code([], { execution_count: 7 })], "was not run from top to bottom when it was stored: npm run notebooks:store puts it right"],
    ["too many bytes", [title, code([printed("x".repeat(3_000_000))])], "3000000 are the most"],
  ])("%s", (_, cells, problem) => {
    const problems = problemsOf(cells);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it("another kernel", () => {
    expect(problemsOf([title], { kernelspec: { name: "python3" } })).toEqual(["names the kernel python3, not distlab"]);
  });
});

it("the sizes of cells are counted in lines of code", () => {
  const cells = [1, 2, 3, 4, 12].map((lines) => code([], { source: Array.from({ length: lines }, () => "x;").join("\n") }));
  expect(cellSizes({ cells, metadata: {} } as unknown as Parameters<typeof cellSizes>[0])).toBe("lines of code a cell: median 3, nine of ten up to 12, largest 12");
});
