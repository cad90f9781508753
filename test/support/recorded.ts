import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "scenarios");

/**
 * Hold a run's text against the recorded one, test/scenarios/<name>.txt. With REWRITE=1 in the environment it
 * is recorded anew, and the change is for a reader to judge, as a diff.
 */
export function expectRecorded(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env["REWRITE"] === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  const recorded = existsSync(file) ? readFileSync(file, "utf8") : "";
  expect(text, `test/scenarios/${name}.txt tells another run; REWRITE=1 records this one`).toBe(recorded);
}
