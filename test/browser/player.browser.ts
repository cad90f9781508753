import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { acceptor, proposer } from "../../lib/paxos.js";
import { player, type Player } from "../../lib/plot.js";
import { simulate } from "../../lib/sim.js";
import { listener, talker } from "../sim/roles.js";
import { notebook } from "./fixture.js";
import { artefacts, openBrowser, startLab, type Lab } from "./lab.js";

const script = readFileSync(new URL("../../kernel-setup/lab-extension/static/player.js", import.meta.url), "utf8");

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const rival = proposer({ acceptors: ["a1", "a2", "a3"] });
const run = simulate({
  seed: 4,
  nodes: { p1: rival, p2: rival, a1: acceptor({ nack: true }), a2: acceptor({ nack: true }), a3: acceptor({ nack: true }) },
  network: { latency: [4, 12], loss: 0.12, duplication: 0.1 },
  requests: [
    { at: 0, node: "p1", request: { kind: "propose", value: "x" } },
    { at: 15, node: "p2", request: { kind: "propose", value: "y" } },
  ],
  faults: [
    { at: 22, kind: "crash", node: "a2" },
    { at: 60, kind: "restart", node: "a2" },
    { at: 70, kind: "partition", groups: [["p1", "a1"], ["p2", "a2", "a3"]] },
    { at: 90, kind: "heal" },
  ],
  changes: true,
  until: 400,
});

/** A page with one player on it, as any site may have it: the script, and the record. */
async function mounted(what: Player, { width = 1100, dark = false }: { width?: number; dark?: boolean } = {}): Promise<void> {
  page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: dark ? "dark" : "light" });
  await page.setContent(`<body style="margin:16px"><div id="place"></div></body>`);
  await page.addScriptTag({ content: script });
  await page.evaluate((record) => {
    const { distlabPlayer, place } = globalThis as any;
    distlabPlayer.mount(place, record);
  }, what.record as unknown);
}

/** What the player says to those who do not see it. */
const said = (): Promise<string | null> => page.locator("[role=status].dlp-live").textContent();

describe("on a page of its own", () => {
  afterEach(() => page?.close());

  it("is walked through by keyboard alone, says each event, and shows what it changed", async () => {
    await mounted(player(run, { title: "Two proposers overtake one another" }));
    const shown = await page.locator(".dlp-title").textContent();
    expect(shown).toBe("Two proposers overtake one another");
    await page.screenshot({ path: join(artefacts, "player-first.png") });
    await page.locator(".dlp-scroller").focus();
    await page.keyboard.press("ArrowRight");
    expect(await said()).toMatch(/^Event 2 of \d+, 0\.00 ms: p1 /);
    await page.keyboard.press("Home");
    expect(await said()).toMatch(/^Event 1 of \d+, 0\.00 ms: p1 is asked propose x\.$/);
    for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
    await page.screenshot({ path: join(artefacts, "player-light.png"), fullPage: true });
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("End");
    const [, at, all] = /^Event (\d+) of (\d+)/.exec((await said()) ?? "") ?? [];
    expect(at).toBe(all);
    await page.keyboard.press("Home");
    await page.keyboard.press(" ");
    await page.waitForFunction(() => Number((document.querySelector(".dlp-jump input") as HTMLInputElement).value) > 2);
    await page.keyboard.press(" ");
  });

  it("looks right in the dark, beside a fork, and in a narrow page", async () => {
    const last = run.trace.filter(({ kind }) => kind === "send")[3]!;
    const fork = run.fork({ step: last.step, drop: (last as { id: number }).id });
    await mounted(player(run, { title: "Without one message the ballot is lost", beside: fork }), { dark: true });
    await page.screenshot({ path: join(artefacts, "player-pair-dark.png"), fullPage: true });
    expect(await page.locator(".dlp-difference-words").count()).toBe(2);
    await page.close();
    await mounted(player(run, { title: "Two proposers overtake one another", at: 20 }), { width: 480 });
    await page.screenshot({ path: join(artefacts, "player-narrow.png"), fullPage: true });
  });

  it("shows the line of code for a fork where there is no kernel", async () => {
    await mounted(player(run, { title: "Forks", at: 2 }));
    await page.getByRole("button", { name: /message \d+ arrives next/ }).first().click();
    expect(await page.locator(".dlp-code").textContent()).toMatch(/run\.fork\(\{ step: 2, first: \d+ \}\)/);
  });
});
