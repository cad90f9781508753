import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { JSDOM } from "jsdom";
import { Page as Drawing } from "../../kernel-setup/picture/draw.js";
import { pageBoxOf } from "../../kernel-setup/picture/geometry.js";
import { FONT_FAMILY, textWidth } from "../../kernel-setup/picture/letters.js";
import { samples } from "../picture/figures.js";
import { artefacts, openBrowser } from "./lab.js";

let browser: Browser;
let page: Page;
let drawing: Drawing;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  drawing = new Drawing();
});
afterAll(() => browser?.close());

it("letters have the widths that a browser gives them", async () => {
  const texts = [
    "latency (virtual ms, log scale)", "The quick brown fox jumps over the lazy dog", "0123456789 % − + × = ≤ ≥",
    "PAXOS WAVES", "a → b ← c", "co-ordinator’s “vote” – n₁, n²", "naïve façade Łódź",
  ];
  for (const bold of [false, true]) {
    const measured = await page.evaluate(
      ([family, weight, all]) => {
        const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
        context.font = `${weight} 20px ${family}`;
        return all.map((text) => context.measureText(text).width);
      },
      [FONT_FAMILY, bold ? "bold" : "normal", texts] as const,
    );
    for (const [i, text] of texts.entries()) {
      const width = textWidth(text, { size: 20, bold, monospace: false });
      expect(width / (measured[i] as number), `${text}, bold: ${bold}`).toBeGreaterThan(0.95);
      expect(width / (measured[i] as number), `${text}, bold: ${bold}`).toBeLessThan(1.06);
    }
  }
});

it.each(samples)("the texts of the picture of $name stand where the picture was laid out for them", async ({ name, figure }) => {
  const svg = await drawing.draw(figure);
  await page.setContent(`<body style="margin:0">${svg}</body>`);
  await page.screenshot({ path: `${artefacts}/picture-${name.replace(/\W+/g, "-")}.png`, fullPage: true });
  const root = new (new JSDOM("").window.DOMParser)().parseFromString(svg, "image/svg+xml").documentElement;
  const computed = [...root.querySelectorAll("text")].map(pageBoxOf);
  const seen = await page.evaluate(() =>
    [...document.querySelectorAll("svg text")].map((text) => {
      const { left, top, right, bottom } = text.getBoundingClientRect();
      return { left, top, right, bottom, text: text.textContent };
    }),
  );
  expect(seen.length).toBe(computed.length);
  for (const [i, { text, ...box }] of seen.entries()) {
    for (const side of ["left", "top", "right", "bottom"] as const) {
      const difference = Math.abs(box[side] - (computed[i]?.[side] ?? NaN));
      const tolerance = 2.5 + 0.04 * (box.right - box.left);
      expect(difference, `${side} of "${text}"`).toBeLessThan(tolerance);
    }
  }
});
