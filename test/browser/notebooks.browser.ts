import { cpSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artefacts, openBrowser, startLab, type Lab } from "./lab.js";

const chapters = fileURLToPath(new URL("../../notebooks", import.meta.url));
const names = readdirSync(chapters).filter((name) => name.endsWith(".ipynb"));

/**
 * Every so many chapters one is also run from top to bottom (by default each): where time is short, the environment says more. All
 * chapters are run without a browser by the part "notebooks".
 */
const every = Number(process.env["DISTLAB_RUN_EVERY"] ?? 1);
const isRun = new Set(names.filter((_, i) => i % every === 0));

let lab: Lab;
let browser: Browser;

beforeAll(async () => {
  [lab, browser] = await Promise.all([startLab(), openBrowser()]);
  cpSync(chapters, lab.folder, { recursive: true, filter: (path) => !path.includes(".ipynb_checkpoints") });
  console.log(`Screenshots of ${names.length} notebooks go to ${artefacts}`);
});
afterAll(async () => {
  await browser?.close();
  await lab?.close();
});

/** The themes in which a chapter is looked at as it is stored: both, or one, turn by turn, where only some are run. */
function themesOf(name: string): readonly ("light" | "dark")[] {
  return isRun.has(name) ? ["light", "dark"] : [names.indexOf(name) % 2 === 0 ? "light" : "dark"];
}

it("there are chapters", () => {
  expect(names).not.toEqual([]);
});

// Two at a time: one kernel computes while the other page draws.
describe.concurrent.each(names)("%s in a browser", (name) => {
  it(`shows every figure and picture: stored${isRun.has(name) ? " and run" : ""}, ${themesOf(name).join(" and ")}, without an error in the console`, async () => {
    const page = await lab.open(browser, name);
    const shot = name.replace(/\.ipynb$/, "");
    try {
      const trusted = await page.trusted();
      for (const theme of themesOf(name)) {
        await page.theme(theme);
        expect(await hidden(page)).toEqual([]);
        if (isRun.has(name) && theme === "light") await page.screenshot(`${shot}-${trusted ? "trusted" : "untrusted"}-light`);
      }
      if (isRun.has(name)) {
        const ok = await page.runAll();
        expect(await page.failures()).toEqual([]);
        expect(ok, "every cell ran").toBe(true);
        expect(await page.trusted(), "cells that were run are trusted").toBe(true);
        for (const theme of ["dark", "light"] as const) {
          await page.theme(theme);
          expect(await hidden(page)).toEqual([]);
          if (theme === "dark") await page.screenshot(`${shot}-run-dark`);
        }
      }
      expect(page.errors).toEqual([]);
      if (page.debuggerComplaints > 0) console.log(`${name}: ${page.debuggerComplaints} complaints about a debugger`);
    } finally {
      await page.close();
    }
  });
});

/** Outputs that are not shown as they should be: a figure as a chart, a run in the player, a picture as an image, all with words. */
async function hidden(page: Awaited<ReturnType<Lab["open"]>>): Promise<unknown[]> {
  const shown = await page.shown();
  return shown.filter(({ mimes, as, label }) => {
    const richest = mimes.find((mime) => mime.startsWith("application/vnd."));
    const expected = richest?.includes("plotly") ? "chart" : richest?.includes("distlab.run") ? "player" : "image";
    return as !== expected || label === "";
  });
}
