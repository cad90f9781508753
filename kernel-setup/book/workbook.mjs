/** The command line of `npm run workbook`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { endOnInterrupt } from "../setup/child.mjs";
import { alone } from "../setup/lock.mjs";
import { root, stateFolder } from "../setup/project.mjs";
import { commandLine, SetupFault, Steps } from "../setup/report.mjs";
import { preparePackages } from "../setup/steps.mjs";

const help = `Makes of each chapter a twin to work in: without outputs, without solutions, with your predictions still to make.

  npm run workbook                     make them in .distlab/workbook
  npm run workbook -- --out DIR        make them in DIR
  npm run workbook -- --force          replace twins that you have worked in
  npm run workbook -- --notebooks DIR  take the notebooks of DIR
  npm run workbook -- --help           this text

A twin in which something was changed is kept, unless --force is given. npm start shows the folder to the left.`;

/**
 * @param {readonly string[]} args what follows `npm run workbook --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run workbook", async () => {
    const options = readOptions(args);
    if (options.help) {
      console.log(help);
      return 0;
    }
    endOnInterrupt("npm run workbook", { resumes: false });
    await alone(() => preparePackages(new Steps(1)));
    // Loaded when the packages that they need are there.
    const { makeTwins } = await import("./twin.mjs");
    const twins = makeTwins(options.notebooks);
    const kept = write(twins, options);
    const written = twins.size - kept.length;
    console.log(`${written} ${written === 1 ? "notebook" : "notebooks"} in ${options.out}`);
    for (const name of kept) console.log(`${name} was kept, because you have worked in it: --force replaces it.`);
    return 0;
  });
}

/**
 * Puts the twins into a folder. Beside each, hidden, stands the text as it was made, so that a reader's work is known.
 * @param {ReadonlyMap<string, string>} twins texts by file name
 * @param {{ out: string, force: boolean }} where
 * @returns {string[]} the names of those that were kept
 */
export function write(twins, { out, force }) {
  const originals = join(out, ".made");
  mkdirSync(originals, { recursive: true });
  const kept = [];
  for (const [name, text] of twins) {
    const [place, original] = [join(out, name), join(originals, name)];
    const isWorkedIn = existsSync(place) && readText(place) !== readText(original);
    if (isWorkedIn && !force) {
      kept.push(name);
      continue;
    }
    writeFileSync(place, text);
    writeFileSync(original, text);
  }
  return kept;
}

/**
 * @param {string} file
 * @returns {string} empty when there is none
 */
function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/**
 * @typedef {{ help: boolean, force: boolean, out: string, notebooks: string }} Options
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {SetupFault} for an unknown option, or where the twins would replace the chapters
 */
function readOptions(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        force: { type: "boolean", default: false },
        out: { type: "string", default: join(stateFolder, "workbook") },
        notebooks: { type: "string", default: join(root, "notebooks") },
      },
    });
    if (values.out === "") throw new Error("--out must name a folder");
    if (values.notebooks === "") throw new Error("--notebooks must name a folder");
    const [out, notebooks] = [resolve(values.out), resolve(values.notebooks)];
    if (out === notebooks) throw new Error(`--out must be another folder than the notebooks', got ${out}`);
    return { ...values, out, notebooks };
  } catch (error) {
    throw new SetupFault(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}
