/** The npm packages of the lock file: whether they are all there, and putting them there. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run, tail } from "./child.mjs";
import { root, stateFolder } from "./project.mjs";
import { SetupFault } from "./report.mjs";

/**
 * One package in a lock file.
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} Locked
 */

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

  const total = [...wanted.keys()].filter((path) => path.startsWith("node_modules/")).length;
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
  return [`${total} packages installed`, undefined];
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
  for (const [path, { version, link, optional, devOptional, peer }] of wanted) {
    if (!path.startsWith("node_modules/")) continue;
    const there = installed.get(path);
    // A package for another platform is listed in the lock file and left out here.
    if (!there && (optional || devOptional || peer)) continue;
    if (!there || (!link && there.version !== version)) return `${path} ${version ?? ""} is not installed`;
    if (!existsSync(join(root, path, "package.json"))) return `${path} is damaged`;
  }
  return "";
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

/** @returns {number} how many packages node_modules holds at this moment */
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
