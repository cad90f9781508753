import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readOptions } from "../../kernel-setup/chapter/chapter.mjs";
import { findChapter, readChapter } from "../../kernel-setup/chapter/find.mjs";
import { describeParameters, parametersOf, withParameters } from "../../kernel-setup/chapter/parameters.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "distlab-chapter-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface TestCell {
  readonly source: string;
  readonly tags?: readonly string[];
}

/** A notebook of format 4, with outputs of an earlier run in every code cell. */
function notebookOf(...cells: readonly TestCell[]) {
  return {
    cells: cells.map(({ source, tags = [] }, index) => ({
      cell_type: "code" as const,
      id: `cell-${index}`,
      metadata: { tags: [...tags] },
      source,
      outputs: [{ output_type: "stream" as const, name: "stdout", text: "of an earlier run\n" }],
      execution_count: index + 1,
    })),
    metadata: { kernelspec: { name: "distlab", display_name: "TypeScript (Distlab)", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

const declared = `
const N = 3; // acceptors; try 5
let LOSS = 0.2;
/** How the nodes speak. */
const MODE: "slow" | "fast" = "slow";
const TITLE = "a run", LOUD = false;
const LATENCY: readonly [number, number] = [5, 15]; // ms
const NODES = ["a1", "a2"];
const KINDS = ["crash", "loss"] as const;
const LIMIT: number | null = null;
const POINT = { x: 1, label: "here" };
function helper() {}`;

const parameters = notebookOf({ source: "1" }, { source: declared, tags: ["parameters"] }, { source: "N" });

/** The cell that is put in, without its first line. */
function injected(...settings: readonly (readonly [string, string])[]): string {
  const { cells } = withParameters(parameters, new Map(settings), folder);
  expect(cells[2]?.metadata.tags).toEqual(["injected-parameters"]);
  return String(cells[2]?.source).split("\n").slice(1).join("\n");
}

describe("the parameters of a chapter", () => {
  it("are read with type, value and comment", () => {
    expect(parametersOf(parameters, folder).map(({ name, type, value, comment }) => [name, type, value, comment])).toEqual([
      ["N", "number", "3", "acceptors; try 5"],
      ["LOSS", "number", "0.2", ""],
      ["MODE", '"slow" | "fast"', '"slow"', "How the nodes speak."],
      ["TITLE", "string", '"a run"', ""],
      ["LOUD", "boolean", "false", ""],
      ["LATENCY", "readonly [number, number]", "[5, 15]", "ms"],
      ["NODES", "string[]", '["a1", "a2"]', ""],
      ["KINDS", "string[]", '["crash", "loss"]', ""],
      ["LIMIT", "number | null", "null", ""],
      ["POINT", "{ x: number; label: string; }", '{ x: 1, label: "here" }', ""],
    ]);
  });

  it("are those of every chapter of the course", () => {
    const notebook = readChapter(findChapter("3.1.1", root));
    expect(describeParameters(parametersOf(notebook, join(root, "notebooks")))).toContain("LATENCY: [number, number]");
  });

  it.each([
    ["N", "5", "const N = 5;"],
    ["N", "-1_000.5", "const N = -1_000.5;"],
    ["N", "1e3", "const N = 1e3;"],
    ["N", "/* five */ 5 // or so", "const N = 5;"],
    ["LOSS", "0", "let LOSS = 0;"],
    ["MODE", '"fast"', 'const MODE: "slow" | "fast" = "fast";'],
    ["MODE", "fast", 'const MODE: "slow" | "fast" = "fast";'],
    ["TITLE", "'it\\'s'", "const TITLE = 'it\\'s';"],
    ["TITLE", "Paxos", 'const TITLE = "Paxos";'],
    ["LOUD", "true", "const LOUD = true;"],
    ["LATENCY", "[1, 50]", "const LATENCY: readonly [number, number] = [1, 50];"],
    ["NODES", "[]", "const NODES = [];"],
    ["KINDS", '["loss"]', 'const KINDS = ["loss"] as const;'],
    ["LIMIT", "null", "const LIMIT: number | null = null;"],
    ["POINT", '{ x: 2, label: "there" }', 'const POINT = { x: 2, label: "there" };'],
  ])("%s takes %s", (name, value, statement) => {
    expect(injected([name, value])).toBe(statement);
  });

  it.each([
    ["N", '"5"', 'N must be number, got "5"'],
    ["N", "five", "N must be a literal of type number, got five"],
    ["N", "2 + 3", "N must be a literal of type number, got 2 + 3"],
    ["N", "5; process.exit()", "N must be a literal of type number, got 5; process.exit()"],
    ["N", "5); process.exit(", "N must be a literal of type number, got 5); process.exit("],
    ["N", "(() => 5)()", "N must be a literal of type number, got (() => 5)()"],
    ["N", "null", "N must be number, got null"],
    ["N", "5n", "N must be a literal of type number, got 5n"],
    ["N", "NaN", "N must be a literal of type number, got NaN"],
    ["MODE", "medium", 'MODE must be a literal of type "slow" | "fast", got medium'],
    ["MODE", '"medium"', 'MODE must be "slow" | "fast", got "medium"'],
    ["TITLE", "5", "TITLE must be string, got 5"],
    ["TITLE", "undefined", "TITLE must be a literal of type string, got undefined"],
    ["TITLE", "true", "TITLE must be string, got true"],
    ["TITLE", "`${process.pid}`", "TITLE must be a literal of type string, got `${process.pid}`"],
    ["LOUD", "1", "LOUD must be boolean, got 1"],
    ["LATENCY", "[1]", "LATENCY must be readonly [number, number], got [1]"],
    ["LATENCY", "[1, 2, 3]", "LATENCY must be readonly [number, number], got [1, 2, 3]"],
    ["LATENCY", "[...[1, 2]]", "LATENCY must be a literal of type readonly [number, number], got [...[1, 2]]"],
    ["NODES", "[1]", "NODES must be string[], got [1]"],
    ["NODES", "a1", "NODES must be a literal of type string[], got a1"],
    ["LIMIT", '"none"', 'LIMIT must be number | null, got "none"'],
    ["POINT", "{ x: 2 }", "POINT must be { x: number; label: string; }, got { x: 2 }"],
    ["POINT", '{ x: 2, label: "a", y: 1 }', 'POINT must be { x: number; label: string; }, got { x: 2, label: "a", y: 1 }'],
    ["M", "1", "there is no parameter M"],
    ["helper", "1", "there is no parameter helper"],
  ])("%s refuses %s", (name, value, sentence) => {
    expect(() => injected([name, value])).toThrow(sentence);
    // With the list of those that there are.
    expect(() => injected([name, value])).toThrow("N: number");
  });

  it("are refused all at once", () => {
    expect(() => injected(["N", "x"], ["M", "1"])).toThrow("N must be a literal of type number, got x\nthere is no parameter M");
  });

  it("are none where no cell has the tag", () => {
    const plain = notebookOf({ source: "const N = 3;" });
    expect(parametersOf(plain, folder)).toEqual([]);
    expect(() => withParameters(plain, new Map([["N", "1"]]), folder)).toThrow("there is no parameter N\n\n  no parameters");
  });

  it("of an earlier run are replaced, and so is what it showed; the original stays", () => {
    const earlier = notebookOf(
      { source: "const N = 3;", tags: ["parameters"] }, { source: "const N = 4;", tags: ["injected-parameters"] }, { source: "N" },
    );
    const before = JSON.stringify(earlier);
    const { cells } = withParameters(earlier, new Map([["N", "5"]]), folder);
    expect(cells.map(({ source }) => String(source).split("\n").at(-1))).toEqual(["const N = 3;", "const N = 5;", "N"]);
    expect(cells.flatMap(({ outputs }) => outputs)).toEqual([]);
    expect(cells.map(({ execution_count: count }) => count)).toEqual([null, null, null]);
    expect(JSON.stringify(earlier)).toBe(before);
    expect(withParameters(earlier, new Map(), folder).cells).toHaveLength(2);
  });
});

describe("the command line", () => {
  mkdirSync(join(folder, "is-a-folder.ipynb"));
  symlinkSync(join(root, "notebooks"), join(folder, "link"));

  it.each<[args: readonly string[], sentence: string]>([
    [[], "which chapter? There are 1-background"],
    [["3.1.1", "start"], "one chapter at a time, got 3.1.1, start"],
    [["3.1.1", "--sett", "N=5"], "Unknown option '--sett'"],
    [["3.1.1", "--set", "N"], "--set must be NAME=VALUE, got N"],
    [["3.1.1", "--set", "N="], "--set must be NAME=VALUE, got N="],
    [["3.1.1", "--set", "=5"], "--set must be NAME=VALUE, got =5"],
    [["3.1.1", "--set", "N=5", "--set", "N=6"], "--set names N twice: 5 and 6"],
    [["3.1.1", "--out", "run.pdf"], "--out must end in .ipynb or .html, got run.pdf"],
    [["3.1.1", "--out", ""], "--out must end in .ipynb or .html, got nothing"],
    [["3.1.1", "--out", join(folder, "gone", "run.html")], "--out must be in a folder that exists"],
    [["3.1.1", "--out", join(folder, "is-a-folder.ipynb")], "--out must name a file"],
    [["3.1.1", "--out", join(root, "notebooks", "start.ipynb")], "--out must be outside the course's notebooks"],
    [["3.1.1", "--out", join(folder, "link", "new.html")], "--out must be outside the course's notebooks"],
  ])("refuses %j", (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
    expect(() => readOptions(args)).toThrow("npm run chapter -- --list");
  });

  it.each(["3.1.1", "paxos", "3.1.1-paxos", "3.1.1-paxos.ipynb", "notebooks/3.1.1-paxos.ipynb"])("finds %s", (name) => {
    expect(findChapter(name, root)).toBe(join(root, "notebooks", "3.1.1-paxos.ipynb"));
  });

  it.each(["9.9", "3.1", "gone.ipynb", "", "notebooks"])("refuses the chapter %j with the list", (name) => {
    expect(() => findChapter(name, root)).toThrow(/^there is no chapter .*There are:\n {2}[^]*3\.1\.1-paxos/);
  });
});

/** Runs the command itself. */
function chapter(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "kernel-setup", "chapter.mjs"), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("a run in the real kernel", () => {
  const file = join(folder, "small.ipynb");
  const picture = `({
    [Symbol.for("Jupyter.display")]: () => ({
      "application/vnd.plotly.v1+json": { data: [], layout: {} },
      "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><title>Dots &amp; lines</title></svg>",
      "text/plain": "dots",
    }),
  })`;
  const stored = JSON.stringify(notebookOf(
    { source: "const N = 3; // how many", tags: ["parameters"] },
    { source: "" },
    { source: picture },
    { source: "const twice: number = N * 2;\nif (N > 9) throw new RangeError(`${N} are too many`);" },
    { source: "`twice ${N} is ${twice}`" },
  ));
  writeFileSync(file, stored);

  it("puts in the parameter, tells each cell, and keeps the run as a notebook", () => {
    const { status, stdout, stderr } = chapter("small.ipynb", "--set", "N=5", "--out", "run.ipynb");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/ 1\/5 {2}const N = 3; \/\/ how many +\d+\.\d s\n[^]* 5\/5 {2}`twice/);
    expect(status).toBe(0);
    const run = readChapter(join(folder, "run.ipynb"));
    expect(run.cells.map(({ metadata }) => metadata.tags ?? [])).toEqual([["parameters"], ["injected-parameters"], [], [], [], []]);
    expect(JSON.stringify(run.cells.at(-1)?.outputs)).toContain("twice 5 is 10");
    expect(readFileSync(file, "utf8")).toBe(stored);
  }, 120_000);

  it("keeps it as a page that shows still pictures and asks for no script but that of mathematics", () => {
    expect(chapter("small.ipynb", "--set", "N=7", "--out", "run.html")).toMatchObject({ status: 0, stderr: "" });
    const page = readFileSync(join(folder, "run.html"), "utf8");
    expect(page.includes("twice 7 is 14")).toBe(true);
    const pictures = Array.from(page.matchAll(/<img[^>]{0,60}/g), ([tag]) => tag);
    expect(pictures).toEqual([expect.stringMatching(/^<img alt="Dots &amp; lines" src="data:image\/svg\+xml;base64,/)]);
    const scripts = Array.from(page.matchAll(/<script[^>]* src="([^"]*)"/g), ([, source]) => source);
    expect(scripts.filter((source) => !source?.includes("mathjax"))).toEqual([]);
  }, 120_000);

  it("ends with status 1 at a cell that fails, says which and why, and keeps what was done", () => {
    const { status, stdout, stderr } = chapter("small.ipynb", "--set", "N=10", "--out", "failed.ipynb");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\ncell 4 failed:\n\nRangeError: 10 are too many\n[^]*\^/);
    expect(stdout).toContain("stopped after 4 of 5 cells");
    const { cells } = readChapter(join(folder, "failed.ipynb"));
    expect(cells.slice(-2).map(({ outputs }) => outputs?.map((output) => output.output_type))).toEqual([["error"], []]);
  }, 120_000);

  it("does not begin with a parameter that does not fit", () => {
    const { status, stdout, stderr } = chapter("small.ipynb", "--set", "N=many", "--out", "refused.ipynb");
    expect(status).toBe(1);
    expect(stderr).toBe("\nN must be a literal of type number, got many\n\nThe chapter's parameters:\n  N: number  = 3  // how many\n\n");
    expect(stdout).not.toContain("kernel");
  });

  it("does not replace the chapter itself", () => {
    expect(chapter("small.ipynb", "--out", "small.ipynb").stderr).toContain("--out must be another file than the chapter");
    expect(readFileSync(file, "utf8")).toBe(stored);
  });

  it("lists the parameters of a chapter", () => {
    expect(chapter("small.ipynb", "--list").stdout).toContain("small: a notebook without a title\n  N: number  = 3  // how many\n");
  });
});
