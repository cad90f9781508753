/** The command line of `npm run grade`. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { hasTag, textOf } from "../book/notebook.mjs";
import { readChapter, titleOf } from "../chapter/find.mjs";
import { endOnInterrupt } from "../setup/child.mjs";
import { alone } from "../setup/lock.mjs";
import { root, stateFolder } from "../setup/project.mjs";
import { makeVenv } from "../setup/python.mjs";
import { commandLine, SetupFault, Steps } from "../setup/report.mjs";
import { prepareBuild, prepareKernel, preparePackages } from "../setup/steps.mjs";

/** @typedef {import("../book/notebook.mjs").Notebook} Notebook */

const help = `Runs notebooks that were handed in, without a browser, and says which of the exercises and questions are solved in them.

  npm run grade -- FILE ...                    one row for each chapter that a notebook works on
  npm run grade -- FILE ... --first-seed N     hidden runs take their seeds from N on (default 1, as for learners)
  npm run grade -- FILE ... --out FILE.csv     keep the table
  npm run grade -- --help                      this text

The runs are kept in .distlab/grade. A cell that fails counts for nothing, and the next ones run. What was solved counts
if a cell of the notebook solves it now, whatever its stored outputs say; solutions of the course do not count. The code
of a notebook runs as yours: grade only what you would run.`;

/**
 * A row of the table.
 * @typedef {object} Graded
 * @property {string} notebook
 * @property {string} chapter
 * @property {string} exercises such as "3 of 5"
 * @property {string} open the exercises that are not solved
 * @property {string} questions such as "4 of 9"
 * @property {number} hints how many were taken
 */

/**
 * @param {readonly string[]} args what follows `npm run grade --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run grade", async () => {
    const options = readOptions(args, process.env["INIT_CWD"] ?? process.cwd());
    if (options.help) {
      console.log(help);
      return 0;
    }
    endOnInterrupt("npm run grade", { resumes: false });
    const steps = new Steps(4);
    await alone(async () => {
      await preparePackages(steps);
      await prepareBuild(steps);
      await prepareKernel(steps);
      await steps.step("Python", async (progress) => [await makeVenv({ forTests: false, progress }), undefined]);
    });
    /** @type {Graded[]} */
    const rows = [];
    for (const file of options.files) rows.push(...(await gradeOf(file, options.firstSeed)));
    console.log(`\n${tableOf(rows)}`);
    if (options.out !== undefined) writeFileSync(options.out, csvOf(rows));
    return 0;
  });
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd what relative paths are relative to
 * @returns {{ help: boolean, files: string[], firstSeed: number, out: string | undefined }}
 * @throws {SetupFault} for what cannot be graded, before anything runs
 */
export function readOptions(args, cwd) {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: "boolean", default: false }, "first-seed": { type: "string", default: "1" }, out: { type: "string" } },
    });
  } catch (error) {
    throw new SetupFault(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const firstSeed = Number(values["first-seed"]);
  if (!Number.isSafeInteger(firstSeed) || firstSeed < 1) {
    throw new SetupFault(`--first-seed must be a whole number of at least 1, got ${values["first-seed"]}`);
  }
  const files = positionals.map((file) => resolve(cwd, file));
  if (files.length === 0 && !values.help) throw new SetupFault("which notebooks? npm run grade -- FILE ...");
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new SetupFault(`there is no file ${missing}`);
  for (const file of values.help ? [] : files) readChapter(file);
  return { help: values.help, files, firstSeed, out: values.out === undefined ? undefined : resolve(cwd, values.out) };
}

/**
 * @param {string} file
 * @param {number} firstSeed
 * @returns {Promise<Graded[]>}
 */
async function gradeOf(file, firstSeed) {
  const { runNotebook } = await import("../chapter/run.mjs");
  const notebook = readChapter(file);
  const cells = notebook.cells.filter((cell) => !hasTag(cell, "solution"));
  const folder = join(stateFolder, "grade");
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "run-"));
  const progress = join(scratch, "progress.json");
  try {
    await runNotebook({ ...notebook, cells }, {
      title: `${basename(file)}: ${titleOf(notebook)}`,
      // Where the course's packages are found, and no notes of anybody.
      folder: scratch,
      out: join(folder, basename(file)),
      goesOn: true,
      environment: { DISTLAB_PROGRESS: progress, DISTLAB_FIRST_SEED: String(firstSeed) },
    });
    const notes = existsSync(progress) ? JSON.parse(readFileSync(progress, "utf8")).chapters : {};
    const { progressRow } = await import(pathToFileURL(join(root, "lib", "dist", "learn", "course.js")).href);
    return chaptersOf(notebook).map((chapter) => rowOf(basename(file), progressRow(chapter, notes)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * The chapters whose exercises or questions a notebook asks for.
 * @param {Notebook} notebook
 * @returns {string[]}
 */
export function chaptersOf({ cells }) {
  const code = cells.filter((cell) => cell.cell_type === "code").map((cell) => textOf(cell.source)).join("\n");
  return [...new Set(Array.from(code.matchAll(/\b(?:exercises|quiz)\(\s*"([\d.]+)"/g), ([, chapter]) => chapter ?? ""))];
}

/**
 * @param {string} notebook
 * @param {{ chapter: string, exercises: { done: string[], left: string[] }, quizzes: { done: string[], left: string[] }, hints: Record<string, number> }} row
 * @returns {Graded}
 */
export function rowOf(notebook, { chapter, exercises, quizzes, hints }) {
  const of = (/** @type {{ done: string[], left: string[] }} */ { done, left }) => `${done.length} of ${done.length + left.length}`;
  return {
    notebook, chapter, exercises: of(exercises), open: exercises.left.join(" "), questions: of(quizzes),
    hints: Object.values(hints).reduce((sum, count) => sum + count, 0),
  };
}

/** @type {readonly (keyof Graded)[]} */
const columns = ["notebook", "chapter", "exercises", "questions", "hints", "open"];

/**
 * @param {readonly Graded[]} rows
 * @returns {string}
 */
function tableOf(rows) {
  const lines = [[...columns], ...rows.map((row) => columns.map((name) => String(row[name])))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  return lines.map((line) => line.map((text, i) => text.padEnd(widths[i] ?? 0)).join("  ").trimEnd()).join("\n");
}

/**
 * @param {readonly Graded[]} rows
 * @returns {string}
 */
export function csvOf(rows) {
  const field = (/** @type {unknown} */ value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((line) => `${line.map(field).join(",")}\n`).join("");
}
