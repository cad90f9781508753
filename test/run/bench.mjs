/** The benchmarks: each is a program test/bench/NAME/run.mjs that prints its numbers. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../kernel-setup/setup/child.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";
import { testEnvironment } from "./part.mjs";

/**
 * One after another, so that none measures another's load; each that ends well counts as passed.
 * @param {readonly string[]} patterns
 * @returns {Promise<import("./part.mjs").Count>}
 */
export async function bench(patterns) {
  const folder = join(root, "test", "bench");
  let [passed, failed] = [0, 0];
  for (const name of readdirSync(folder).sort()) {
    const program = join(folder, name, "run.mjs");
    if (!existsSync(program) || (patterns.length > 0 && !patterns.some((pattern) => name.includes(pattern)))) continue;
    console.log(`\n${name}\n`);
    const { status } = await run([process.execPath, program], { env: testEnvironment, show: true });
    if (status === 0) passed += 1;
    else failed += 1;
  }
  return { passed, failed, skipped: 0 };
}
