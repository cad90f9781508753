/** The kernel against the conformance suite of Jupyter and our own checks, from Python. */
import { join } from "node:path";
import { run } from "../../kernel-setup/setup/child.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";
import { testEnvironment } from "./part.mjs";

/**
 * @param {readonly string[]} patterns
 * @returns {Promise<import("./part.mjs").Count>}
 */
export async function kernel(patterns) {
  const { status, output } = await run(
    [venvPython, join(root, "test", "kernel", "conformance.py"), "-v", ...patterns.flatMap((pattern) => ["-k", pattern])],
    { env: testEnvironment, onLine: (line) => console.log(`  ${line}`) },
  );
  return countOfUnittest(output, status);
}

/**
 * Reads the closing lines of Python's unittest.
 * @param {string} output
 * @param {number} status
 * @returns {import("./part.mjs").Count}
 */
export function countOfUnittest(output, status) {
  const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
  const closing = /^(?:OK|FAILED)(?: \((.*)\))?\s*$/m.exec(output)?.[1] ?? "";
  const of = (/** @type {string} */ kind) => Number(new RegExp(`\\b${kind}=(\\d+)`).exec(closing)?.[1] ?? 0);
  const failed = of("failures") + of("errors") + of("unexpected successes");
  const skipped = of("skipped") + of("expected failures");
  return {
    passed: Math.max(0, ran - failed - skipped),
    failed: failed === 0 && (status !== 0 || ran === 0) ? 1 : failed,
    skipped,
  };
}
