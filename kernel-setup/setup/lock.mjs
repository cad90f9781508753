/** One set-up at a time in a checkout: a second one waits for the first, then finds its work done. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { whenInterrupted } from "./child.mjs";
import { root, stateFolder } from "./project.mjs";
import { SetupFault } from "./report.mjs";

const lockFile = join(stateFolder, "setup.lock");

/**
 * Runs the body while no other set-up of this checkout does. The lock of a process that no longer lives is taken over.
 * @template T
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 * @throws {SetupFault} when the checkout cannot be written to
 */
export async function alone(body) {
  let told = false;
  while (!take()) {
    const holder = Number(readHolder());
    if (!isAlive(holder)) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!told) console.log(`Another set-up of this checkout is at work (process ${holder}): waiting for it ...`);
    told = true;
    await pause(300);
  }
  const forget = whenInterrupted(release);
  try {
    return await body();
  } finally {
    forget();
    release();
  }
}

/** @returns {boolean} whether the lock is ours now */
function take() {
  try {
    mkdirSync(dirname(lockFile), { recursive: true });
    const file = openSync(lockFile, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST") return false;
    throw new SetupFault(
      `The checkout ${root} cannot be written to (${code}), and set-up puts its files there and nowhere else.\n` +
        "Copy it to a folder of your own, or make it writable, and run the command there.",
    );
  }
}

function release() {
  rmSync(lockFile, { force: true });
}

function readHolder() {
  try {
    return readFileSync(lockFile, "utf8");
  } catch {
    return "";
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  // Between its making and its first byte a lock is empty: that holder is taken as alive by nobody, and the
  // file is so young that the worst case is two set-ups at once, which repair each other's work on the next run.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
