/** The command line of `npm run book`. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { endOnInterrupt } from "../setup/child.mjs";
import { alone } from "../setup/lock.mjs";
import { root, stateFolder } from "../setup/project.mjs";
import { commandLine, SetupFault, Steps } from "../setup/report.mjs";
import { preparePackages } from "../setup/steps.mjs";

const help = `Makes the course as a static site from the stored notebooks: to read without Jupyter, a server or a network.

  npm run book                     make it in .distlab/book
  npm run book -- --open           and show it in the browser
  npm run book -- --out DIR        make it in DIR, a new or empty folder or one that holds an earlier site
  npm run book -- --notebooks DIR  take the notebooks of DIR
  npm run book -- --help           this text

Dead links, missing anchors, pictures without a text, headings out of order and notebooks that were not run are told
with file and cell; then nothing is written.`;

/** Says that a folder holds a site of ours, so that it may be emptied. */
const marker = ".distlab-book";

/**
 * @param {readonly string[]} args what follows `npm run book --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run book", async () => {
    const options = readOptions(args);
    if (options.help) {
      console.log(help);
      return 0;
    }
    endOnInterrupt("npm run book", { resumes: false });
    await alone(() => preparePackages(new Steps(1)));
    // Loaded when the packages that they need are there.
    const { makeSite } = await import("./site.mjs");
    const { problemLine } = await import("./notebook.mjs");
    const { files, problems, pages } = makeSite({ notebooks: options.notebooks, checkout: root, playground: true });
    if (problems.length > 0) {
      for (const problem of problems) console.error(problemLine(problem));
      console.error(`\n${problems.length} ${problems.length === 1 ? "problem" : "problems"}; no site was written.`);
      return 1;
    }
    write(files, options.out);
    const first = join(options.out, "index.html");
    console.log(`${pages} ${pages === 1 ? "page" : "pages"} and the playground, ${files.size} files: ${first}`);
    if (options.open) open(first);
    return 0;
  });
}

/**
 * Puts the site into a folder, in place of an earlier one.
 * @param {import("./site.mjs").Files} files
 * @param {string} folder
 * @returns {void}
 * @throws {SetupFault} when the folder holds something else
 */
export function write(files, folder) {
  if (existsSync(folder)) {
    if (readdirSync(folder).length > 0 && !existsSync(join(folder, marker))) {
      throw new SetupFault(`${folder} holds something that is no earlier site: empty it, or name another folder with --out.`);
    }
    rmSync(folder, { recursive: true });
  }
  for (const [path, content] of [[marker, ""], ...files]) {
    const place = join(folder, /** @type {string} */ (path));
    mkdirSync(dirname(place), { recursive: true });
    if (typeof content === "string") writeFileSync(place, content);
    else if (content) cpSync(content.copyOf, place);
  }
}

/**
 * Shows a page in the reader's browser; where there is none, its address stands in the line above.
 * @param {string} file
 */
function open(file) {
  const [program, ...args] = /** @type {[string, ...string[]]} */ (
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"]
  );
  const child = spawn(program, [...args, file], { detached: true, stdio: "ignore" });
  child.on("error", () => console.log("No browser could be started: open that file in one."));
  child.unref();
}

/**
 * @typedef {{ help: boolean, open: boolean, out: string, notebooks: string }} Options
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {SetupFault} for an unknown option
 */
function readOptions(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        open: { type: "boolean", default: false },
        out: { type: "string", default: join(stateFolder, "book") },
        notebooks: { type: "string", default: join(root, "notebooks") },
      },
    });
    if (values.out === "") throw new Error("--out must name a folder");
    if (values.notebooks === "") throw new Error("--notebooks must name a folder");
    return { ...values, out: resolve(values.out), notebooks: resolve(values.notebooks) };
  } catch (error) {
    throw new SetupFault(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}
