/** Python and JupyterLab: the reader's own where they fit, else a .venv in the checkout with pinned versions. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, tail } from "./child.mjs";
import { root, stateFolder, venvFolder } from "./project.mjs";
import { SetupFault } from "./report.mjs";

const isWindows = process.platform === "win32";

/** The Python of the course's own environment. */
export const venvPython = isWindows ? join(venvFolder, "Scripts", "python.exe") : join(venvFolder, "bin", "python");

/** Exact versions with hashes: what JupyterLab needs, and what the tests and Apache Spark need besides. */
const requirementFiles = { lab: "requirements.txt", test: "requirements-test.txt", spark: "requirements-spark.txt" };

/** Put into .venv before anything else, so that a half made one is known as ours. */
const markName = ".made-by-distlab";

/** Put into .venv when all is installed: for which checkout, and from which requirements. */
const stampName = ".distlab-installed.json";

const oldestPython = /** @type {const} */ ([3, 10]);
const oldestJupyterLab = 4;

/**
 * Finds JupyterLab 4 or newer in the active virtual environment or on PATH, or else makes .venv.
 * @param {(note: string) => void} progress
 * @returns {Promise<readonly [string, readonly [string, ...string[]]]>} where it is, and the command that starts it
 * @throws {SetupFault} when there is no fitting Python, or pip fails
 */
export async function findJupyterLab(progress) {
  const known = recall();
  const refused = [];
  for (const place of placesOfJupyterLab()) {
    const key = identity(place);
    const version = known[key] ?? (known[key] = await versionOf(place));
    if (Number.parseInt(version, 10) >= oldestJupyterLab) {
      remember(known);
      return [`${version}, ${place}`, [place]];
    }
    if (version) refused.push(`${version} at ${place} is too old`);
  }
  remember(known);
  await makeVenv({ forTests: false, progress });
  const why = refused.length > 0 ? ` (${refused.join("; ")})` : "";
  return [`${pinnedVersion("jupyterlab")}, in .venv${why}`, [venvPython, "-m", "jupyterlab"]];
}

/**
 * Makes .venv in the checkout whole: nothing if it is, the missing packages if only they lack, else from scratch.
 * @param {{ forTests: boolean, withSpark?: boolean, progress: (note: string) => void }} options with the packages of the tests and of
 *   Spark, or without
 * @returns {Promise<string>} what was done, in a few words
 * @throws {SetupFault} when there is no fitting Python, or pip fails
 */
export async function makeVenv({ forTests, withSpark = false, progress }) {
  const wanted = [requirementFiles.lab, ...(forTests ? [requirementFiles.test] : []), ...(withSpark ? [requirementFiles.spark] : [])];
  const stamp = readStamp();
  let installed = stamp?.requirements ?? {};
  if (!isWhole(stamp)) {
    installed = {};
    // A working environment that somebody made by hand is kept, and the packages go in; a broken one is of no use
    // to anybody.
    const isOurs = existsSync(join(venvFolder, markName)) || !existsSync(venvPython);
    if (isOurs) await makeEmptyVenv(progress);
  }
  const lacking = wanted.filter((file) => installed[file] !== hashOf(file));
  for (const file of lacking) {
    await pipInstall(file, progress);
    installed[file] = hashOf(file);
  }
  if (lacking.length === 0) return ".venv in place";
  const fresh = { root, requirements: installed };
  if (!isWhole(fresh)) {
    throw new SetupFault(`${venvFolder} is damaged: delete that folder, then run the same command again.`);
  }
  writeFileSync(join(venvFolder, stampName), JSON.stringify(fresh));
  rmSync(join(stateFolder, "cache", "pip"), { recursive: true, force: true });
  return ".venv made ready";
}

/** @param {(note: string) => void} progress */
async function makeEmptyVenv(progress) {
  const python = await findPython();
  progress("making .venv");
  rmSync(venvFolder, { recursive: true, force: true });
  mkdirSync(venvFolder, { recursive: true });
  writeFileSync(join(venvFolder, markName), "npm start made this folder and may make it anew.\n");
  // JupyterLab runs a script of its own with Node, from in here; without this file Node would take that script for an
  // ES module, as everything in the checkout is.
  writeFileSync(join(venvFolder, "package.json"), '{ "private": true, "type": "commonjs" }\n');
  const { status, output, log } = await run([python, "-m", "venv", venvFolder], { log: "venv.log" });
  if (status === 0 && existsSync(venvPython)) return;
  throw new SetupFault(
    `Python could not make the virtual environment ${venvFolder}. It said:\n\n${tail(output)}\n\n` +
      `Run the same command again when that is mended. The whole output is in ${log}.`,
  );
}

/**
 * @param {string} file
 * @param {(note: string) => void} progress
 */
async function pipInstall(file, progress) {
  const total = readFileSync(join(root, "kernel-setup", file), "utf8").match(/^[a-z].*==/gim)?.length ?? 0;
  let count = 0;
  const { status, output, log } = await run(
    [
      venvPython, "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check", "--no-input",
      "--progress-bar", "off", "--cache-dir", join(stateFolder, "cache", "pip"),
      "-r", join(root, "kernel-setup", file),
    ],
    {
      log: "pip.log",
      env: { ...process.env, PYTHONUNBUFFERED: "1" },
      onLine: (line) => {
        if (/^Collecting /.test(line)) progress(`${(count += 1)} of about ${total} packages fetched`);
        if (/^Installing collected/.test(line)) progress("unpacking");
      },
    },
  );
  if (status === 0) return;
  throw new SetupFault(
    `pip could not install kernel-setup/${file} into .venv. It said:\n\n${tail(output)}\n\n` +
      "If the network or a proxy was in the way, mend that; then run the same command again, and it goes on from there.\n" +
      `With a JupyterLab 4 of your own on PATH, none of this is needed. The whole output is in ${log}.`,
  );
}

