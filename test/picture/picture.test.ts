import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { JSDOM } from "jsdom";
import { Page } from "../../kernel-setup/picture/draw.js";
import { Easel } from "../../kernel-setup/picture/canvas.js";
import { tidy } from "../../kernel-setup/picture/tidy.js";
import { pageBoxOf } from "../../kernel-setup/picture/geometry.js";
import { samples } from "./figures.js";

let page: Page;
const drawn = new Map<string, string>();

beforeAll(async () => {
  page = new Page();
  for (const { name, figure } of samples) drawn.set(name, await page.draw(figure));
}, 60_000);

describe.each(samples)("the picture of $name", ({ name, figure, texts }) => {
  const picture = (): Element => {
    const { window } = new JSDOM("");
    return new window.DOMParser().parseFromString(drawn.get(name) as string, "image/svg+xml").documentElement;
  };

  it("is one well-formed svg with its texts, its size, and a title for those who do not see it", () => {
    const svg = picture();
    expect(svg.tagName).toBe("svg");
    expect(svg.getAttribute("role")).toBe("img");
    const layout = figure.layout as { width?: number; height?: number; title: { text: string } };
    expect([svg.getAttribute("width"), svg.getAttribute("height")]).toEqual(
      [layout.width ?? 720, layout.height ?? 420].map(String),
    );
    expect(svg.querySelector("title")?.textContent).toContain(layout.title.text.split("<br>")[0]);
    const shown = [...svg.querySelectorAll("text")].map((text) => text.textContent).join("\n");
    for (const text of texts) expect(shown).toContain(text);
  });

  it("has only positions that are numbers, and references that lead somewhere", () => {
    const text = drawn.get(name) as string;
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    expect(text).not.toMatch(/painting:|<image/);
    const svg = picture();
    const ids = [...svg.querySelectorAll("[id]")].map((element) => element.id);
    for (const [, id] of text.matchAll(/url\(([^)]+)\)/g)) expect(ids.map((one) => `#${one}`)).toContain(id);
    expect(text.match(/ id="/g)?.length ?? 0, "an id that nothing names").toBe(
      ids.filter((id) => text.includes(`url(#${id})`)).length,
    );
  });

  it("is small and opaque", () => {
    const text = drawn.get(name) as string;
    expect(text.length).toBeLessThan(name.startsWith("smoothed") ? 80_000 : 20_000);
    expect(picture().querySelector("rect")?.getAttribute("style")).toBe("fill:#ffffff");
  });

  it("holds all its text", () => {
    const svg = picture();
    const [width, height] = ["width", "height"].map((side) => Number(svg.getAttribute(side))) as [number, number];
    const clipped = [...svg.querySelectorAll("text")].filter((text) => {
      const box = pageBoxOf(text);
      return box === undefined || box.left < 0 || box.top < 0 || box.right > width || box.bottom > height;
    });
    expect(clipped.map((text) => text.textContent)).toEqual([]);
  });
});

