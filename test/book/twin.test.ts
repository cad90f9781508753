import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "@tslab/typescript-for-tslab";
import { describe, expect, it } from "vitest";
import { makeTwins, twinOf, withoutGuesses, withoutSolutions } from "../../kernel-setup/book/twin.mjs";
import { write } from "../../kernel-setup/book/workbook.mjs";
import { jupyterEnvironment } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";
import { folderOf, notebook, shown, soundPage } from "./notebooks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const chapters = join(root, "notebooks");

interface TwinCell { readonly cell_type: string; readonly source: readonly string[]; readonly outputs?: readonly unknown[]; readonly execution_count?: number | null; readonly metadata: { readonly tags?: readonly string[] } }
const cellsOf = (text: string): readonly TwinCell[] => JSON.parse(text).cells;

describe("a twin", () => {
  const parts = [
    "# T\n\nText.\n\n<details><summary>Solution</summary>\n\nForty-two.\n\n</details>",
    { code: "const guess = predict({ n: 42 });", tags: ["predict"], outputs: [shown({ "text/plain": "42" })] },
    { code: "show(42)", outputs: [shown({ "text/plain": "42" })] },
    { code: "const answer = 42;", tags: ["solution"] },
  ];
  const cells = cellsOf(twinOf(notebook(parts) as Parameters<typeof twinOf>[0]));

  it("has the chapter's cells, without outputs, without solutions, with the guesses to make", () => {
    expect(cells.map(({ source }) => source.join(""))).toEqual([
      "# T\n\nText.",
      "const guess = predict({ n: /* your guess */ 0 });",
      "show(42)",
    ]);
    const code = cells.filter(({ cell_type: type }) => type === "code");
    expect(code.map(({ outputs, execution_count: count }) => [outputs, count])).toEqual([[[], null], [[], null]]);
  });

  it.each([
    ["a\n\n<details><summary>Solution</summary>\n\nb\n\n</details>\n\nc", "a\n\nc"],
    ["<details open>\n<summary><b>Solution of 2</b></summary>b</details>c", "c"],
    ["<details><summary>Solution</summary>a<details><summary>More</summary>b</details>c</details>d", "d"],
    ["<details><summary>Hint</summary>a</details>", "<details><summary>Hint</summary>a</details>"],
    ["<details><summary>Hint</summary>a<details><summary>solution</summary>b</details></details>", "<details><summary>Hint</summary>a</details>"],
    ["a <details><summary>Solution</summary>never closed", "a"],
    ["The solution is yours.", "The solution is yours."],
  ])("of %j keeps %j", (source, kept) => {
    expect(withoutSolutions(source)).toBe(kept);
  });

  it.each([
    ['predict({ n: 4 * N, "who first": "p2", safe: true })', false, 'predict({ n: /* your guess */ 0, "who first": /* your guess */ "?", safe: /* your guess */ false })'],
    ["predict(known)", false, "predict(known)"],
    ["predict({ n: 1 }, { within: 0.1 })", true, "predict({ n: /* your guess */ 0 }, { within: 0.1 })"],
    ['const first = "p1"; const steps = 7;', true, 'const first = /* your guess */ "?"; const steps = /* your guess */ 0;'],
    ["const order = [1, 2];", true, "const order = /* your guess */ [0, 0];"],
    ["const steps = 7;", false, "const steps = 7;"],
  ])("asks in place of %j (tagged: %j)", (source, isTagged, asked) => {
    expect(withoutGuesses(source, isTagged)).toBe(asked);
  });
});

describe("the twins of the course's own chapters", () => {
  const twins = makeTwins(chapters);

  it("are one for each", () => {
    expect([...twins.keys()].sort()).toEqual(readdirSync(chapters).filter((name) => name.endsWith(".ipynb")).sort());
  });

  it.each([...twins])("%s: no output, no solution, no guess, and code that can be read", (_, text) => {
    for (const { cell_type: type, source, outputs, metadata } of cellsOf(text)) {
      expect(metadata.tags ?? []).not.toContain("solution");
      expect(source.join("")).not.toMatch(/<summary>\s*Solution/i);
      if (type !== "code") continue;
      expect(outputs).toEqual([]);
      const { diagnostics } = ts.transpileModule(source.join(""), { reportDiagnostics: true, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
      expect(diagnostics).toEqual([]);
    }
  });

  it("run as they are: the start page's does, in another folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "distlab-workbook-"));
    write(twins, { out: folder, force: false });
    const target = join(folder, "ran.ipynb");
    const { stdout } = spawnSync(venvPython, [join(root, "test", "notebooks", "execute.py"), join(folder, "start.ipynb"), target], {
      encoding: "utf8", env: jupyterEnvironment(),
    });
    expect(stdout).not.toContain('"error"');
    const outputs = cellsOf(readFileSync(target, "utf8")).flatMap(({ outputs: all = [] }) => all as { output_type: string; evalue?: string }[]);
    expect(outputs.filter(({ output_type: type }) => type === "error").map(({ evalue }) => evalue)).toEqual([]);
    expect(outputs.length).toBeGreaterThan(3);
  }, 120_000);
});

describe("the command line", () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "kernel-setup", "workbook.mjs"), ...args], { encoding: "utf8", cwd: root });
    return { status, output: stdout + stderr };
  };

  it.each([
    [["--help"], 0, "--force"],
    [["--al"], 1, "Unknown option '--al'"],
    [["--out="], 1, "--out must name a folder"],
    [["--out", chapters], 1, "--out must be another folder than the notebooks'"],
  ])("%j gives %i", (args, status, sentence) => {
    expect(run(...args)).toMatchObject({ status, output: expect.stringContaining(sentence) });
  });

  it("keeps a twin that somebody has worked in, until told otherwise, and renews the others", () => {
    const folder = folderOf({ "start.ipynb": notebook(soundPage), "3.1-x.ipynb": notebook(soundPage) });
    const out = join(folder, "out");
    const at = (name: string) => readFileSync(join(out, name), "utf8");
    expect(run("--notebooks", folder, "--out", out)).toMatchObject({ status: 0, output: expect.stringContaining("2 notebooks in") });
    writeFileSync(join(out, "start.ipynb"), "my work");
    writeFileSync(join(folder, "3.1-x.ipynb"), JSON.stringify(notebook(["# New"])));
    expect(run("--notebooks", folder, "--out", out).output).toContain("start.ipynb was kept, because you have worked in it");
    expect(at("start.ipynb")).toBe("my work");
    expect(at("3.1-x.ipynb")).toContain("# New");
    run("--notebooks", folder, "--out", out, "--force");
    expect(at("start.ipynb")).toContain("# Start");
    expect(existsSync(join(folder, "start.ipynb"))).toBe(true);
  });
});
