/** What axe-core says of a page. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds serious or critical, each with its first place. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // Styles cannot be fetched from files, and the rule that would read them is about landscape and portrait.
    const { violations } = await (window as unknown as { axe: { run(on: Document, options: object): Promise<any> } }).axe.run(document, { preload: false });
    return violations
      .filter(({ impact }: any) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }: any) => `${id}: ${help}, ${nodes.length} times, first ${nodes[0].html.slice(0, 200)}`);
  });
}
