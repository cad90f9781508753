import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("./hashes.mjs", import.meta.url));

/** What another process says of the same runs, by the compiled package. */
async function hashes(...flags: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [...flags, program])).stdout;
}

it("a run is the same in another process, and without the optimizing compiler", async () => {
  const [first, again, plain] = await Promise.all([hashes(), hashes(), hashes("--no-opt")]);
  expect(Object.keys(JSON.parse(first!) as object).length).toBeGreaterThan(30);
  expect(again).toBe(first);
  expect(plain).toBe(first);
}, 60_000);
