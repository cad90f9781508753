import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The tests in a real browser: JupyterLab from .venv, in Chromium (environment variable CHROMIUM or /usr/bin/chromium). */
export default defineConfig({
  test: {
    dir: "test/browser",
    include: ["**/*.browser.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    // Tests of one file that say so run as many at once as there are cores, within what a small machine has.
    maxConcurrency: Math.min(4, availableParallelism()),
  },
});
