import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellSizes, untidiness } from "./tidy.mjs";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tidy-"));
  writeFileSync(join(folder, "other.ipynb"), JSON.stringify({ cells: [prose("# Other\n\n## The *second* part")], metadata: {} }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prose = (source: string, rest: object = {}) => ({ cell_type: "markdown", id: `p${source.length}`, source, metadata: {}, ...rest });
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
  it("has one title, links that lead somewhere, described images, and outputs that read well", () => {
    expect(problemsOf([
      prose("# Title\n\n[next](other.ipynb), [a part](other.ipynb#The-second-part), [here](#Details), [paper](https://example.org/a.pdf)"),
      prose("## Details\n\n![three nodes](attachment:a.png) <img src='x' alt=\"two nodes\">", { attachments: { "a.png": {} } }),
      code([printed("12 messages"), shown({ "text/html": '<img alt="a" src="data:image/svg+xml;base64,L3dvcmsvbWFpbg==">', "image/png": "/tmp/ab+undefined" })]),
    ])).toEqual([]);
  });
});

describe("what is untidy", () => {
  const title = prose("# Title");
  it.each<[string, readonly object[], string]>([
    ["no title", [prose("## Only a section")], "has 0 titles of the first level; it needs exactly one"],
    ["two titles", [title, prose("# Another title")], "has 2 titles of the first level; it needs exactly one"],
    ["a link to a file that is not there", [title, prose("[next](missing.ipynb)")], "cell 2 links to missing.ipynb, which does not exist"],
    ["a link to a heading that is not there", [title, prose("[x](other.ipynb#third)")], "cell 2 links to other.ipynb#third, but there is no such heading"],
    ["a link without encryption", [title, prose("[x](http://example.org)")], "cell 2 links to http://example.org: only https is allowed"],
    ["an image without a description", [title, prose("![](other.ipynb)")], "cell 2 has an image without a text that describes it"],
    ["an img without alt", [title, prose('<img src="a.png">')], "cell 2 has an <img> without alt"],
    ["an attachment that is not there", [title, prose("![a](attachment:a.png)")], "cell 2 lacks the attachment of attachment:a.png"],
    ["a stored error", [title, code([{ output_type: "error", ename: "E", evalue: "x", traceback: [] }])], "cell 2 stores an error"],
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
