/** The command line of `npm run chapter`. */
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { endOnInterrupt } from "../setup/child.mjs";
import { alone } from "../setup/lock.mjs";
import { root, stateFolder } from "../setup/project.mjs";
import { makeVenv } from "../setup/python.mjs";
import { commandLine, SetupFault, Steps } from "../setup/report.mjs";
import { prepareBuild, prepareKernel, preparePackages } from "../setup/steps.mjs";
import { chapters, findChapter, readChapter, titleOf } from "./find.mjs";

const help = `Runs a chapter from top to bottom without a browser, in the course's kernel, with parameters of your own.

  npm run chapter -- CHAPTER                       run it as it is
  npm run chapter -- CHAPTER --set NAME=VALUE ...  in place of the value in its cell of parameters
  npm run chapter -- CHAPTER --out FILE            keep the run in FILE.ipynb, or as a page in FILE.html
                                                   (where none is given, in .distlab/chapter)
  npm run chapter -- --list [CHAPTER]              the chapters and their parameters
  npm run chapter -- --help                        this text

CHAPTER is a chapter's number (3.1.1), its name (paxos) or the path of a notebook. VALUE is a literal of TypeScript
that fits the parameter's type: --set N=5 --set LATENCY=[1,50]; a single word is taken as a string. The chapter itself
stays as it is: the values go into a cell after the one with the parameters. A cell that fails ends the run with
status 1, and what was done until then is kept.`;

/**
 * @param {readonly string[]} args what follows `npm run chapter --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run chapter", async () => {
    const options = readOptions(args);
    if (options.help) {
      console.log(help);
      return 0;
    }
    const found = options.chapter === undefined ? chapters() : [findChapter(options.chapter, options.cwd)];
    endOnInterrupt("npm run chapter", { resumes: false });
    const steps = new Steps(options.list ? 1 : 4);
    await alone(() => preparePackages(steps));
    // Loaded when the packages that they need are there.
    const { parametersOf, describeParameters, withParameters } = await import("./parameters.mjs");
    if (options.list) {
      for (const file of found) {
        const notebook = readChapter(file);
        const lines = describeParameters(parametersOf(notebook, dirname(file)));
        console.log(`\n${basename(file, ".ipynb")}: ${titleOf(notebook)}\n${lines}`);
      }
      return 0;
    }
    const [file = ""] = found;
    const out = placeOf(options.out, file);
    const notebook = withParameters(readChapter(file), options.settings, dirname(file));
    await alone(async () => {
      await prepareBuild(steps);
      await prepareKernel(steps);
      await steps.step("Python", async (progress) => [await makeVenv({ forTests: false, progress }), undefined]);
    });
    const { runNotebook } = await import("./run.mjs");
    return runNotebook(notebook, { title: titleOf(notebook), folder: dirname(file), out });
  });
}

/**
 * What was asked for.
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} list
 * @property {string | undefined} chapter as it was given; undefined only with `help` or `list`
 * @property {ReadonlyMap<string, string>} settings the texts of the values by name
 * @property {string | undefined} out an absolute path
 * @property {string} cwd what relative paths are relative to
 */

/**
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {SetupFault} for an unknown option, a missing chapter, or a file that cannot be written
 */
export function readOptions(args) {
  // npm starts its scripts in the checkout, and says from where it was started itself.
  const cwd = (process.env["npm_lifecycle_event"] === "chapter" && process.env["INIT_CWD"]) || process.cwd();
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        list: { type: "boolean", default: false },
        set: { type: "string", multiple: true, default: [] },
        out: { type: "string" },
      },
    });
    const [chapter] = positionals;
    if (positionals.length > 1) throw new Error(`one chapter at a time, got ${positionals.join(", ")}`);
    if (chapter === undefined && !values.list && !values.help) {
      throw new Error(`which chapter? There are ${chapters().map((file) => basename(file, ".ipynb")).join(", ")}`);
    }
    const settings = readSettings(values.set);
    const out = values.out === undefined ? undefined : checkPlace(values.out, cwd);
    return { help: values.help, list: values.list, chapter, settings, out, cwd };
  } catch (error) {
    throw new SetupFault(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}

/**
 * @param {readonly string[]} given such as "N=5"
 * @returns {Map<string, string>}
 */
function readSettings(given) {
  const settings = new Map();
  for (const setting of given) {
    const [, name, value] = /^\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*=([^]*)$/u.exec(setting) ?? [];
    if (name === undefined || value === undefined || value.trim() === "") {
      throw new Error(`--set must be NAME=VALUE, got ${setting || "nothing"}`);
    }
    if (settings.has(name)) throw new Error(`--set names ${name} twice: ${settings.get(name)} and ${value.trim()}`);
    settings.set(name, value.trim());
  }
  return settings;
}

/**
 * @param {string} out
 * @param {string} cwd
 * @returns {string} an absolute path
 */
function checkPlace(out, cwd) {
  const ending = extname(out);
  if (ending !== ".ipynb" && ending !== ".html") {
    throw new Error(`--out must end in .ipynb or .html, got ${out || "nothing"}`);
  }
  const place = resolve(cwd, out);
  const folder = dirname(place);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`--out must be in a folder that exists, got ${out}: there is no folder ${folder}`);
  }
  try {
    accessSync(folder, constants.W_OK);
    if (existsSync(place)) accessSync(place, constants.W_OK);
  } catch {
    throw new Error(`--out must be a file that can be written, got ${out}`);
  }
  if (existsSync(place) && !statSync(place).isFile()) throw new Error(`--out must name a file, got ${out}`);
  if (isSame(folder, join(root, "notebooks"))) {
    throw new Error(`--out must be outside the course's notebooks, which a run leaves as they are, got ${out}`);
  }
  return place;
}

/**
 * @param {string | undefined} out
 * @param {string} chapter
 * @returns {string} where the run goes
 * @throws {SetupFault} when that is the chapter itself
 */
function placeOf(out, chapter) {
  if (out === undefined) {
    const folder = join(stateFolder, "chapter");
    mkdirSync(folder, { recursive: true });
    return join(folder, basename(chapter));
  }
  if (isSame(out, chapter)) {
    throw new SetupFault(`--out must be another file than the chapter, which a run leaves as it is, got ${out}`);
  }
  return out;
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {boolean} whether both are one file or folder, which may have several names
 */
function isSame(one, other) {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other);
}
