import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundles, displaying, notebook, plotly, table, type Bundle, type Cell } from "./fixture.js";
import { openBrowser, startLab, type Lab, type LabPage } from "./lab.js";

let lab: Lab;
let browser: Browser;
let page: LabPage | undefined;

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

let count = 0;

/** Opens a notebook with these cells. */
async function open(...cells: readonly Cell[]): Promise<LabPage> {
  const name = `fixture-${++count}.ipynb`;
  writeFileSync(join(lab.folder, name), notebook(cells));
  page = await lab.open(browser, name);
  return page;
}

const line = (...y: number[]): Bundle => ({
  [plotly]: { data: [{ y }], layout: { title: { text: "A line" }, height: 300 } },
  "text/plain": `A line\n\n${table}`,
});

describe("a notebook with one output of each kind", () => {
  const cells = bundles.map((bundle) => ({ source: displaying(bundle), outputs: [bundle] }));
  const expected = bundles.map((bundle) => (plotly in bundle ? "chart" : "image"));

  it("shows them all: untrusted and run, light and dark, without an error and without a byte from elsewhere", async () => {
    const opened = await open(...cells);
    const requested: string[] = [];
    opened.page.on("request", (request) => requested.push(request.url()));
    await opened.page.reload();
    await opened.page.waitForFunction(() => document.querySelectorAll(".distlab-output").length > 5);
    await opened.ready();
    expect(await opened.trusted()).toBe(false);
    for (const theme of ["light", "dark"] as const) {
      await opened.theme(theme);
      expect((await opened.shown()).map(({ as }) => as)).toEqual(expected);
      await opened.screenshot(`fixture-untrusted-${theme}`);
    }
    expect(await opened.runAll()).toBe(true);
    expect(await opened.trusted()).toBe(true);
    for (const theme of ["dark", "light"] as const) {
      await opened.theme(theme);
      expect((await opened.shown()).map(({ as }) => as)).toEqual(expected);
      await opened.screenshot(`fixture-run-${theme}`);
    }
    expect(opened.errors).toEqual([]);
    expect(requested.filter((url) => url.endsWith("/plotly.js"))).toHaveLength(1);
    const hosts = new Set(requested.filter((url) => /^(https?|wss?):/.test(url)).map((url) => new URL(url).hostname));
    expect([...hosts]).toEqual(["127.0.0.1"]);
  });

  it("has a text for each that screen readers say", async () => {
    const opened = await open(...cells);
    const labels = (await opened.shown()).map(({ label }) => label);
    expect(labels[0]).toBe(
      "A quiet run needs 18 messages Paxos, 3 nodes, no loss. Bars: 3 prepare, 3 promise, 3 accept, 9 accepted messages.",
    );
    expect(labels.at(-2)).toBe("Two nodes. An arrow from a to b.");
    expect(labels.at(-1)).toBe("a dot");
    expect(labels).not.toContain("");
  });

  it("is readable in both themes: every text of a chart stands out from the page", async () => {
    const opened = await open(...cells);
    for (const theme of ["light", "dark"] as const) {
      await opened.theme(theme);
      const faint = await opened.page.evaluate(() => {
        const light = (colour: string): number => {
          const channels = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) / 255);
          const [r = 0, g = 0, b = 0] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light(getComputedStyle(document.querySelector(".jp-Notebook") as Element).backgroundColor);
        const selector = ".gtitle, .xtitle, .ytitle, .xtick text, .ytick text, .legendtext, .annotation-text";
        const texts = [...document.querySelectorAll<SVGTextElement>(`.distlab-output :is(${selector})`)];
        const contrast = (text: Element): number => {
          const ink = light(getComputedStyle(text).fill);
          return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        };
        const few = texts.filter((text) => contrast(text) < 4.5).map((text) => text.textContent);
        return { texts: texts.length, few };
      });
      expect(faint.texts).toBeGreaterThan(100);
      expect(faint.few).toEqual([]);
    }
  });

  it("shows a diagram with dark rules in the dark, and any other on a white card", async () => {
    const opened = await open(...cells.slice(-2));
    const look = (): Promise<unknown> =>
      opened.page.evaluate(() =>
        [...document.querySelectorAll<HTMLImageElement>(".distlab-output img")].map((image) => ({
          dark: atob(image.src.split(",")[1] as string).includes('class="dark"'),
          card: getComputedStyle(image).backgroundColor === "rgb(255, 255, 255)",
        })),
      );
    expect(await look()).toEqual([{ dark: false, card: false }, { dark: false, card: false }]);
    await opened.theme("dark");
    expect(await look()).toEqual([{ dark: true, card: false }, { dark: false, card: true }]);
  });
});

