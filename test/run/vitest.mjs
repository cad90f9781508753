/** The parts that vitest runs. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../kernel-setup/setup/child.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";
import { resultFolder, testEnvironment } from "./part.mjs";

/** @typedef {import("./part.mjs").Count} Count */

/** @type {(patterns: readonly string[]) => Promise<Count>} */
export const unit = (patterns) => vitest("unit", "test/vitest.config.ts", patterns);

/** Files named *.long.test.ts, which take minutes. @type {(patterns: readonly string[]) => Promise<Count>} */
export const long = (patterns) => vitest("long", "test/long.config.ts", patterns);

/** @type {(patterns: readonly string[]) => Promise<Count>} */
export const browser = (patterns) => vitest("browser", "test/browser/vitest.config.ts", patterns);

/**
 * @param {string} name
 * @param {string} config
 * @param {readonly string[]} patterns
 * @returns {Promise<Count>}
 */
async function vitest(name, config, patterns) {
  const report = join(resultFolder, `${name}.json`);
  rmSync(report, { force: true });
  const { status } = await run(
    [
      process.execPath, join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--config", config, "--root", root,
      "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...patterns,
    ],
    { env: testEnvironment, show: true },
  );
  return readReport(report, status);
}

/**
 * @param {string} file vitest's own report as JSON
 * @param {number} status
 * @returns {Count} where a file that could not be loaded, or an error outside of every test, counts as a failed test
 */
export function readReport(file, status) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8"));
  const unloaded = report.testResults.filter(
    (/** @type {any} */ result) => result.status === "failed" && result.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
