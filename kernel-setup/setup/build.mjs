/** Compiles lib and the kernel with TypeScript 7, when their sources have changed since the last time. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { run, tail } from "./child.mjs";
import { root, stateFolder } from "./project.mjs";
import { SetupFault } from "./report.mjs";

/** The compiler by its own name: the `tsc` among the executables is the one that the kernel's engine brings. */
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

/** A name that is not used yet is a matter for the type check, and no reason to keep a reader from running a change. */
const lenient = ["--noUnusedLocals", "false", "--noUnusedParameters", "false"];

/** Each is a folder with a tsconfig.json that compiles into its dist/. The kernel may use lib's types: it is second. */
const parts = /** @type {const} */ (["lib", "kernel-setup"]);

/** A source that does not compile. */
export class CompileFault extends SetupFault {}

/** What a finished build is remembered by, in dist/. */
const stampName = ".built";

/**
 * Builds what is not up to date.
 * @param {(note: string) => void} progress
 * @returns {Promise<readonly [string, void]>}
 * @throws {CompileFault} when a source does not compile
 */
export async function build(progress) {
  const built = [];
  const faults = [];
  for (const part of parts) {
    const key = fingerprint(part);
    if (isBuilt(part, key)) continue;
    progress(`compiling ${part}`);
    const fault = await compile(part, key);
    if (fault) faults.push(fault);
    built.push(part);
  }
  if (faults.length > 0) throw new CompileFault(faults.join("\n\n"));
  return [built.length === 0 ? "up to date" : `compiled ${built.join(" and ")}`, undefined];
}

/**
 * The compiler writes into a folder of its own; its files are then moved one by one to where they differ, so that a
 * kernel that runs meanwhile never finds dist/ half empty.
 * @param {string} part
 * @param {string} key
 * @returns {Promise<string>} what is wrong with the sources; empty when nothing is
 */
async function compile(part, key) {
  const fresh = join(stateFolder, "build", `${part}-${process.pid}`);
  const dist = join(root, part, "dist");
  rmSync(fresh, { recursive: true, force: true });
  try {
    const { status, output, log } = await run(
      [
        process.execPath, compiler, "-p", join(root, part), "--outDir", fresh, "--noEmitOnError", "--pretty", "false",
        ...lenient,
      ],
      { log: `build-${part}.log` },
    );
    if (status !== 0) {
      return (
        `${part} does not compile. The compiler said:\n\n${tail(output)}\n\n` +
        `Mend the source (git diff ${part} shows what was changed), then run the same command again. ` +
        `The whole output is in ${log}.`
      );
    }
    const files = filesBelow(fresh);
    for (const file of files) replace(join(fresh, file), join(dist, file));
    const wanted = new Set([...files, stampName]);
    for (const file of filesBelow(dist)) {
      if (!wanted.has(file)) rmSync(join(dist, file));
    }
    writeFileSync(join(dist, stampName), JSON.stringify({ key, files }));
    return "";
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function replace(from, to) {
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return;
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

/**
 * @param {string} part
 * @param {string} key
 * @returns {boolean} whether dist/ is whole and was built from the sources with this key
 */
function isBuilt(part, key) {
  try {
    const dist = join(root, part, "dist");
    const stamp = JSON.parse(readFileSync(join(dist, stampName), "utf8"));
    return stamp.key === key && stamp.files.every((/** @type {string} */ file) => existsSync(join(dist, file)));
  } catch {
    return false;
  }
}

/**
 * A text that changes with the compiler, its settings, and any source of the part or of what it is built on.
 * @param {string} part
 * @returns {string}
 */
function fingerprint(part) {
  const hash = createHash("sha256");
  const settings = ["tsconfig.json", join("node_modules", "typescript", "package.json")];
  const sources = parts
    .slice(0, parts.indexOf(/** @type {any} */ (part)) + 1)
    .flatMap((folder) => filesBelow(join(root, folder)).map((file) => join(folder, file)))
    .filter((file) => /\.(ts|json)$/.test(file));
  for (const file of [...settings, ...sources]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file))).update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} folder
 * @returns {string[]} the files below it, relative to it, sorted; without dist/ and node_modules/
 */
function filesBelow(folder) {
  /** @type {string[]} */
  const found = [];
  const walk = (/** @type {string} */ place) => {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const path = join(place, entry.name);
      if (!entry.isDirectory()) found.push(relative(folder, path));
      else if (entry.name !== "dist" && entry.name !== "node_modules") walk(path);
    }
  };
  if (existsSync(folder)) walk(folder);
  return found.sort();
}