it("draws each chart when it is scrolled to, in JupyterLab's own way of keeping few cells in the page", async () => {
  const windowed = await startLab({ windowed: true });
  try {
    const cells = bundles.map((bundle) => ({ source: displaying(bundle), outputs: [bundle] }));
    writeFileSync(join(windowed.folder, "long.ipynb"), notebook(cells));
    page = await windowed.open(browser, "long.ipynb");
    for (const theme of ["light", "dark"] as const) {
      await page.theme(theme);
      for (const [i, bundle] of bundles.entries()) {
        await page.page.evaluate((at) => {
          const { content } = (globalThis as any).jupyterapp.shell.currentWidget;
          content.activeCellIndex = at;
          return content.scrollToItem(at, "start");
        }, i);
        await page.settle();
        const { as, size } = (await page.shown())[i] ?? { as: "empty", size: [0, 0] };
        expect(as, `cell ${i}`).toBe(plotly in bundle ? "chart" : "image");
        if (as === "chart") expect(size[0], `width of cell ${i}`).toBeGreaterThan(500);
      }
    }
    expect(page.errors).toEqual([]);
  } finally {
    await page?.close();
    page = undefined;
    await windowed.close();
  }
});

it("changes a chart in place while the cell runs", async () => {
  const opened = await open({ source: displaying(line(1, 2), line(1, 2, 3), line(1, 2, 3, 9)) });
  const running = opened.runAll();
  await opened.page.waitForSelector(".js-plotly-plot .main-svg");
  await opened.page.evaluate(() => ((document.querySelector(".js-plotly-plot") as any).marked = true));
  await running;
  const chart = await opened.page.evaluate(() => {
    const { marked, data } = document.querySelector(".js-plotly-plot") as any;
    return { marked, points: data[0].y, charts: document.querySelectorAll(".js-plotly-plot").length };
  });
  expect(chart).toEqual({ marked: true, points: [1, 2, 3, 9], charts: 1 });
  expect(opened.errors).toEqual([]);
});

it("fits the chart to its cell when side bars and windows change", async () => {
  const opened = await open({ source: "", outputs: [line(1, 3, 2)] });
  const widths = async (): Promise<{ chart: number; room: number }> => {
    await opened.settle();
    return opened.page.evaluate(() => ({
      chart: document.querySelector(".js-plotly-plot .main-svg")?.getBoundingClientRect().width ?? 0,
      room: document.querySelector(".distlab-output")?.clientWidth ?? 0,
    }));
  };
  const wide = await widths();
  expect(wide.chart).toBe(Math.min(wide.room, 960));
  await opened.evaluate(() => (globalThis as any).jupyterapp.shell.expandLeft());
  const narrow = await widths();
  expect(narrow.room).toBeLessThan(wide.room - 100);
  expect(narrow.chart).toBe(Math.min(narrow.room, 960));
  await opened.page.setViewportSize({ width: 800, height: 600 });
  const small = await widths();
  expect(small.chart).toBe(small.room);
  expect(small.room).toBeLessThan(narrow.room);
});

