import { spawnSync } from "node:child_process";
import { show } from "../core/parameters.js";

/**
 * The lines that a command writes when it reads these lines: `rdd.pipe(command)`.
 *
 * @throws Error where the command cannot be run or ends with another status than 0
 */
export function piped([command = "", ...values]: readonly string[], lines: Iterable<string>): readonly string[] {
  const input = Array.from(lines, (line) => `${line}\n`).join("");
  const { stdout, stderr, status, error } = spawnSync(command, values, { input, encoding: "utf8", maxBuffer: 1 << 30 });
  // A command may have enough before it has read all: `head`.
  if (error && (error as { readonly code?: string }).code !== "EPIPE") throw new Error(`the command ${show(command)} cannot be run: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`the command ${show(command)} ended with ${status}: ${stderr.trim()}`);
  const given = stdout.split("\n");
  if (given.at(-1) === "") given.pop();
  return given;
}
