import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderOf, notebook, type Part } from "../book/notebooks.js";
import { layWay, wayProblems } from "./way.mjs";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder of notebooks, in the form in which they are stored: a source is a list of lines. */
function course(chapters: Readonly<Record<string, readonly Part[]>>): string {
  const lines = (key: string, value: unknown): unknown => (key === "source" && typeof value === "string" ? value.split(/(?<=\n)/) : value);
  const folder = folderOf(
    Object.fromEntries(Object.entries(chapters).map(([name, parts]) => [`${name}.ipynb`, `${JSON.stringify(notebook(parts), lines, 1)}\n`])),
  );
  folders.push(folder);
  return folder;
}

/** The Markdown of a notebook. */
const texts = (folder: string, name: string): string[] =>
  (JSON.parse(readFileSync(join(folder, `${name}.ipynb`), "utf8")) as { cells: { cell_type: string; source: string | string[] }[] }).cells
    .filter((cell) => cell.cell_type === "markdown")
    .map(({ source }) => [source].flat().join(""));

const entries = [
  "# Bibliography: every source\n\n[Start page](start.ipynb)",
  "## L\n\n### Lamport1978\n\nL. Lamport: *Time, Clocks*. CACM 1978.\n\nCited in [9](9-old.ipynb).\n\n### Lynch1996\n\nN. Lynch: *Distributed Algorithms*. 1996.",
  "## End\n\nThat is all.",
];
const three = () => course({
  start: ["# Start\n\nA text.", "See [Lynch 1996](bibliography.ipynb#Lynch1996)."],
  "1-first": [
    "# 1 First: of all\n\n[Start page](start.ipynb) · you need: nothing · about 5 minutes\n\n**Why?**",
    "As [Lamport 1978](bibliography.ipynb#Lamport1978), section 2 says.",
    "## Sources\n\n- [Lamport 1978](bibliography.ipynb#Lamport1978): clocks.\n\n[Start page](start.ipynb) · next: [old](x.ipynb)",
  ],
  "2.1-second": ["# 2.1 Second: to none\n\n[← 9 Gone](9-gone.ipynb) · [Start page](start.ipynb)\n\nYou need: this.\n\nText.", "The end."],
  bibliography: entries,
});

describe("the way through the course", () => {
  it("is put into each chapter, from the one before to the one after, and stays", () => {
    const folder = three();
    expect(wayProblems(folder).map(({ file, cell }) => `${file} ${cell}`)).toEqual([
      "1-first.ipynb 1", "1-first.ipynb 3", "2.1-second.ipynb 1", "2.1-second.ipynb 2", "bibliography.ipynb 1", "bibliography.ipynb 2", "bibliography.ipynb 3",
    ]);
    expect(layWay(folder)).toEqual(["1-first.ipynb", "2.1-second.ipynb", "bibliography.ipynb"]);
    const first = "[Start page](start.ipynb) · [2.1 Second →](2.1-second.ipynb)";
    const second = "[← 1 First](1-first.ipynb) · [Start page](start.ipynb) · [Bibliography →](bibliography.ipynb)";
    expect(texts(folder, "1-first")[0]).toBe(`# 1 First: of all\n\n${first}\n\nYou need: nothing · about 5 minutes\n\n**Why?**`);
    expect(texts(folder, "1-first")[2]).toBe(`## Sources\n\n- [Lamport 1978](bibliography.ipynb#Lamport1978), *Time, Clocks*: clocks.\n\n${first}`);
    expect(texts(folder, "2.1-second")).toEqual([`# 2.1 Second: to none\n\n${second}\n\nYou need: this.\n\nText.`, `The end.\n\n${second}`]);
    expect(texts(folder, "start")[0]).toBe("# Start\n\nA text.");
    expect(wayProblems(folder)).toEqual([]);
    expect(layWay(folder)).toEqual([]);
  });

  it("tells on the start page what chapters are called, and how long they take", () => {
    const folder = course({
      start: ["# Start\n\n| section | chapter | builds on | minutes |\n| --- | --- | --- | --- |\n| **1** | [old](1-first.ipynb) | nothing | 7 |\n| – | [that](2-second.ipynb) | 1 |  |"],
      "1-first": ["# 1 First: of all\n\n[Start page](start.ipynb)\n\nYou need: nothing · about 5 minutes", "End."],
      "2-second": ["# 2 Second\n\n[Start page](start.ipynb)", "End."],
    });
    layWay(folder);
    expect(texts(folder, "start")[0]).toContain("\n| **1** | [1 First: of all](1-first.ipynb) | nothing | 5 |\n| – | [2 Second](2-second.ipynb) | 1 | – |");
    expect(wayProblems(folder)).toEqual([]);
  });

  it("leads from each source to the chapters that cite it", () => {
    const folder = three();
    layWay(folder);
    const [, list] = texts(folder, "bibliography");
    expect(list).toContain("*Time, Clocks*. CACM 1978.\n\nCited in [1](1-first.ipynb).\n\n### Lynch1996");
    expect(list).toContain("1996.\n\nCited in [Start](start.ipynb).");
    expect(list).not.toContain("9-old");
  });

  it("knows a source that is missing, one that nobody cites, and one that is there twice", () => {
    const folder = course({
      start: ["# Start\n\nA text."],
      "1-first": ["# 1 First\n\n[Start page](start.ipynb) · [Bibliography →](bibliography.ipynb)\n\nSee [A 1999](bibliography.ipynb#A1999).", "End.\n\n[Start page](start.ipynb) · [Bibliography →](bibliography.ipynb)"],
      bibliography: ["# Bibliography\n\nAll.", "## B\n\n### B2000\n\nB: *Of b*. 2000.\n\n### B2000\n\nB: *Of b*. 2000."],
    });
    layWay(folder);
    expect(wayProblems(folder).map(({ file, problem }) => `${file} ${problem}`)).toEqual([
      "1-first.ipynb cites A1999, which the bibliography does not have",
      "bibliography.ipynb has B2000, which no chapter cites",
      "bibliography.ipynb has B2000, which no chapter cites",
      "bibliography.ipynb has B2000 twice",
    ]);
  });
});
