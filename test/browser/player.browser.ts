import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { acceptor, proposer } from "../../lib/paxos.js";
import { player, type Player } from "../../lib/plot.js";
import { ids, simulate } from "../../lib/sim.js";
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

const rival = proposer({ acceptors: ids("a1", "a2", "a3") });
const acceptors = { a1: acceptor({ nack: true }), a2: acceptor({ nack: true }), a3: acceptor({ nack: true }) };
/** Two proposers and faults of all kinds; the nodes stand in the order of their names, or the proposers last. */
function contest(values: readonly [first: string, second: string], { last = false } = {}) {
  const proposers = { p1: rival, p2: rival };
  return simulate({
    seed: 4,
    nodes: last ? { ...acceptors, ...proposers } : { ...proposers, ...acceptors },
    network: { latency: [4, 12], loss: 0.12, duplication: 0.1 },
    requests: [
      { at: 0, node: "p1", request: { kind: "propose", value: values[0] } },
      { at: 15, node: "p2", request: { kind: "propose", value: values[1] } },
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
}
const run = contest(["x", "y"]);

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

/** Runs in the page: which words of events meet others, stand under an arrow's words, or are cut by the right edge. */
function wordsThatMeet(): { words: number; arrows: number; wrong: string[] } {
  const boxes = [...document.querySelectorAll<SVGTextElement>(".dlp-mark, .dlp-cut-words")].map((text) => ({ words: text.textContent ?? "", at: text.getBoundingClientRect() }));
  const room = document.querySelector(".dlp-room")!.getBoundingClientRect();
  const wrong = boxes.filter(({ at }) => at.right > room.right + 1).map(({ words }) => `"${words}" is cut`);
  boxes.forEach(({ words, at }, i) => {
    for (const other of boxes.slice(i + 1)) {
      const [wide, high] = [Math.min(at.right, other.at.right) - Math.max(at.left, other.at.left), Math.min(at.bottom, other.at.bottom) - Math.max(at.top, other.at.top)];
      if (wide > 1 && high > 3) wrong.push(`"${words}" meets "${other.words}"`);
    }
  });
  // A letter of an arrow's words stands where its middle is.
  const arrows = [...document.querySelectorAll<SVGTextElement>(".dlp-arrow text")].map((text) => {
    const toScreen = text.getScreenCTM()!;
    const letters = Array.from({ length: text.getNumberOfChars() }, (_, k) => {
      const [from, to] = [text.getStartPositionOfChar(k), text.getEndPositionOfChar(k)];
      return new DOMPoint((from.x + to.x) / 2, from.y - 4).matrixTransform(toScreen);
    });
    return { words: text.textContent ?? "", letters, isNow: text.closest(".dlp-now") !== null };
  });
  arrows.forEach(({ words, letters, isNow }, i) => {
    const met = isNow ? undefined : boxes.find(({ at }) => letters.some(({ x, y }) => x > at.left && x < at.right && y > at.top + 1 && y < at.bottom - 1));
    if (met) wrong.push(`"${words}" lies on "${met.words}"`);
    for (const other of arrows.slice(i + 1)) {
      if (letters.some((one) => other.letters.some(({ x, y }) => Math.abs(x - one.x) < 4 && Math.abs(y - one.y) < 5))) wrong.push(`"${words}" lies on "${other.words}"`);
    }
  });
  return { words: boxes.length, arrows: arrows.length, wrong: [...new Set(wrong)] };
}

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

  it.each([620, 1100])("keeps its words apart and whole, %d px wide", async (width) => {
    // The proposers have the most to say, and stand at the edge.
    const edge = contest(["the longest value", "another value"], { last: true });
    await mounted(player(edge, { title: "Words" }), { width });
    const stops = Number((await page.locator(".dlp-count").textContent())?.replace(/\D/g, ""));
    await page.locator(".dlp-scroller").focus();
    const seen = { words: 0, arrows: 0 };
    for (let i = 0; i < stops; i += 5) {
      const { words, arrows, wrong } = await page.evaluate(wordsThatMeet);
      expect(wrong, `near event ${i + 1}`).toEqual([]);
      seen.words += words;
      seen.arrows += arrows;
      for (let k = 0; k < 5; k++) await page.keyboard.press("ArrowRight");
    }
    expect(seen.words).toBeGreaterThan(50);
    expect(seen.arrows).toBeGreaterThan(200);
  });

  it("draws only what passes its filters, and says so where nothing does", async () => {
    await mounted(player(run, { title: "Filters" }));
    const count = async (): Promise<number> => Number((await page.locator(".dlp-count").textContent())?.replace(/\D/g, ""));
    const all = await count();
    await page.getByRole("combobox", { name: "message" }).selectOption({ label: "nack" });
    const nacks = await count();
    expect(nacks).toBeLessThan(all);
    await page.getByRole("combobox", { name: "node", exact: true }).selectOption({ label: "a3" });
    expect(await count()).toBeLessThan(nacks);
    expect(await page.locator(".dlp-picture").textContent()).not.toContain("accept");
  });

  it("refuses a record that is damaged or of another version, in a sentence", async () => {
    await mounted(player(run, { title: "Whole" }));
    const refusal = (damage: string): Promise<string> =>
      page.evaluate(
        ([record, code]) => {
          const damaged = structuredClone(record);
          new Function("record", code)(damaged);
          try {
            (globalThis as any).distlabPlayer.mount(document.createElement("div"), damaged);
            return "none";
          } catch (error) {
            return (error as Error).message;
          }
        },
        [player(run, { title: "Whole" }).record as any, damage] as const,
      );
    expect(await refusal("record.version = 9")).toBe("the record of the run has version 9, and this player reads version 1");
    expect(await refusal("record.run.events[3] = [1, 'x']")).toMatch(/^event 4 of \d+ of the run is damaged$/);
    expect(await refusal("delete record.run.texts")).toBe("the run has no lists of places, texts and events");
    expect(await refusal("record.note = 'fine'")).toBe("none");
  });

  it("shows texts of a run as text, whatever they hold", async () => {
    const hostile = "<img src=x onerror='globalThis.harmed = true'>";
    const trace = run.trace.map((event) => (event.kind === "decide" ? { ...event, outcome: hostile } : event));
    await mounted(player(trace, { title: hostile, at: trace.find(({ kind }) => kind === "decide")!.step }));
    expect(await page.locator(".dlp-title").textContent()).toBe(hostile);
    expect(await page.locator(".dlp img").count()).toBe(0);
    expect(await page.evaluate(() => (globalThis as any).harmed)).toBeUndefined();
  });

  it("shows the line of code for a fork where there is no kernel", async () => {
    await mounted(player(run, { title: "Forks", at: 2 }));
    await page.getByRole("button", { name: /message \d+ arrives next/ }).first().click();
    expect(await page.locator(".dlp-code").textContent()).toMatch(/run\.fork\(\{ step: 2, first: \d+ \}\)/);
  });
});

/** A run of at least so many events, with messages that pass many others on their way. */
function long(events: number): Player {
  const friends = ["a", "b", "c", "d", "e", "f", "g"];
  const nodes = { t: talker(friends, { count: Math.ceil(events / 14), every: 1 }), ...Object.fromEntries(friends.map((name) => [name, listener])) };
  const { trace } = simulate({ nodes, network: { latency: [5, 50], loss: 0.05, duplication: 0.1 }, changes: events <= 10_000, limits: { time: 1e6 } });
  expect(trace.length).toBeGreaterThan(events);
  return player(trace.slice(0, events), { title: `A run of ${events} events` });
}

describe.each([10_000, 100_000])("with %i events", (events) => {
  it("shows its first picture and each step quickly, and draws only what is in sight", async () => {
    page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    await page.setContent(`<body><div id="place"></div></body>`);
    await page.addScriptTag({ content: script });
    const times = await page.evaluate(async (record) => {
      const { distlabPlayer, place } = globalThis as any;
      const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const before = performance.now();
      distlabPlayer.mount(place, record);
      const scroller = document.querySelector(".dlp-scroller") as HTMLElement;
      void scroller.getBoundingClientRect();
      const ready = performance.now() - before;
      await painted();
      const first = performance.now() - before;
      /** The work of a key, with the layout that it causes; in ms, sorted. */
      const pressed = (key: string, shiftKey = false, times = 60): number[] =>
        Array.from({ length: times }, () => {
          const start = performance.now();
          scroller.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
          void scroller.getBoundingClientRect();
          return performance.now() - start;
        }).sort((a, b) => a - b);
      const steps = pressed("ArrowRight");
      const slider = document.querySelector("input[type=range]") as HTMLInputElement;
      slider.value = String(Math.floor(Number(slider.max) / 2));
      const jumped = performance.now();
      slider.dispatchEvent(new Event("input"));
      void scroller.getBoundingClientRect();
      const jump = performance.now() - jumped;
      const middle = pressed("ArrowRight", true);
      const shapes = document.querySelectorAll(".dlp-picture *").length;
      const of = (name: string, all: number[]) => ({ [`${name} (fastest)`]: all[0], [`${name} (median)`]: all[30], [`${name} (slowest)`]: all.at(-1) });
      return { "mounted after": ready, "first picture": first, ...of("step", steps), "jump to the middle": jump, ...of("step there", middle), shapes };
    }, long(events).record as unknown);
    const shown = Object.entries(times).map(([name, value]) => `${name} ${Math.round((value as number) * 10) / 10}`);
    console.log(`${events} events (ms): ${shown.join(", ")}`);
    expect(times.shapes).toBeLessThan(4000);
    await page.screenshot({ path: join(artefacts, `player-long-${events}.png`) });
    await page.close();
  });
});

describe("in JupyterLab", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.close());

  const source = [
    'import { acceptor, proposer } from "distlab/paxos";',
    'import { player } from "distlab/plot";',
    'import { ids, simulate } from "distlab/sim";',
    'const rival = proposer({ acceptors: ids("a1", "a2", "a3") });',
    "const run = simulate({ seed: 4, changes: true, until: 400,",
    "  nodes: { p1: rival, p2: rival, a1: acceptor({ nack: true }), a2: acceptor({ nack: true }), a3: acceptor({ nack: true }) },",
    '  network: { latency: [4, 12] }, requests: [{ at: 0, node: "p1", request: { kind: "propose", value: "x" } }] });',
    'player(run, { title: "A proposer asks three acceptors", at: 4 })',
  ].join("\n");

  it("plays a stored run in a notebook that is not trusted, and shows the line of code for its forks", async () => {
    writeFileSync(join(lab.folder, "stored.ipynb"), notebook([{ source: "1", outputs: [player(run, { title: "Stored", at: 2 }).bundle()] }]));
    const opened = await lab.open(browser, "stored.ipynb");
    page = opened.page;
    await page.waitForSelector(".dlp-scroller");
    expect(await opened.trusted()).toBe(false);
    await page.getByRole("button", { name: /lose message/ }).first().click();
    await page.waitForFunction(() => document.querySelector(".dlp-code")?.textContent?.includes("run.fork({ step: 2, drop: "));
    expect(await page.locator(".dlp-code").textContent()).toContain("run the cell again");
    expect(opened.errors).toEqual([]);
    await opened.close();
  });

  it("forks by the kernel, keeps its keys to itself, follows the theme, and asks for a new run after a restart", async () => {
    writeFileSync(join(lab.folder, "player.ipynb"), notebook([{ source }, { source: "1" }]));
    const opened = await lab.open(browser, "player.ipynb");
    page = opened.page;
    await opened.runAll();
    expect(await opened.failures()).toEqual([]);
    await page.waitForSelector(".dlp-scroller");
    await opened.screenshot("player-lab-light");
    await page.locator(".dlp-scroller").focus();
    for (const key of ["ArrowDown", "ArrowRight", "d", "d", "Shift+ArrowRight"]) await page.keyboard.press(key);
    expect(await said()).toMatch(/^Event \d+ of \d+/);
    expect(await opened.evaluate((panel) => panel.content.widgets.length)).toBe(2);
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.classList.contains("jp-Cell"))).toBe(true);
    await page.getByRole("button", { name: /lose message/ }).first().click();
    await page.waitForSelector(".dlp-pair");
    expect(await page.locator(".dlp-name").allTextContents()).toEqual(["run", expect.stringMatching(/^#\d+ is lost after step \d+$/)]);
    await opened.theme("dark");
    await opened.screenshot("player-lab-fork-dark");
    await opened.theme("light");
    // A fork of the fork stands beside the fork.
    await page.locator(".dlp-view").nth(1).getByRole("button", { name: /crash the node now/ }).click();
    await page.waitForFunction(() => document.querySelectorAll(".dlp-name")[1]?.textContent?.includes("crashes"));
    await opened.evaluate((panel) => panel.sessionContext.session.kernel.restart());
    await page.waitForFunction("jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'");
    await page.locator(".dlp-view").nth(0).getByRole("button", { name: /another seed from here on/ }).click();
    await page.waitForFunction(() => document.querySelector(".dlp-code")?.textContent?.includes("run the cell again"));
    expect(opened.errors).toEqual([]);
    await opened.close();
  });
});
