/** The playground, opened as a file: what it runs, that its address holds it, and that it says what does not go. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { write } from "../../kernel-setup/book/book.mjs";
import { makeSite } from "../../kernel-setup/book/site.mjs";
import { play, protocols } from "../../lib/playground.js";
import { accessibilityFaults } from "./axe.js";
import { notebook } from "./fixture.js";
import { artefacts, openBrowser } from "./lab.js";

const folder = mkdtempSync(join(tmpdir(), "distlab-playground-"));
let browser: Browser;

beforeAll(async () => {
  const notebooks = join(folder, "notebooks");
  mkdirSync(notebooks);
  const cells = JSON.parse(notebook([]));
  cells.cells.push({ cell_type: "markdown", id: "title", metadata: {}, source: "# A course" });
  writeFileSync(join(notebooks, "start.ipynb"), JSON.stringify(cells));
  write(makeSite({ notebooks, checkout: folder, playground: true }).files, join(folder, "site"));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the playground at an address; afterwards nothing was asked from a network, and nothing was thrown. */
async function open<T>(address: string, body: (page: Page) => Promise<T>, options: BrowserContextOptions = {}): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("request", (request) => void (/^(?:file|data|blob):/.test(request.url()) || wrong.push(request.url())));
  page.on("pageerror", ({ message }) => void wrong.push(message));
  page.on("console", (message) => void (message.type() === "error" && wrong.push(message.text())));
  try {
    await page.goto(`${pathToFileURL(join(folder, "site", "playground.html")).href}${address === "" ? "" : `#${address}`}`);
    const result = await body(page);
    expect(wrong).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
}

const said = (page: Page) => page.locator(".playground-said");
const wrong = (page: Page) => page.locator(".playground-wrong");
const numbers = (page: Page) => page.locator(".playground-outcome table").first();

async function done(page: Page, sentence: string): Promise<void> {
  await expect.poll(() => said(page).textContent(), { timeout: 20_000 }).toBe(sentence);
}

describe.each(protocols.map(({ name }) => name))("%s", (name) => {
  it("runs in the page as it does here", () =>
    open(name, async (page) => {
      const { sentences, outputs } = play(name);
      await done(page, sentences.join(" "));
      const table = outputs.find((one) => one.name === "numbers")!.bundle["text/plain"] as string;
      const last = table.trim().split("\n").at(-1)!.split(/\s{2,}/).at(-1)!;
      expect(await numbers(page).locator("tr").last().textContent()).toContain(last);
      // The page draws what is near the view; knobs of many lines may push the player below it.
      await page.locator(".output.picture").first().scrollIntoViewIfNeeded();
      await page.locator(".dlp svg").first().waitFor();
      await page.locator(".output.picture").nth(1).scrollIntoViewIfNeeded();
      await page.locator(".js-plotly-plot .main-svg").first().waitFor();
      await page.screenshot({ path: join(artefacts, `playground-${name}.png`), fullPage: true });
    }));
});

it("keeps its setup in the address, and gives the same run to whoever opens it", () =>
  open("raft", async (page) => {
    await page.getByLabel("servers", { exact: true }).fill("3");
    await page.getByLabel("servers", { exact: true }).press("Tab");
    await page.getByLabel("what fails").selectOption("crash");
    const address = "raft?servers=3&fault=crash";
    await expect.poll(() => page.url()).toMatch(new RegExp(`#${address.replace("?", "\\?")}$`));
    await done(page, play(address).sentences.join(" "));
    const text = await numbers(page).textContent();
    await open(address, async (other) => {
      await done(other, play(address).sentences.join(" "));
      expect(await numbers(other).textContent()).toBe(text);
      expect(await other.getByLabel("servers", { exact: true }).inputValue()).toBe("3");
    });
  }));

it("says what an address or a knob does not allow, and goes on", () =>
  open("paxos?servers=99&colour=red&loss=10", async (page) => {
    await expect.poll(() => wrong(page).textContent()).toBe("servers must be from 1 to 9, not 99. Paxos has no knob colour.");
    await done(page, play("paxos?loss=10").sentences.join(" "));
    await page.getByLabel("servers that propose", { exact: true }).fill("9");
    await page.getByLabel("servers that propose", { exact: true }).press("Tab");
    await expect.poll(() => wrong(page).textContent()).toBe("This does not go: proposers must be at most the 5 servers, got 9");
    await page.getByRole("button", { name: "All knobs back" }).click();
    await done(page, play("paxos").sentences.join(" "));
    expect(await wrong(page).textContent()).toBe("");
  }));

it("shows which rule is broken, where one is", () =>
  open("", async (page) => {
    const address = Array.from({ length: 60 }, (_, seed) => `three-phase-commit?fault=partition&at=${10 + seed}&for=1500&seed=${seed}`).find((one) => play(one).violation !== null)!;
    for (const one of [address, "generals?generals=3", "retries?budget=10&broken=overdrawn", "paxos?broken=gullible"]) {
      await page.evaluate((hash) => (location.hash = hash), one);
      await expect.poll(() => wrong(page).textContent(), { timeout: 20_000 }).toBe(`A rule was broken. ${play(one).violation}`);
    }
  }));

it("stops a run that is too long, and runs the next one", () =>
  open("multi-paxos?clients=8&think=5&until=20000&servers=9", async (page) => {
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await said(page).textContent()).toBe("Stopped.");
    await page.getByLabel("Protocol").selectOption("paxos");
    await done(page, play("paxos").sentences.join(" "));
  }));

it("lets the player fork the run in the page", () =>
  open("paxos", async (page) => {
    await page.locator(".dlp svg").first().waitFor();
    await page.getByRole("button", { name: /lose message/ }).first().click();
    await expect.poll(() => page.locator(".dlp-view").count(), { timeout: 20_000 }).toBe(2);
  }));

it.each<[string, BrowserContextOptions]>([["light", {}], ["dark", { colorScheme: "dark" }], ["narrow", { viewport: { width: 360, height: 740 } }]])(
  "has no serious fault of accessibility, and nothing wider than the window, %s",
  (kind, options) =>
    open("raft?fault=crash", async (page) => {
      await page.locator(".output.picture").first().scrollIntoViewIfNeeded();
      await page.locator(".dlp svg").first().waitFor();
      await page.screenshot({ path: join(artefacts, `playground-${kind}.png`), fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await accessibilityFaults(page)).toEqual([]);
    }, options),
);
