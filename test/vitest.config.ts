import { defineConfig } from "vitest/config";

/** The tests of `npm test`. Long ones are named *.long.test.ts; the browser has a configuration of its own. */
export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.test.ts"],
    exclude: ["**/*.long.test.ts", "browser/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Of two cores vitest would leave one to itself, which hardly uses it.
    maxWorkers: "100%",
  },
});