it("fits charts that are out of sight when the window and the theme change at once", async () => {
  const filler = { source: Array.from({ length: 60 }, (_, i) => `// ${i}`).join("\n") };
  const opened = await open(filler, ...Array.from({ length: 6 }, (_, i) => [{ source: "", outputs: [line(1, 3, i)] }, filler]).flat());
  await opened.settle();
  await opened.page.setViewportSize({ width: 900, height: 900 });
  await opened.theme("dark");
  for (let i = 0; i < 6; i++) {
    await opened.page.evaluate((at) => (globalThis as any).jupyterapp.shell.currentWidget.content.scrollToItem(at, "center"), 2 * i + 1);
    // The one in sight, which may still be drawn, ends up as wide as its place.
    await opened.page.waitForFunction(() => {
      const inSight = [...document.querySelectorAll(".distlab-output")].flatMap((node) => {
        const chart = node.querySelector(".js-plotly-plot .main-svg")?.getBoundingClientRect();
        return chart && chart.bottom > 0 && chart.top < innerHeight ? [{ chart: chart.width, room: node.clientWidth }] : [];
      });
      return inSight.length > 0 && inSight.every(({ chart, room }) => chart === room);
    }, undefined, { timeout: 10_000 });
  }
});

it("opens the numbers by keyboard, and leaves them open when the theme changes", async () => {
  const opened = await open({ source: "", outputs: [line(1, 3, 2)] });
  const details = opened.page.locator(".distlab-output details");
  expect(await details.getAttribute("open")).toBeNull();
  await details.locator("summary").focus();
  await opened.page.keyboard.press("Enter");
  expect(await details.locator("pre").isVisible()).toBe(true);
  expect(await details.locator("pre").textContent()).toContain(table);
  await opened.theme("dark");
  expect(await details.locator("pre").isVisible()).toBe(true);
});

describe("where a figure cannot be drawn", () => {
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="50"><title>Still</title><rect width="90" height="50"/></svg>';

  it("says so and shows the static picture; the next run draws, when plotly.js is there again", async () => {
    const opened = await open({ source: displaying(line(1, 2)) });
    await opened.page.route("**/plotly.js", (route) => route.abort());
    await opened.runAll();
    expect(await opened.page.locator(".distlab-note").textContent()).toBe(
      "This plot cannot be shown as it should: plotly.js could not be loaded.",
    );
    await opened.page.waitForSelector(".distlab-output img"); // the kernel adds the picture a little later
    await opened.page.unroute("**/plotly.js");
    await opened.runAll();
    expect((await opened.shown()).map(({ as }) => as)).toEqual(["chart"]);
  });

  it("says why, and shows the picture or else the text, which runs nothing", async () => {
    const hostile = picture.replace("<rect", "<script>parent.harmed = true</script><rect onload='parent.harmed = true'");
    const opened = await open(
      { source: "", outputs: [{ [plotly]: { data: 5 }, "image/svg+xml": hostile, "text/plain": "five" }] },
      { source: "", outputs: [{ [plotly]: { data: [{ y: [1], marker: 3 }] }, "text/plain": "three" }] },
      { source: "", outputs: [{ "image/svg+xml": "<svg><oops", "text/plain": "two" }] },
    );
    const outputs = await opened.page.locator(".distlab-output").evaluateAll((nodes) =>
      nodes.map((node) => ({ text: node.textContent, alt: node.querySelector("img")?.alt })),
    );
    expect(outputs[0]).toEqual({ text: "This plot cannot be shown as it should: the figure has no list of traces.", alt: "Still" });
    expect(outputs[1]?.text).toMatch(/^This plot cannot be shown as it should: .*'in'.*three$/);
    expect(outputs[2]?.text).toBe("This plot cannot be shown as it should: the picture is no well-formed svg.two");
    expect(await opened.page.evaluate(() => (globalThis as any).harmed)).toBeUndefined();
  });
});
