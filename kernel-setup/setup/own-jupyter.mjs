/** The command line of `npm run kernel:install` and `npm run kernel:uninstall`. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { endOnInterrupt, run } from "./child.mjs";
import { jupyterFiles, writeJupyterFiles } from "./kernelspec.mjs";
import { alone } from "./lock.mjs";
import { kernelName } from "./project.mjs";
import { commandLine, SetupFault, Steps } from "./report.mjs";
import { prepareBuild, preparePackages } from "./steps.mjs";

const help = `Puts the course's kernel and its lab extension into your own Jupyter (and so into VS Code), or takes them out.

  npm run kernel:install                       for your account
  npm run kernel:install -- --sys-prefix       for the Python environment that is active
  npm run kernel:install -- --prefix DIR       into DIR/share/jupyter
  npm run kernel:uninstall [-- the same option]

The kernel runs from this folder: install it anew after you moved the folder or changed your Node.`;

/** The list of what was added, kept beside the kernel, so that it is there as long as the kernel is. */
const manifestName = join("kernels", kernelName, "installed-files.json");

/**
 * What install added: files relative to the data folder, and folders that were missing, in full, outermost first.
 * @typedef {{ files: string[], folders: string[] }} Manifest
 */

/**
 * @param {readonly string[]} args "install" or "uninstall", then options
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run kernel:install", async () => {
    const { action, where } = readOptions(args);
    if (action === "help") {
      console.log(help);
      return;
    }
    endOnInterrupt(`npm run kernel:${action}`);
    const folder = await where();
    await alone(() => (action === "install" ? install(folder) : uninstall(folder)));
  });
}

/** @param {string} folder a Jupyter data folder */
async function install(folder) {
  const before = readManifest(folder);
  const kernel = join(folder, "kernels", kernelName);
  if (!before && existsSync(kernel)) {
    throw new SetupFault(
      `${kernel} is there, but was not put there by this command: it is left alone.\n` +
        `If it is not needed, remove it (jupyter kernelspec uninstall ${kernelName}), then run the same command again.`,
    );
  }
  const steps = new Steps(3);
  await preparePackages(steps);
  await prepareBuild(steps);
  await steps.step("kernel for Jupyter", async () => {
    if (before) remove(folder, before);
    const files = [...jupyterFiles().keys(), manifestName];
    const folders = missingFolders(folder, files);
    try {
      // The list comes first, so that an install that was cut short can be taken out too.
      mkdirSync(kernel, { recursive: true });
      writeFileSync(join(folder, manifestName), `${JSON.stringify({ files, folders }, undefined, 2)}\n`);
      writeJupyterFiles(folder);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      const others = "choose another place (--user, --sys-prefix, --prefix DIR)";
      throw new SetupFault(`${folder} cannot be written to (${code}): ${others}.`);
    }
    return [`in ${folder}`, undefined];
  });
  console.log("Jupyter now lists the kernel TypeScript (Distlab); npm run kernel:uninstall takes it out again.");
}

/** @param {string} folder a Jupyter data folder */
async function uninstall(folder) {
  const manifest = readManifest(folder);
  if (!manifest) throw new SetupFault(`${folder} holds no kernel that kernel:install put there: nothing was removed.`);
  remove(folder, manifest);
  console.log(`Removed the kernel and its lab extension from ${folder}.`);
}

/**
 * Removes the files of the list, then the folders of the list that are empty.
 * @param {string} folder
 * @param {Manifest} manifest
 */
function remove(folder, { files, folders }) {
  for (const file of files) {
    const path = resolve(folder, file);
    // A list that was tampered with must not reach files of others.
    if (path.startsWith(`${resolve(folder)}${sep}`)) rmSync(path, { force: true });
  }
  for (const path of [...folders].reverse()) {
    if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  }
}

/**
 * @param {string} folder
 * @param {readonly string[]} files
 * @returns {string[]} the folders that writing the files will make, outermost first
 */
function missingFolders(folder, files) {
  const missing = new Set();
  for (const file of files) {
    for (let path = dirname(resolve(folder, file)); !existsSync(path); path = dirname(path)) missing.add(path);
  }
  return [...missing].sort((one, other) => one.length - other.length);
}

/**
 * @param {string} folder
 * @returns {Manifest | undefined}
 */
function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly string[]} args
 * @returns {{ action: "install" | "uninstall" | "help", where: () => Promise<string> }} `where` finds the data folder
 * @throws {SetupFault} for options that are unknown or exclude each other
 */
function readOptions(args) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "user": { type: "boolean", default: false },
        "sys-prefix": { type: "boolean", default: false },
        "prefix": { type: "string" },
        "help": { type: "boolean", short: "h", default: false },
      },
    });
    const [action, ...others] = positionals;
    if (action !== "install" && action !== "uninstall") throw new Error("say install or uninstall");
    if (others.length > 0) throw new Error(`unexpected ${others.join(" ")}`);
    const given = [values.user, values["sys-prefix"], values.prefix !== undefined].filter(Boolean).length;
    if (given > 1) throw new Error("--user, --sys-prefix and --prefix exclude each other");
    if (values.prefix === "") throw new Error("--prefix must name a folder, got an empty text");
    const { prefix } = values;
    return {
      action: values.help ? "help" : action,
      where: async () =>
        prefix !== undefined
          ? join(resolve(process.env["INIT_CWD"] ?? process.cwd(), prefix), "share", "jupyter")
          : values["sys-prefix"]
            ? join(await activePrefix(), "share", "jupyter")
            : userDataFolder(),
    };
  } catch (error) {
    throw new SetupFault(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}

/** @returns {string} where Jupyter looks for the kernels of an account */
function userDataFolder() {
  const { JUPYTER_DATA_DIR: told, XDG_DATA_HOME: data, APPDATA: roaming } = process.env;
  if (told) return told;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(roaming ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(data || join(homedir(), ".local", "share"), "jupyter");
}

/** @returns {Promise<string>} the folder of the Python environment that is active */
async function activePrefix() {
  for (const name of process.platform === "win32" ? ["python", "py"] : ["python3", "python"]) {
    const { status, output } = await run([name, "-c", "import sys; print(sys.prefix)"]);
    if (status === 0) return output.trim();
  }
  throw new SetupFault("--sys-prefix asks the active Python where it lives, and no Python was found on PATH.");
}
