/** The notebooks, run headless from top to bottom by a real Jupyter client and the real kernel. */
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { problemLine, readNotebook, textOf } from "../../kernel-setup/book/notebook.mjs";
import { makeSite } from "../../kernel-setup/book/site.mjs";
import { run, tail } from "../../kernel-setup/setup/child.mjs";
import { kernelName, root } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";
import { compareNotebooks } from "../notebooks/compare.mjs";
import { cellSizes, untidiness } from "../notebooks/tidy.mjs";
import { layWay, wayProblems } from "../notebooks/way.mjs";
import { resultFolder, testEnvironment } from "./part.mjs";

/** @typedef {import("./part.mjs").Count} Count */

const folder = join(root, "notebooks");

/** How many run at once: a notebook waits for its kernel's start and its pictures often enough for two. */
const atOnce = 2;

/** How many failing cells of a notebook are told one by one: most of the others fail because of the first. */
const mostTold = 8;

/**
 * One test for each code cell: it runs without error and shows what is stored. One more for each notebook: it is tidy,
 * leads on as the course stands, cites what there is, and makes a page of the site without a problem.
 * @param {readonly string[]} patterns
 * @returns {Promise<Count>}
 */
export function notebooks(patterns) {
  const wrong = [...makeSite({ notebooks: folder, checkout: root }).problems, ...wayProblems(folder)];
  return forEachNotebook(patterns, async (file) => {
    const stored = readNotebook(file);
    const codeCells = stored.cells.filter((cell) => cell.cell_type === "code").length;
    const problems = [
      ...untidiness(file, { kernel: kernelName, checkout: root }),
      ...wrong.filter((problem) => problem.file === basename(file)).map(problemLine),
    ];
    const executed = await execute(file);
    const lines = [headline(file, executed), `    ${cellSizes(stored)}`];
    lines.push(...problems.map((problem) => `    NOT TIDY: ${problem}`));
    if (executed.error) {
      lines.push(`    FAILED: ${executed.error.replaceAll("\n", "\n    ")}`);
      return { lines, count: { passed: 0, failed: codeCells + (problems.length > 0 ? 1 : 0), skipped: 0 } };
    }
    const differences = compareNotebooks(stored, readNotebook(executed.file));
    for (const { cell, problem } of differences.slice(0, mostTold)) {
      const [firstLine = ""] = textOf(stored.cells[cell - 1]?.source ?? "").split("\n");
      lines.push(`    FAILED: cell ${cell} (${firstLine.slice(0, 60)}) ${problem.replaceAll("\n", "\n    ")}`);
    }
    if (differences.length > mostTold) lines.push(`    FAILED: ${differences.length - mostTold} more cells`);
    const failed = differences.length + (problems.length > 0 ? 1 : 0);
    return { lines, count: { passed: codeCells + 1 - failed, failed, skipped: 0 } };
  });
}

/**
 * Runs the notebooks and puts what they show into their files, in the one form that the project stores; puts the way
 * through the course into all of them first.
 * @param {readonly string[]} patterns
 * @returns {Promise<Count>} a notebook with a cell that fails is not stored, and counts as failed
 */
export function store(patterns) {
  for (const file of layWay(folder)) console.log(`  ${file}: the way through the course put right`);
  return forEachNotebook(patterns, async (file) => {
    const executed = await execute(file);
    const lines = [headline(file, executed)];
    const errors = executed.error
      ? [executed.error]
      : compareNotebooks(readNotebook(executed.file), readNotebook(executed.file)).map(
          ({ cell, problem }) => `cell ${cell} ${problem}`,
        );
    if (errors.length === 0) {
      copyFileSync(executed.file, file);
      const problems = untidiness(file, { kernel: kernelName, checkout: root });
      lines.push(...problems.map((problem) => `    NOT TIDY: ${problem}`));
    }
    lines.push(...errors.map((error) => `    NOT STORED: ${error}`));
    const failed = errors.length > 0 ? 1 : 0;
    return { lines, count: { passed: 1 - failed, failed, skipped: 0 } };
  });
}

/**
 * @param {readonly string[]} patterns
 * @param {(file: string) => Promise<{ lines: string[], count: Count }>} body
 * @returns {Promise<Count>}
 */
async function forEachNotebook(patterns, body) {
  const isWanted = (/** @type {string} */ name) => patterns.length === 0 || patterns.some((it) => name.includes(it));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb") && isWanted(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0) console.log(`  no notebook in ${folder} has ${patterns.join(" or ") || ".ipynb"} in its name`);
  const total = { passed: 0, failed: files.length === 0 ? 1 : 0, skipped: 0 };
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { lines, count } = await body(file);
      console.log(lines.map((line) => `  ${line}`).join("\n"));
      total.passed += count.passed;
      total.failed += count.failed;
      total.skipped += count.skipped;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return total;
}

/**
 * What came of a run.
 * @typedef {object} Executed
 * @property {string} file the executed notebook
 * @property {string} error why the run ended early; empty when it did not
 * @property {readonly { readonly cell: number, readonly seconds: number }[]} times of the code cells, counted from 1
 */

/**
 * @param {string} file
 * @returns {Promise<Executed>}
 */
async function execute(file) {
  const target = join(resultFolder, "notebooks", basename(file));
  rmSync(target, { force: true });
  /** @type {{ cell: number, seconds: number }[]} */
  const times = [];
  let error = "";
  const { status, output } = await run([venvPython, join(root, "test", "notebooks", "execute.py"), file, target], {
    env: testEnvironment,
    onLine: (line) => {
      if (!line.startsWith("{")) return;
      const said = JSON.parse(line);
      if ("cell" in said) times.push({ cell: said.cell + 1, seconds: said.seconds });
      if ("error" in said) error = said.error;
    },
  });
  const others = output.split("\n").filter((line) => !line.startsWith("{")).join("\n");
  const problem = status === 0 ? "" : `${error || "the run broke off"}\n${tail(others)}`.trimEnd();
  return { file: target, times, error: problem };
}

/**
 * @param {string} file
 * @param {Executed} executed
 * @returns {string}
 */
function headline(file, { times }) {
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const slowest = [...times].sort((one, other) => other.seconds - one.seconds).slice(0, 5);
  const list = slowest.map(({ cell, seconds }) => `${cell}: ${seconds.toFixed(1)} s`).join(", ");
  return `${basename(file)}: ${times.length} code cells in ${total.toFixed(1)} s; slowest ${list}`;
}
