import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chaptersOf, csvOf, readOptions, rowOf } from "../../kernel-setup/grade/grade.mjs";

const folder = mkdtempSync(join(tmpdir(), "distlab-grade-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cell = (source: string) => ({ cell_type: "code" as const, id: "c", metadata: {}, source, outputs: [], execution_count: null });
const notebook = (...sources: readonly string[]) => ({ cells: sources.map(cell), metadata: {}, nbformat: 4 });
writeFileSync(join(folder, "ann.ipynb"), JSON.stringify(notebook("1")));
writeFileSync(join(folder, "no.ipynb"), "{");

describe("what is asked of the grader", () => {
  it("is a list of notebooks, seeds and a file for the table", () => {
    expect(readOptions(["ann.ipynb", "--first-seed", "501", "--out", "t.csv"], folder)).toEqual({
      help: false, files: [join(folder, "ann.ipynb")], firstSeed: 501, out: join(folder, "t.csv"),
    });
  });

  it.each<[readonly string[], string]>([
    [[], "which notebooks? npm run grade -- FILE ..."],
    [["bob.ipynb"], "there is no file "],
    [["no.ipynb"], "is no notebook of format 4."],
    [["ann.ipynb", "--first-seed", "0"], "--first-seed must be a whole number of at least 1, got 0"],
    [["ann.ipynb", "--first-seed", "x"], "--first-seed must be a whole number of at least 1, got x"],
    [["ann.ipynb", "--points", "3"], "Unknown option '--points'"],
  ])("cannot be %j", (args, problem) => {
    expect(() => readOptions(args, folder)).toThrow(problem);
  });
});

describe("a grade", () => {
  it("has a row for each chapter that a notebook works on", () => {
    expect(chaptersOf(notebook('const { a } = exercises("3.1.1");', 'quiz("3.1.1", "q");', 'quiz(\n  "6.3", "r");', "exercises(chapter)"))).toEqual(["3.1.1", "6.3"]);
  });

  it("counts what is done, names what is open, and becomes a table", () => {
    const row = rowOf("ann.ipynb", {
      chapter: "3.1.1", exercises: { done: ["acceptRule"], left: ["choiceRule", "quorumRule"] }, quizzes: { done: [], left: ["q"] }, hints: { acceptRule: 2, choiceRule: 1 },
    });
    expect(row).toEqual({ notebook: "ann.ipynb", chapter: "3.1.1", exercises: "1 of 3", open: "choiceRule quorumRule", questions: "0 of 1", hints: 3 });
    expect(csvOf([row, { ...row, notebook: 'a "b", c.ipynb' }])).toBe(
      "notebook,chapter,exercises,questions,hints,open\nann.ipynb,3.1.1,1 of 3,0 of 1,3,choiceRule quorumRule\n"
        + '"a ""b"", c.ipynb",3.1.1,1 of 3,0 of 1,3,choiceRule quorumRule\n',
    );
  });
});
