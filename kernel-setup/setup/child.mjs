/** Child processes of the set-up: their output goes to a log, and they end when the set-up does. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { logFolder, root } from "./project.mjs";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** @type {Set<() => void>} */
const onEnd = new Set();

/**
 * What a finished command left behind.
 * @typedef {object} Outcome
 * @property {number} status the exit status; 127 when the command could not be started
 * @property {string} output everything that it wrote to standard output and standard error
 * @property {string} log where the output was kept, relative to the checkout; empty when it was not
 */

/**
 * Runs a command to its end and collects what it prints.
 * @param {readonly [string, ...string[]]} command
 * @param {object} [options]
 * @param {string} [options.log] the name of a file in the log folder that keeps the output
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} [options.onLine] sees each line as it comes
 * @param {boolean} [options.show] the output goes to the terminal, and nowhere else
 * @returns {Promise<Outcome>}
 */
export function run([program, ...args], { log, cwd = root, env = process.env, onLine, show = false } = {}) {
  return new Promise((resolve) => {
    if (log) mkdirSync(logFolder, { recursive: true });
    const file = log ? createWriteStream(join(logFolder, log)) : undefined;
    const sink = show ? "inherit" : "pipe";
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", sink, sink], windowsHide: true });
    running.add(child);
    let output = "";
    let line = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
        output += text;
        file?.write(text);
        if (!onLine) return;
        const lines = (line + text).split("\n");
        line = lines.pop() ?? "";
        lines.forEach(onLine);
      });
    }
    const finish = (/** @type {number} */ status) => {
      running.delete(child);
      file?.end();
      resolve({ status, output, log: log ? relative(root, join(logFolder, log)) : "" });
    };
    child.on("error", (error) => {
      output += String(error);
      finish(127);
    });
    child.on("close", (status) => finish(status ?? 1));
  });
}

/**
 * Runs a command that has the terminal for itself, and gives its exit status. Ctrl-C is the command's to answer:
 * a Jupyter server asks before it stops.
 * @param {readonly [string, ...string[]]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function hand([program, ...args], { cwd = root, env = process.env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: "inherit" });
    /** @type {NodeJS.Timeout | undefined} */
    let insisting;
    onSignal((signal) => {
      if (signal === "SIGINT") return;
      child.kill(signal);
      // A Jupyter server that is just starting forgets the first one.
      let times = 0;
      insisting ??= setInterval(() => child.kill((times += 1) < 5 ? signal : "SIGKILL"), 2000);
    });
    const finish = (/** @type {number} */ status) => {
      clearInterval(insisting);
      resolve(status);
    };
    child.on("error", () => finish(127));
    child.on("close", (status, signal) => finish(status ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

/**
 * From now on an interrupt ends the children, runs what was registered, says how to go on, and leaves.
 * @param {string} command how to go on
 * @param {{ resumes?: boolean }} [options] whether the command then goes on where it stopped, as setting up does; `false`:
 *   only what it had set up is kept
 * @returns {void}
 */
export function endOnInterrupt(command, { resumes = true } = {}) {
  onSignal((signal) => {
    for (const child of running) child.kill("SIGTERM");
    for (const end of onEnd) end();
    const next = resumes ? "it goes on where it stopped" : "what it had set up is kept, and the rest begins anew";
    console.error(`\n\nInterrupted. Run \`${command}\` again: ${next}.`);
    process.exit(128 + signals[signal]);
  });
}

/** What asks a process to end, with its number. */
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/** @type {((signal: keyof typeof signals) => void) | undefined} */
let answer;

/**
 * Answers the signals in a new way. The listeners stay the same all the time: a signal that came in while one is
 * taken off and another put on would be lost.
 * @param {(signal: keyof typeof signals) => void} way
 */
function onSignal(way) {
  if (!answer) {
    for (const signal of /** @type {(keyof typeof signals)[]} */ (Object.keys(signals))) {
      process.on(signal, () => answer?.(signal));
    }
  }
  answer = way;
}

/**
 * Registers what must be undone when the process is interrupted; gives the function that takes it back.
 * @param {() => void} end
 * @returns {() => void}
 */
export function whenInterrupted(end) {
  onEnd.add(end);
  return () => onEnd.delete(end);
}

/**
 * The last lines of an output, for a message.
 * @param {string} output
 * @param {number} [count]
 * @returns {string}
 */
export function tail(output, count = 12) {
  const lines = output.trimEnd().split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.slice(-count).map((line) => `    ${line}`).join("\n");
}
