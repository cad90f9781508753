/** The npm packages of the lock file: whether they are all there, and putting them there. */
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, tail } from "./child.mjs";
import { root, stateFolder } from "./project.mjs";
import { SetupFault } from "./report.mjs";

/**
 * One package in a lock file.
 * @typedef {object} Locked
 * @property {string} [version]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {boolean} [peer]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 */

/** Files without which nothing works, by package: somebody may have deleted them by hand. */
const keyFiles = /** @type {Readonly<Record<string, string>>} */ ({
  "node_modules/typescript": "bin/tsc",
  "node_modules/plotly.js-dist": "plotly.js",
  "node_modules/tslab": "dist/executor.js",
});

/**
 * Installs the packages of package-lock.json, exactly, unless they are all there.
 * @param {(note: string) => void} progress
 * @returns {Promise<readonly [string, void]>}
 * @throws {SetupFault} when npm cannot be found or fails
 */
export async function installPackages(progress) {
  const wanted = readLock(join(root, "package-lock.json"));
  if (!wanted) throw new SetupFault("package-lock.json is missing or broken: take it from the repository again.");
  const lack = whatLacks(wanted);
  if (lack === "") return ["in place", undefined];

  const total = [...wanted].filter(([path, locked]) => isOuter(path) && isForHere(locked)).length;
  const counting = setInterval(() => progress(`${Math.min(installedCount(), total)} of ${total} packages`), 500);
  // npm's cache is kept in the checkout, as everything is, so that an interrupted download is not begun anew.
  const cache = join(stateFolder, "cache", "npm");
  const { status, output, log } = await run([...npmCommand(), "ci", "--no-audit", "--no-fund", "--cache", cache], {
    log: "npm.log",
  });
  clearInterval(counting);
  const stillLack = status === 0 ? whatLacks(wanted) : "";
  if (status !== 0 || stillLack !== "") {
    throw new SetupFault(
      status === 127
        ? "npm was not found. It comes with Node: install Node with npm, then run the same command again."
        : `npm could not install the packages of package-lock.json${stillLack && ` (${stillLack})`}. It said:\n\n` +
            `${tail(output)}\n\n` +
            "If the network or a proxy was in the way, mend that; then run the same command again, and it goes on from\n" +
            `there. The whole output is in ${log}.`,
    );
  }
  rmSync(cache, { recursive: true, force: true });
  return [`${installedCount()} packages installed`, undefined];
}

/**
 * What node_modules lacks of the lock file, in a few words; empty when nothing. npm writes its own list of what it
 * installed as the last thing it does, so an interrupted install has none, and an install by hand is recognised.
 * @param {ReadonlyMap<string, Locked>} wanted
 * @returns {string}
 */
function whatLacks(wanted) {
  const installed = readLock(join(root, "node_modules", ".package-lock.json"));
  if (!installed) return "no finished installation";
  for (const [path, locked] of wanted) {
    if (!path.startsWith("node_modules/")) continue;
    const there = installed.get(path);
    if (!there && mayBeLeftOut(locked)) continue;
    if (!there || (!locked.link && there.version !== locked.version)) return `${path} is not as it should be`;
    const files = ["package.json", keyFiles[path] ?? "package.json"];
    if (!files.every((file) => existsSync(join(root, path, file)))) return `${path} is damaged`;
  }
  return "";
}

/**
 * Packages for other platforms are in the lock file too. One for this platform is needed, even if npm calls it
 * optional, as a checkout that was copied from another machine shows; of those that ask for a C library, one of several.
 * @param {Locked} locked
 * @returns {boolean}
 */
function mayBeLeftOut(locked) {
  const isForAll = !locked.os && !locked.cpu;
  const isOptional = Boolean(locked.optional || locked.devOptional || locked.peer);
  return isOptional && (isForAll || Boolean(locked.libc) || !isForHere(locked));
}

/**
 * @param {string} file
 * @returns {ReadonlyMap<string, Locked> | undefined} undefined when there is no readable lock file
 */
function readLock(file) {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")).packages));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @returns {boolean} whether this is a package of node_modules itself, and not one inside another package
 */
function isOuter(path) {
  return /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path);
}

/**
 * @param {Locked} locked
 * @returns {boolean} whether the package is for this platform
 */
function isForHere({ os = [process.platform], cpu = [process.arch] }) {
  return os.includes(process.platform) && cpu.includes(/** @type {string} */ (process.arch));
}

/** @returns {number} how many packages node_modules itself holds at this moment */
function installedCount() {
  const modules = join(root, "node_modules");
  if (!existsSync(modules)) return 0;
  let count = 0;
  for (const name of readdirSync(modules)) {
    if (name.startsWith("@")) count += existsSync(join(modules, name)) ? readdirSync(join(modules, name)).length : 0;
    else if (!name.startsWith(".")) count += 1;
  }
  return count;
}

/**
 * How to start npm without a shell: npm tells its scripts where it is; else it is looked for beside Node.
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
  const besideNode = dirname(process.execPath);
  const places = [
    process.env["npm_execpath"] ?? "",
    join(besideNode, "node_modules", "npm", "bin", "npm-cli.js"),
    join(besideNode, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(besideNode, "..", "share", "nodejs", "npm", "bin", "npm-cli.js"),
  ];
  const script = places.find((place) => /npm-cli\.c?js$/.test(place) && existsSync(place));
  return script ? [process.execPath, script] : ["npm"];
}
