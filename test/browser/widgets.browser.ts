import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { notebook } from "./fixture.js";
import { openBrowser, startLab, type Lab } from "./lab.js";

let lab: Lab;
let browser: Browser;

beforeAll(async () => {
  [lab, browser] = await Promise.all([startLab(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await lab?.close();
});

it("redraws a plot in its place when a slider is dragged, a box is ticked, a number is typed", async () => {
  const source = `import { interact } from "distlab/widgets";
await interact({ n: [3, 9], loss: [0, 0.5, 0.05], seed: 42, crash: false, mode: ["quiet", "storm"] }, ({ n, loss, seed, crash, mode }) => ({
  bundle: () => ({
    "application/vnd.plotly.v1+json": {
      data: [{ type: "bar", x: Array.from({ length: n }, (_, i) => i), y: Array.from({ length: n }, (_, i) => i * loss + 1) }],
      layout: { title: { text: \`n=\${n} loss=\${loss} seed=\${seed} crash=\${crash} mode=\${mode}\` }, height: 260 },
    },
    "text/plain": \`\${n} bars\`,
  }),
}));`;
  writeFileSync(join(lab.folder, "interact.ipynb"), notebook([{ source }]));
  const opened = await lab.open(browser, "interact.ipynb");
  const { page } = opened;
  expect(await opened.runAll()).toBe(true);
  const title = (): Promise<string | null> => page.locator(".gtitle").textContent();
  await page.waitForSelector(".widget-slider");
  expect(await page.locator(".jupyter-widgets.widget-inline-hbox").count()).toBe(5);
  expect(await title()).toBe("n=6 loss=0.25 seed=42 crash=false mode=quiet");
  await opened.screenshot("widgets-first");

  const handle = page.locator(".widget-slider .noUi-handle").first();
  const from = (await handle.boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  for (let x = 0; x <= 200; x += 10) await page.mouse.move(from.x + x, from.y + 5);
  await page.mouse.up();
  await expect.poll(title).toBe("n=9 loss=0.25 seed=42 crash=false mode=quiet");

  await page.locator(".widget-checkbox input").check();
  await page.locator(".widget-text input[type=number]").fill("7");
  await page.keyboard.press("Enter");
  await page.locator(".widget-dropdown select").selectOption("storm");
  await expect.poll(title).toBe("n=9 loss=0.25 seed=7 crash=true mode=storm");
  expect(await page.locator(".js-plotly-plot").count()).toBe(1);
  expect(opened.errors).toEqual([]);
  await opened.screenshot("widgets-turned");

  // What the notebook keeps is the last figure, with a still picture.
  await expect
    .poll(() => opened.evaluate((panel) => Object.keys(panel.content.widgets[0].outputArea.model.get(1).data)), { timeout: 30_000 })
    .toContain("image/svg+xml");
  await opened.command("docmanager:save");
  await opened.close();

  // Opened again with a kernel that knows nothing of it: the figure, and what to do for the controls.
  await lab.stopKernels();
  const again = await lab.open(browser, "interact.ipynb");
  await again.page.waitForSelector(".js-plotly-plot");
  await expect
    .poll(() => again.page.locator(".jp-OutputArea-output").first().textContent(), { timeout: 20_000 })
    .toBe("Run this cell to use its controls.");
  expect(await again.page.locator(".gtitle").textContent()).toBe("n=9 loss=0.25 seed=7 crash=true mode=storm");
  await again.screenshot("widgets-opened-again");
  await again.runAll();
  await again.page.waitForSelector(".widget-slider");
  await again.close();
});
