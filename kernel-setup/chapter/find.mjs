/** Finds a chapter by what a reader calls it, and reads it. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { textOf } from "../book/notebook.mjs";
import { root } from "../setup/project.mjs";
import { SetupFault } from "../setup/report.mjs";

/** @typedef {import("../book/notebook.mjs").Notebook} Notebook */

const byNumber = new Intl.Collator("en", { numeric: true });

/**
 * The chapters of the course, by number.
 * @returns {string[]} absolute paths
 */
export function chapters() {
  const folder = join(root, "notebooks");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  return names.sort((one, other) => byNumber.compare(one, other)).map((name) => join(folder, name));
}

/**
 * @param {string} wanted a chapter's number ("3.1.1"), its name ("3.1.1-paxos", "paxos") or a path
 * @param {string} cwd what a relative path is relative to
 * @returns {string} an absolute path
 * @throws {SetupFault} when there is no such chapter, or there are several
 */
export function findChapter(wanted, cwd) {
  const path = resolve(cwd, wanted);
  if (wanted.endsWith(".ipynb") && existsSync(path) && statSync(path).isFile()) return path;
  const all = chapters();
  const found = all.filter((file) => {
    const name = basename(file, ".ipynb");
    const [, number, word] = /^([\d.]+)-(.+)$/.exec(name) ?? [];
    return [name, `${name}.ipynb`, number, word].includes(wanted);
  });
  if (found.length === 1 && found[0]) return found[0];
  const list = (found.length > 0 ? found : all).map((file) => `  ${basename(file, ".ipynb")}`).join("\n");
  if (found.length > 0) throw new SetupFault(`${wanted} is the name of several chapters:\n${list}`);
  throw new SetupFault(`there is no chapter ${wanted}. There are:\n${list}`);
}

/**
 * @param {string} file
 * @returns {Notebook}
 * @throws {SetupFault} when it is no notebook of format 4
 */
export function readChapter(file) {
  let notebook;
  try {
    notebook = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // the message below tells the file
  }
  if (notebook?.nbformat === 4 && Array.isArray(notebook.cells)) return notebook;
  throw new SetupFault(`${file} is no notebook of format 4.`);
}

/**
 * @param {Notebook} notebook
 * @returns {string} its first heading
 */
export function titleOf(notebook) {
  for (const { cell_type: type, source } of notebook.cells) {
    const heading = type === "markdown" && /^#\s+(.+?)\s*$/m.exec(textOf(source))?.[1];
    if (heading) return heading;
  }
  return "a notebook without a title";
}