/**
 * A Python that is new enough and can make virtual environments.
 * @returns {Promise<string>}
 * @throws {SetupFault} when there is none
 */
async function findPython() {
  const versions = ["3.14", "3.13", "3.12", "3.11", "3.10"].map((version) => `python${version}`);
  const names = isWindows ? ["python", "py"] : ["python3", ...versions, "python"];
  const tooOld = [];
  let withoutVenv = "";
  for (const name of names) {
    const probe = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)\nimport venv, ensurepip";
    const { status, output } = await run([name, "-c", probe]);
    const [, version, major, minor, executable] = /^((\d+)\.(\d+)\.\d+)\s+(.*)/.exec(output) ?? [];
    if (!version || !executable) continue;
    if (Number(major) < oldestPython[0] || (Number(major) === oldestPython[0] && Number(minor) < oldestPython[1])) {
      tooOld.push(`${name} is ${version}`);
    } else if (status !== 0) {
      withoutVenv ||= `${major}.${minor}`;
    } else {
      return executable.trim();
    }
  }
  const install = "install Python 3.10 or newer (Debian and Ubuntu: apt-get install python3 python3-venv)";
  throw new SetupFault(
    withoutVenv
      ? `Python ${withoutVenv} is there, but without its module for virtual environments (venv with ensurepip).\n` +
        `On Debian and Ubuntu: apt-get install python${withoutVenv}-venv. Then run the same command again.`
      : tooOld.length > 0
        ? `Distlab needs Python 3.10 or newer, but ${tooOld.join(", ")}: ${install}, then run the same command again.`
        : `No Python was found: ${install}, then run the same command again.`,
  );
}

/** @returns {string[]} programs that may be a JupyterLab, the nearest first */
function placesOfJupyterLab() {
  const name = isWindows ? "jupyter-lab.exe" : "jupyter-lab";
  const { VIRTUAL_ENV: active, PATH: path = "" } = process.env;
  const folders = path.split(delimiter).filter(Boolean);
  if (active) folders.unshift(join(active, isWindows ? "Scripts" : "bin"));
  // The course's own .venv is pinned and checked by makeVenv, also when somebody has activated it.
  const own = join(venvFolder, isWindows ? "Scripts" : "bin");
  return [...new Set(folders)].filter((folder) => folder !== own).map((folder) => join(folder, name)).filter(existsSync);
}

/**
 * @param {string} place
 * @returns {Promise<string>} its version; empty when it does not run
 */
async function versionOf(place) {
  const { status, output } = await run([place, "--version"]);
  return (status === 0 && /^\d+\.\d+\.\S+/m.exec(output)?.[0]) || "";
}

/**
 * Asking a JupyterLab for its version takes a second; so the answers are kept for as long as the file is the same.
 * @returns {Record<string, string>}
 */
function recall() {
  try {
    return JSON.parse(readFileSync(join(stateFolder, "jupyterlab-versions.json"), "utf8"));
  } catch {
    return {};
  }
}

/** @param {Readonly<Record<string, string>>} known */
function remember(known) {
  const found = Object.entries(known).filter(([, version]) => version !== "");
  writeFileSync(join(stateFolder, "jupyterlab-versions.json"), JSON.stringify(Object.fromEntries(found)));
}

/**
 * @param {string} place
 * @returns {string}
 */
function identity(place) {
  const { mtimeMs, size } = statSync(place);
  return `${place} ${mtimeMs} ${size}`;
}

/**
 * @typedef {{ root: string, requirements: Record<string, string> }} Stamp
 * @returns {Stamp | undefined}
 */
function readStamp() {
  try {
    return JSON.parse(readFileSync(join(venvFolder, stampName), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether every file that pip installed is still there. A checkout that was moved counts as broken, because scripts
 * of a virtual environment hold its path.
 * @param {Stamp | undefined} stamp
 * @returns {boolean}
 */
function isWhole(stamp) {
  if (!stamp || stamp.root !== root || !existsSync(venvPython)) return false;
  try {
    const versions = isWindows ? [] : readdirSync(join(venvFolder, "lib")).filter((name) => name.startsWith("python3"));
    const packages = isWindows
      ? join(venvFolder, "Lib", "site-packages")
      : join(venvFolder, "lib", versions[0] ?? "", "site-packages");
    const lists = readdirSync(packages).filter((name) => name.endsWith(".dist-info"));
    return lists.length > 0 && lists.every((list) => isPackageWhole(packages, list));
  } catch {
    return false;
  }
}

/**
 * @param {string} packages
 * @param {string} list the folder in which pip keeps what it knows of one package
 */
function isPackageWhole(packages, list) {
  return readFileSync(join(packages, list, "RECORD"), "utf8")
    .split("\n")
    .map((line) => (line.startsWith('"') ? line.slice(1, line.indexOf('"', 1)) : line.slice(0, line.indexOf(","))))
    .every((file) => file === "" || file.endsWith(".pyc") || existsSync(join(packages, file)));
}

/**
 * @param {string} file
 * @returns {string}
 */
function hashOf(file) {
  return createHash("sha256").update(readFileSync(join(root, "kernel-setup", file))).digest("hex");
}

/**
 * @param {string} name
 * @returns {string} the version that requirements.txt pins
 */
function pinnedVersion(name) {
  const text = readFileSync(join(root, "kernel-setup", requirementFiles.lab), "utf8");
  return new RegExp(`^${name}==(\\S+)`, "m").exec(text)?.[1] ?? "";
}
