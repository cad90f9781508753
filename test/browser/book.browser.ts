/** The static site, opened as files: what a reader sees, with and without scripts, and what axe-core says of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { write } from "../../kernel-setup/book/book.mjs";
import { makeSite, type Files } from "../../kernel-setup/book/site.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";
import { accessibilityFaults } from "./axe.js";
import { artefacts, openBrowser } from "./lab.js";

const folder = mkdtempSync(join(tmpdir(), "distlab-book-"));
const { files } = makeSite({ notebooks: join(root, "notebooks"), checkout: root, playground: true }) as { files: Files };
const pages = [...files.keys()].filter((name) => name.endsWith(".html"));
const withPlots = pages.filter((name) => String(files.get(name)).includes("vnd.plotly"));

let browser: Browser;
beforeAll(async () => {
  rmSync(folder, { recursive: true });
  write(files, folder);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page of the site and does something with it; then nothing was asked from a network, and nothing was thrown. */
async function visit<T>(name: string, options: BrowserContextOptions, body: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("request", (request) => void (/^(?:file|data|blob):/.test(request.url()) || wrong.push(request.url())));
  page.on("requestfailed", (request) => void wrong.push(`failed: ${request.url().slice(0, 200)}`));
  page.on("pageerror", ({ message }) => void wrong.push(message));
  page.on("console", (message) => void (message.type() === "error" && wrong.push(message.text())));
  try {
    await page.goto(pathToFileURL(join(folder, name)).href);
    const result = await body(page);
    expect(wrong).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
}

/** Scrolls down step by step, so that all figures, runs and quizzes come to life, and waits for them. */
async function bringToLife(page: Page): Promise<void> {
  for (const script of await page.locator("script[data-mime]").all()) {
    await script.evaluate((element) => element.parentElement?.scrollIntoView({ behavior: "instant", block: "center" }));
    await page.waitForFunction((element) => element?.parentElement?.classList.contains("alive"), await script.elementHandle());
  }
}

/** Every how many pages each way of looking at them is taken; the others are looked at in one way each, turn by turn. */
const every = Number(process.env["DISTLAB_RUN_EVERY"] ?? 1);

const looks: readonly [kind: string, options: BrowserContextOptions][] = [
  ["light", {}],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 360, height: 740 } }],
];

describe.concurrent.each(pages)("%s", (name) => {
  const number = pages.indexOf(name);
  it.each(looks.filter((_, look) => number % every === 0 || number % looks.length === look))("has no serious fault of accessibility, and nothing wider than the window, %s", (kind, options) =>
    visit(name, options, async (page) => {
      await bringToLife(page);
      await page.screenshot({ path: join(artefacts, `book-${name}-${kind}.png`) });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await accessibilityFaults(page)).toEqual([]);
    }),
  );

  it("shows everything without scripts", () =>
    visit(name, { javaScriptEnabled: false }, async (page) => {
      await page.screenshot({ path: join(artefacts, `book-${name}-still.png`) });
      const stills = page.locator(".still svg");
      const shown = await stills.evaluateAll((all) => all.filter((svg) => svg.getBoundingClientRect().height > 20).length);
      expect(shown).toBe(await stills.count());
      expect(await page.locator(".search, .theme").evaluateAll((all) => all.filter((one) => getComputedStyle(one).visibility !== "hidden").length)).toBe(0);
    }));
});

it("axe-core finds a fault where there is one", () =>
  visit("index.html", {}, async (page) => {
    await page.locator("article").evaluate((article) => {
      article.innerHTML = '<p style="color: #aaa; background: #fff">pale</p>';
    });
    expect(await accessibilityFaults(page)).toEqual([expect.stringContaining("color-contrast")]);
  }));

it.each(withPlots.slice(0, 1))("%s: figures are drawn when they come near, in the page's colours, and stand still on paper", (name) =>
  visit(name, {}, async (page) => {
    await bringToLife(page);
    const title = page.locator(".alive .gtitle").first();
    const colour = () => title.evaluate((text) => getComputedStyle(text).fill);
    const light = await colour();
    await page.locator(".theme").click();
    await expect.poll(colour).not.toBe(light);
    expect(await page.locator(".alive .still").first().isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".alive .still").first().isVisible()).toBe(true);
    expect(await page.locator(".alive .living").first().isVisible()).toBe(false);
  }));

it("remembers the reader's choice of light or dark", () =>
  visit("index.html", { colorScheme: "dark" }, async (page) => {
    const theme = () => page.evaluate(() => [document.documentElement.dataset["theme"], getComputedStyle(document.body).colorScheme]);
    expect(await theme()).toEqual(["dark", "dark"]);
    await page.locator(".theme").press("Enter");
    expect(await theme()).toEqual(["light", "light"]);
    await page.reload();
    expect(await theme()).toEqual(["light", "light"]);
    expect(await page.locator(".theme").getAttribute("aria-pressed")).toBe("false");
  }));

it("leads to its contents by keyboard, past all of its text", () =>
  visit("3.1.1-paxos.html", {}, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the text");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the contents");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Start page");
    await page.keyboard.press("Tab");
    expect(await focused()).toMatch(/^1 /);
  }));

it("finds a section by keyboard only", () =>
  visit("index.html", {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("flexible quorum");
    await page.locator(".found a").first().waitFor();
    expect(await page.locator(".found [role=status]").textContent()).toMatch(/place/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    expect(await page.locator(".found a").first().evaluate((link) => link === document.activeElement)).toBe(true);
    const section = await page.locator(".found a").first().getAttribute("href");
    expect(section).toMatch(/\.html#./);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.href.endsWith(section!));
    await page.goBack();
    await page.keyboard.press("/");
    await page.keyboard.type("zzzzqx");
    await expect.poll(() => page.locator(".found [role=status]").textContent()).toBe("Nothing found for “zzzzqx”");
    await page.keyboard.press("Escape");
    expect(await page.locator(".found").isVisible()).toBe(false);
  }));

it("copies a cell's code, as it is", () =>
  visit("index.html", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
    const block = page.locator(".code").first();
    const code = await block.locator("code").textContent();
    await block.hover();
    await block.locator(".copy").click();
    await expect.poll(() => block.locator(".copy").textContent()).toBe("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  }));
