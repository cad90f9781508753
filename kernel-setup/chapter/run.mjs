/** Runs a notebook in the real kernel by a Jupyter client, and tells each cell as it ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { textOf } from "../book/notebook.mjs";
import { run, tail, whenInterrupted } from "../setup/child.mjs";
import { jupyterEnvironment, stateFolder } from "../setup/project.mjs";
import { venvPython } from "../setup/python.mjs";

const script = join(dirname(fileURLToPath(import.meta.url)), "run.py");

/**
 * @param {import("../book/notebook.mjs").Notebook} notebook
 * @param {object} where
 * @param {string} where.title
 * @param {string} where.folder in which the cells run
 * @param {string} where.out the file that gets the run, .ipynb or .html
 * @param {boolean} [where.goesOn] whether the cells after one that fails run, too
 * @param {Readonly<Record<string, string>>} [where.environment] what the kernel finds in its environment besides
 * @returns {Promise<number>} 0 when every cell came to its end, else 1; the file is written in both cases
 */
export async function runNotebook(notebook, { title, folder, out, goesOn = false, environment = {} }) {
  const sources = notebook.cells
    .filter((cell) => cell.cell_type === "code")
    .map((cell) => textOf(cell.source))
    .filter((source) => source.trim() !== "");
  console.log(`\n${title}`);
  const places = join(stateFolder, "chapter");
  mkdirSync(places, { recursive: true });
  const scratch = mkdtempSync(join(places, "run-"));
  const forget = whenInterrupted(() => rmSync(scratch, { recursive: true, force: true }));
  const input = join(scratch, "in.ipynb");
  const began = Date.now();
  let failure = "";
  let written = false;
  let ended = 0;
  const teller = new Teller(sources);
  try {
    writeFileSync(input, JSON.stringify(notebook));
    const { status, output } = await run([venvPython, script, input, folder, out, title, ...(goesOn ? ["--go-on"] : [])], {
      cwd: folder,
      env: {
        ...jupyterEnvironment(),
        // A page for others shows no reader's progress, and a run leaves none behind.
        DISTLAB_PROGRESS: "off",
        ...environment,
      },
      onLine: (line) => {
        const said = factsIn(line);
        if (said?.started) teller.start(said.started);
        if (said?.ended) teller.end((ended = said.ended), said.seconds ?? 0);
        if (said?.failure) failure = said.failure;
        if (said?.written) written = true;
      },
    });
    if (status !== 0 && !failure) {
      const others = output.split("\n").filter((line) => !factsIn(line)).join("\n");
      failure = `the run broke off. It said:\n\n${tail(others)}`;
    }
  } finally {
    teller.clear();
    forget();
    rmSync(scratch, { recursive: true, force: true });
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (failure) console.error(`\n${process.stderr.isTTY ? failure : stripVTControlCharacters(failure)}\n`);
  const what = failure ? `stopped after ${ended} of ${sources.length} cells` : `${sources.length} cells`;
  console.log(`${what} in ${seconds} s; ${written ? out : "nothing was written"}`);
  return failure || !written ? 1 : 0;
}

/**
 * What run.py tells in a line.
 * @typedef {{ started?: number, ended?: number, seconds?: number, failure?: string, written?: true }} Facts
 * @param {string} line
 * @returns {Facts | undefined} undefined when the line is something else, such as a warning
 */
function factsIn(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line for each cell: its number of the total, its first line, its seconds; on a terminal also while it runs. */
class Teller {
  #sources;
  #interactive = process.stdout.isTTY === true;

  /** @param {readonly string[]} sources of the cells that run */
  constructor(sources) {
    this.#sources = sources;
  }

  /** @param {number} cell counted from 1 */
  start(cell) {
    if (this.#interactive) process.stdout.write(`\r\u001b[K${this.#line(cell).trimEnd()} ...`);
  }

  /**
   * @param {number} cell counted from 1
   * @param {number} seconds
   */
  end(cell, seconds) {
    this.clear();
    console.log(`${this.#line(cell)} ${seconds.toFixed(1).padStart(6)} s`);
  }

  clear() {
    if (this.#interactive) process.stdout.write("\r\u001b[K");
  }

  /** @param {number} cell */
  #line(cell) {
    const total = this.#sources.length;
    const width = 56;
    const first = (this.#sources[cell - 1] ?? "").trimStart().split("\n")[0] ?? "";
    const shown = first.length > width ? `${first.slice(0, width - 1)}…` : first.padEnd(width);
    return `  ${String(cell).padStart(String(total).length)}/${total}  ${shown}`;
  }
}
