import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countOfUnittest } from "./kernel.mjs";
import { closingLine } from "./main.mjs";
import { readReport } from "./vitest.mjs";

describe("Python's closing lines are counted", () => {
  it.each([
    ["all passed", "Ran 47 tests in 42.3s\n\nOK\n", 0, { passed: 47, failed: 0, skipped: 0 }],
    ["some skipped", "Ran 43 tests in 2s\n\nOK (skipped=1)\n", 0, { passed: 42, failed: 0, skipped: 1 }],
    ["some failed", "Ran 10 tests in 2s\n\nFAILED (failures=2, errors=1, skipped=3)\n", 1, { passed: 4, failed: 3, skipped: 3 }],
    ["one passed that should not", "Ran 2 tests in 2s\n\nFAILED (unexpected successes=1)\n", 1, { passed: 1, failed: 1, skipped: 0 }],
    ["it died on the way", "test_a ... ok\nKilled\n", 137, { passed: 0, failed: 1, skipped: 0 }],
    ["it ran nothing", "Ran 0 tests in 0s\n\nOK\n", 0, { passed: 0, failed: 1, skipped: 0 }],
    ["it ended badly after all", "Ran 3 tests in 1s\n\nOK\n", 1, { passed: 3, failed: 1, skipped: 0 }],
  ])("%s", (_, output, status, count) => {
    expect(countOfUnittest(output, status)).toEqual(count);
  });
});

describe("vitest's report is counted", () => {
  const folder = mkdtempSync(join(tmpdir(), "counts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const report = (counts: object, testResults: readonly object[] = []) => {
    const file = join(folder, "report.json");
    writeFileSync(file, JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults, ...counts }));
    return file;
  };

  it("with what passed, failed and was left out", () => {
    const file = report({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
    expect(readReport(file, 1)).toEqual({ passed: 7, failed: 2, skipped: 2 });
  });

  it("where a file that could not be loaded is a failed test", () => {
    expect(readReport(report({ numPassedTests: 7 }, [{ status: "failed", assertionResults: [] }]), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  it("where an error outside of every test is one too", () => {
    expect(readReport(report({ numPassedTests: 7 }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
  });

  it("where no report at all is a failure", () => {
    expect(readReport(join(folder, "none.json"), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

it("the closing line has its one form", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(closingLine({ passed: 12, failed: 3, skipped: 1 })).toBe("12 passed, 3 failed, 1 skipped");
});
