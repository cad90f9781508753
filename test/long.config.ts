import { defineConfig } from "vitest/config";

/** The tests of `npm run test:long`: minutes of search over seeds, and set-ups from nothing. */
export default defineConfig({
  test: {
    dir: "test",
    include: ["**/*.long.test.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
