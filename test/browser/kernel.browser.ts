import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { notebook } from "./fixture.js";
import { openBrowser, startLab, type Lab, type LabPage } from "./lab.js";

let lab: Lab;
let browser: Browser;
let page: LabPage | undefined;
let count = 0;

beforeAll(async () => {
  [lab, browser] = await Promise.all([startLab(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await lab?.close();
});
afterEach(async () => {
  await page?.close();
  page = undefined;
});

/** Opens a notebook with cells of these sources, as they are. */
async function open(...sources: readonly string[]): Promise<LabPage> {
  const name = `cells-${++count}.ipynb`;
  writeFileSync(join(lab.folder, name), notebook(sources.map((source) => ({ source }))));
  page = await lab.open(browser, name);
  return page;
}

/** What stands under each cell. */
function outputs(opened: LabPage): Promise<string[]> {
  return opened.page
    .locator(".jp-CodeCell")
    .evaluateAll((cells) => cells.map((cell) => cell.querySelector(".jp-OutputArea")?.textContent?.trim() ?? ""));
}

it("shows an error with its cell, its line and no frame of the engine, and runs on afterwards", async () => {
  const opened = await open(
    'function check(n: number): number {\n  if (n < 0) throw new RangeError(`n must not be negative, got ${n}`);\n  return n;\n}\ncheck(-3);',
    'const size: number = "three";',
    "6 * 7",
  );
  expect(await opened.runAll()).toBe(false);
  await opened.runCell(1);
  await opened.runCell(2);
  const [thrown, refused, value] = await outputs(opened);
  expect(thrown).toContain("RangeError: n must not be negative, got -3");
  expect(thrown).toMatch(/Cell \[1\]:2:\d+[^]*> 2 \|/); // the frame, and the line in its place
  expect(thrown).not.toMatch(/evalmachine|node:internal|tslab|kernel-setup/);
  expect(refused).toContain("Type 'string' is not assignable to type 'number'");
  expect(refused).toContain("^^^^");
  expect(value).toContain("42");
  await opened.screenshot("kernel-errors");
  await opened.theme("dark");
  await opened.screenshot("kernel-errors-dark");
  const dark = await contrasts(opened);
  expect(dark.length).toBeGreaterThan(10);
  expect(Math.min(...dark), "the faintest word of an error in the dark").toBeGreaterThan(2.5);
});

/** How much each piece of text in an error stands out from its background: from 1 (not at all) to 21. */
function contrasts(opened: LabPage): Promise<number[]> {
  return opened.page.locator('.jp-RenderedText[data-mime-type$="err"] :is(pre, pre span)').evaluateAll((pieces) => {
    const parts = (color: string): number[] => color.match(/[\d.]+/g)!.map(Number);
    const brightness = (color: readonly number[]): number => {
      const [r, g, b] = color.map((part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const page = parts(getComputedStyle(document.querySelector(".jp-Notebook")!).backgroundColor);
    return pieces.map((piece) => {
      // The red behind an error lets the page shine through.
      const [red, green, blue, share = 1] = parts(getComputedStyle(piece.closest(".jp-RenderedText")!).backgroundColor);
      const ground = [red, green, blue].map((part, at) => part! * share + page[at]! * (1 - share));
      const [one, other] = [brightness(parts(getComputedStyle(piece).color)), brightness(ground)];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    });
  });
}

it("stops a loop by the Stop button and keeps what earlier cells made", async () => {
  const opened = await open("const kept = 41;", "for (;;) {}", "kept + 1");
  await opened.runCell(0);
  const stopped = opened.runCell(1);
  await opened.page.waitForFunction(() => [...document.querySelectorAll(".jp-InputPrompt")].some((it) => it.textContent === "[*]:"));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const began = Date.now();
  await opened.page.locator('.jp-Toolbar [data-command="notebook:interrupt-kernel"], .jp-Toolbar [data-jp-item-name="interrupt"] jp-button').first().click();
  await stopped;
  expect(Date.now() - began).toBeLessThan(4_000);
  await opened.runCell(2);
  expect((await outputs(opened))[2]).toContain("42");
});

it("completes the members of a value with their types, and explains a name of the library", async () => {
  const opened = await open('import { simulate } from "distlab/sim";\nconst letters = ["a", "b"];', "letters.ma", "simulate");
  await opened.runCell(0);
  await opened.edit(1, "End");
  await opened.page.keyboard.press("Tab");
  await opened.page.waitForSelector(".jp-Completer-item");
  const items = await opened.page.locator(".jp-Completer-item").allTextContents();
  expect(items.join("\n")).toContain("map");
  await opened.page.screenshot({ path: opened.file("kernel-completion") });
  await opened.page.keyboard.press("Escape");

  await opened.edit(2, "End");
  await opened.page.keyboard.press("Shift+Tab");
  await opened.page.waitForSelector(".jp-Tooltip");
  await expect
    .poll(() => opened.page.locator(".jp-Tooltip").textContent(), { timeout: 10_000 })
    .toMatch(/function simulate[^]*Run a cluster/);
  await opened.page.screenshot({ path: opened.file("kernel-hover") });
});

it("changes a chart in its place when a slider is moved by keyboard, and shows an error there", async () => {
  const opened = await open(`import { interact } from "distlab/widgets";
import { bars } from "distlab/plot";
await interact({ n: { min: 3, max: 9, value: 5 } }, ({ n }) => {
  if (n === 9) throw new RangeError("nine is too many");
  return bars([{ node: "a", load: n }], { x: "node", y: "load", title: \`A load of \${n}\`, xLabel: "node", yLabel: "load" });
});`);
  await opened.runCell(0);
  const chart = opened.page.locator(".distlab-output .js-plotly-plot");
  const handle = opened.page.locator(".noUi-handle");
  expect(await chart.getAttribute("aria-label")).toMatch(/^A load of 5/);
  await chart.evaluate((node) => ((node as any).marked = true));
  await opened.screenshot("kernel-slider");

  await handle.focus();
  await opened.page.keyboard.press("Home");
  await opened.page.waitForSelector('.js-plotly-plot[aria-label^="A load of 3"]');
  expect(await chart.evaluate((node) => (node as any).marked), "the same chart, changed in place").toBe(true);
  await opened.page.keyboard.press("End");
  await opened.page.waitForFunction(() => document.querySelector(".jp-OutputArea")?.textContent?.includes("nine is too many"));
  await opened.page.keyboard.press("ArrowLeft");
  await opened.page.waitForSelector('.js-plotly-plot[aria-label^="A load of 8"]');
  expect(opened.errors).toEqual([]);
});

it("restarts and runs all cells with the same results", async () => {
  const opened = await open("let n = 1;", "n += 1; n", "console.log('line'); n * 10");
  await opened.runAll();
  const before = await outputs(opened);
  const restarted = opened.command("notebook:restart-run-all");
  await opened.page.locator(".jp-Dialog .jp-mod-accept").click();
  await restarted;
  await opened.idle();
  expect(await outputs(opened)).toEqual(before);
  expect(before[2]).toContain("20");
  const prompts = await opened.page.locator(".jp-CodeCell .jp-InputPrompt").allTextContents();
  expect(prompts).toEqual(["[1]:", "[2]:", "[3]:"]);
  expect(opened.errors).toEqual([]);
});
