import { defineConfig } from "vitest/config";

/** The tests in a real browser: JupyterLab from .venv, in Chromium (environment variable CHROMIUM or /usr/bin/chromium). */
export default defineConfig({
  test: {
    dir: "test/browser",
    include: ["**/*.browser.ts"],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
