import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allQuizzes } from "../../lib/learn/course.js";
import { quizBundle, quizType } from "../../lib/learn/quiz-bundle.js";
import { notebook, type Bundle } from "./fixture.js";
import { artefacts, openBrowser, startLab, type Lab } from "./lab.js";

const script = readFileSync(new URL("../../kernel-setup/lab-extension/static/quiz.js", import.meta.url), "utf8");
const bundle = (name: string): Bundle => quizBundle(name, allQuizzes().find((entry) => entry.name === name)!.asked);

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const said = (): Promise<string> => page.locator(".dlq [role=status]").first().innerText();

describe("on a page of its own", () => {
  afterEach(() => page?.close());

  /** A page with one question on it, as any site may have it. */
  async function mounted(name: string, { dark = false } = {}): Promise<void> {
    page = await browser.newPage({ viewport: { width: 700, height: 500 }, colorScheme: dark ? "dark" : "light" });
    await page.setContent(`<body style="margin:16px;color-scheme:${dark ? "dark" : "light"};background:Canvas;color:CanvasText"><div id="place"></div></body>`);
    await page.addScriptTag({ content: script });
    await page.evaluate((record) => {
      const { distlabQuiz, place } = globalThis as any;
      distlabQuiz.mount(place, record);
    }, bundle(name)[quizType]);
  }

  it("is answered by keyboard alone", async () => {
    await mounted("livelock");
    for (const key of ["Tab", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    expect(await said()).toMatch(/^✓ Right\./);
    await page.screenshot({ path: join(artefacts, "quiz-light.png") });
  });

  it("puts things in order by keyboard alone, and keeps the focus on what moves", async () => {
    await mounted("ballotOrder", { dark: true });
    const first = await page.locator(".dlq li span").first().innerText();
    for (const key of ["Tab", "Tab", "Enter", "Enter"]) await page.keyboard.press(key);
    expect(await page.locator(".dlq li span").nth(2).innerText()).toBe(first);
    expect(await said()).toMatch(/is now number 3 of 6\.$/);
    await page.screenshot({ path: join(artefacts, "quiz-dark.png") });
  });
});

describe("in JupyterLab", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.close());

  it("is a form in a notebook that is not trusted, and keeps its keys to itself", async () => {
    writeFileSync(join(lab.folder, "quiz.ipynb"), notebook([{ source: "1", outputs: [bundle("livelock"), bundle("messages")] }, { source: "2" }]));
    const opened = await lab.open(browser, "quiz.ipynb");
    page = opened.page;
    expect(await opened.trusted()).toBe(false);
    await page.waitForSelector(".dlq input[type=number]");
    await page.locator(".dlq input[type=radio]").first().focus();
    // In a notebook's command mode "d, d" deletes the cell, and arrows go to another one.
    for (const key of ["d", "d", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    expect(await said()).toMatch(/^✓ Right\./);
    await page.getByRole("button", { name: "Check" }).first().focus();
    for (const key of ["d", "d"]) await page.keyboard.press(key);
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.classList.contains("jp-Cell"))).toBe(true);
    const number = page.locator(".dlq input[type=number]");
    await number.fill("14");
    await number.press("Enter");
    expect(await page.locator(".dlq [role=status]").nth(1).innerText()).toMatch(/^✗ Not yet\.\s+That is one phase/);
    expect(await opened.evaluate((panel) => panel.content.widgets.length)).toBe(2);
    await opened.theme("dark");
    await opened.screenshot("quiz-lab-dark");
    expect(opened.errors).toEqual([]);
    await opened.close();
  });
});