it("colours are those of the figure, also where they read like a number, as #5e3012 does", () => {
  expect(drawn.get("bars")).toContain("fill:#0072b2");
  expect(drawn.get("lines with bands")).toContain("stroke:#d55e00");
  expect(drawn.get("lines with bands")).toMatch(/fill:#d55e00;fill-opacity:0.2|fill:rgba\(213, ?94, ?0, ?0.2\)/);
});

it("ids may read like numbers, too", () => {
  const { window } = new JSDOM("");
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs><pattern id="p9e61" width="2.123456px"/></defs>` +
    `<rect style="fill: url('#p9e61'); stroke-width: 1.23456px" width="9" height="9"/></svg>`;
  const options = { words: { title: "", alt: "" }, idPrefix: "x", easel: new Easel(window), window };
  const tidied = tidy(svg, options);
  expect(tidied).toContain('<pattern id="x-1" width="2.12px"/>');
  expect(tidied).toContain('style="fill:url(#x-1);stroke-width:1.23px"');
});

it("a heat map has a tile for each value, of the colour of its value, and holes where there is none", () => {
  const fills = [...(drawn.get("heat map") as string).matchAll(/<path style="fill:(#\w+)" d="(M[^"]*z)"\/>/g)];
  const tiles = fills.flatMap(([, colour, d]) => ((d as string).match(/M/g) ?? []).map(() => colour));
  expect(tiles).toHaveLength(20);
  expect(tiles).toContain("#440154"); // the ends of Viridis
  expect(tiles).toContain("#fde725");
});

describe("a picture's bytes", () => {
  it("do not depend on the order, the process, its language, its time zone or its directory", () => {
    // That the other process ends shows that idle pictures keep none alive.
    const text = execFileSync(process.execPath, [fileURLToPath(new URL("./draw-all.mjs", import.meta.url))], {
      input: JSON.stringify(samples.map(({ figure }) => figure).reverse()),
      cwd: "/",
      env: { ...process.env, LANG: "zh_CN.UTF-8", LC_ALL: "zh_CN.UTF-8", TZ: "Asia/Shanghai" },
      encoding: "utf8",
    });
    expect(JSON.parse(text)).toEqual(samples.map(({ name }) => drawn.get(name)).reverse());
  }, 60_000);

  it("are those of this table, on every machine and Node version", () => {
    // After a change that is meant to change pictures: look at them, then update the table (vitest -u).
    const digest = (text = ""): string => createHash("sha256").update(text).digest("hex").slice(0, 12);
    expect(samples.map(({ name }) => `${name}: ${digest(drawn.get(name))}`)).toMatchInlineSnapshot(`
      [
        "bars: 8774b5ee682f",
        "grouped bars: 3df71dcbd0fa",
        "lines with bands: 279eb8b84c7e",
        "step lines (ecdf): e08a589a9551",
        "histogram: d2b996072cd8",
        "heat map: 3d6441808cfb",
        "smoothed heat map and contours: afebf13f7174",
        "box: 3f207af2d228",
        "subplots, shapes, arrows: e92b3b33e0bb",
        "bars across long labels: 005ce41ef410",
        "rotated ticks and a long legend: b02eb42d5a1a",
      ]
    `);
  });
});

describe("a figure that cannot be drawn", () => {
  it.each([
    [null, "a figure must be an object, got null"],
    [{ data: 3 }, "figure.data must be an array of traces, got 3"],
    [{ data: [null] }, "figure.data[0] must be a trace, got null"],
    [{ data: [{}, { type: "brs" }] }, 'figure.data[1].type must be a trace type of Plotly, got "brs"'],
    [{ data: [{ type: "scattergl" }] }, "figure.data[0] is a scattergl trace: it needs WebGL or maps, which only a browser has"],
    [{ data: [{ type: "choroplethmap" }] }, "figure.data[0] is a choroplethmap trace: it needs WebGL or maps, which only a browser has"],
    [{ data: [], layout: 5 }, "figure.layout must be an object, got 5"],
    [{ data: [], layout: { images: [{ source: "x.png" }] } }, "figure.layout.images must be left out: a picture loads nothing from elsewhere"],
    [{ data: [], layout: { width: 0 } }, "figure.layout.width must be a number of pixels in [10, 10000], got 0"],
    [{ data: [], layout: { height: "tall" } }, "figure.layout.height must be a number of pixels in [10, 10000], got tall"],
  ])("such as %j is refused with a reason", async (figure, message) => {
    await expect(page.draw(figure as never)).rejects.toThrow(message);
  });

  it.each([
    [{ data: [{ y: [1, 2], marker: 5 }] }, /^this figure cannot be drawn: Cannot use 'in' operator/],
    [
      { data: [{ y: [1, 2] }], layout: { shapes: [{ type: "path", path: "M 0 L NaN,3 L 4,4" }] } },
      /^this figure cannot be drawn: a position is not a number: d="M/,
    ],
  ])("%j makes Plotly stumble, which leaves nothing behind in the page", async (figure, message) => {
    await expect(page.draw(figure)).rejects.toThrow(message);
    const { name, figure: sound } = samples[5] as (typeof samples)[number];
    expect(await page.draw(sound)).toBe(drawn.get(name));
  });

  it("because of its letters does not exist", async () => {
    const text = "a & b < 5, \"q\", \u0001control, \ud800half, 🙂, <b>bold</b>, 一致性";
    const svg = await page.draw({ data: [{ y: [1, 2], name: text }], layout: { title: { text }, meta: { alt: text }, showlegend: true } });
    const root = new (new JSDOM("").window.DOMParser)().parseFromString(svg, "image/svg+xml").documentElement;
    expect(root.querySelector("title")?.textContent).toBe('a & b < 5, "q", control, half, 🙂, bold, 一致性');
  });

  it("with no data is an empty chart", async () => {
    expect(await page.draw({ data: [] })).toMatch(/^<svg /);
  });
});
