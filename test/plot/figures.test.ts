import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bars, groupedBars } from "../../lib/plot/bars.js";
import { box, ecdf, histogram } from "../../lib/plot/distributions.js";
import { Figure } from "../../lib/plot/figure.js";
import { gantt } from "../../lib/plot/gantt.js";
import { heatMap } from "../../lib/plot/heat-map.js";
import { lines } from "../../lib/plot/lines.js";
import { thin } from "../../lib/plot/series.js";
import { flawsOf } from "./flaws.js";

const words = { title: "Three of each", xLabel: "kind of message", yLabel: "messages sent" };
const counts = [
  { message: "prepare", sent: 3, delivered: 2, low: 2.5, high: 3.5, by: "a" },
  { message: "<b>accept</b>", sent: 1, delivered: 1, low: 0.5, high: 1.5, by: "b" },
];
const measured = [
  { n: 5, loss: 0.1, ms: 20, low: 18, high: 22 },
  { n: 3, loss: 0.1, ms: 12, low: 11, high: 13 },
  { n: 3, loss: 0, ms: 10, low: null, high: null },
  { n: 5, loss: 0, ms: null, low: null, high: null },
];
const spans = [
  { node: "a", from: 0, to: 5, why: "crashed" },
  { node: "b", from: 2, to: 9, why: "paused" },
];
const time = { title: "Slow", xLabel: "latency (virtual ms)" };

const gallery: Readonly<Record<string, () => Figure>> = {
  bars: () => bars(counts, { x: "message", y: "sent", ...words }),
  "bars with whiskers": () => bars(counts, { x: "message", y: "sent", interval: ["low", "high"], ...words }),
  "grouped bars of several fields": () =>
    groupedBars(counts, { x: "message", y: ["sent", "delivered"], names: { sent: "sent <i>" }, ...words }),
  "grouped bars by a field": () => groupedBars(counts, { x: "message", y: "sent", by: "by", ...words }),
  "stacked bars": () => groupedBars(counts, { x: "message", y: "sent", by: "by", stacked: true, ...words }),
  lines: () =>
    lines(measured, {
      x: "n",
      y: "ms",
      by: "loss",
      band: ["low", "high"],
      expected: { label: "n <b>", y: (n) => n / 0 },
      ...words,
    }),
  "lines on logarithms": () =>
    lines(measured, { x: "n", y: "ms", log: "xy", expected: { label: "4n", y: (n) => 4 * n }, steps: true, ...words }),
  "lines over texts": () => lines(counts, { x: "message", y: "sent", ...words }),
  ecdf: () => ecdf(measured, { value: "ms", by: "loss", ...time }),
  histogram: () => histogram(measured, { value: "ms", by: "loss", bins: 5, ...time }),
  box: () => box(measured, { value: "ms", by: "loss", ...time, yLabel: "ms" }),
  "heat map": () => heatMap(measured, { x: "n", y: "loss", value: "ms", valueLabel: "ms", ...words }),
  gantt: () => gantt(spans, { lane: "node", from: "from", to: "to", by: "why", label: "why", title: "Down" }),
};

describe.each(Object.entries(gallery))("a figure: %s", (_, draw) => {
  it("is plain data without holes, with title, axes and alt text, and no tags from data", () => {
    const figure = draw();
    expect(flawsOf(figure)).toEqual([]);
    expect(JSON.parse(JSON.stringify(figure.data))).toEqual(figure.data);
    expect(figure.data.length).toBeGreaterThan(0);
  });

  it("shows itself in a notebook, with its numbers as text", () => {
    const figure = draw();
    const bundle = (figure as any)[Symbol.for("Jupyter.display")]();
    expect(bundle["application/vnd.plotly.v1+json"]).toMatchObject({ data: figure.data, layout: figure.layout });
    expect(bundle["text/plain"]).toContain(figure.title);
    expect(bundle["text/plain"]).toMatch(/\n-+/);
    expect(figure.alt.startsWith(figure.title)).toBe(true);
  });

  it("is the same each time", () => {
    expect(JSON.stringify(draw())).toBe(JSON.stringify(draw()));
  });
});

describe("a figure's flaws", () => {
  const good = gallery["bars"]!();
  const spoiled = (change: Partial<Figure>): Figure => new Figure({ ...good, ...change } as Figure);
  it.each<[string, Partial<Figure>, string]>([
    ["a hole", { data: [{ y: [1, undefined] }] }, "data.0.y.1 is undefined"],
    ["a number that is none", { data: [{ y: [Number.NaN] }] }, "data.0.y.0 is NaN"],
    ["a tag", { data: [{ x: ["<img src=x>"] }] }, "data.0.x.0 has a tag: <img src=x>"],
    ["no labels", { layout: { meta: { alt: "x" }, title: { text: "x" } } }, "x axis says nothing"],
    ["an object in a label", { data: [{ x: ["[object Object]"] }] }, "data.0.x.0 says [object Object]"],
  ])("are found: %s", (_, change, flaw) => {
    expect(flawsOf(spoiled(change))).toContain(flaw);
  });
});

describe("bars", () => {
  it("stand for the rows, in their order, with their values above", () => {
    const { data, rows, layout } = gallery["bars"]!();
    expect(data[0]).toMatchObject({
      type: "bar",
      x: ["prepare", "&lt;b&gt;accept&lt;/b&gt;"],
      y: [3, 1],
      text: ["3", "1"],
    });
    expect(layout).toMatchObject({
      xaxis: { type: "category", title: { text: "kind of message" } },
      yaxis: { title: { text: "messages sent" } },
    });
    expect(rows).toEqual(counts.map(({ message, sent }) => ({ message, sent })));
  });

  it("have no ticks between a few whole numbers", () => {
    expect(gallery["bars"]!().layout).toMatchObject({ yaxis: { dtick: 1 } });
    expect(bars([{ x: "a", y: 0.5 }], { x: "x", y: "y", ...words }).layout).not.toMatchObject({ yaxis: { dtick: 1 } });
  });

  it("name the highest and the lowest in the alt text", () => {
    expect(gallery["bars"]!().alt).toBe(
      "Three of each. A bar chart of messages sent for each kind of message; highest prepare (3), lowest <b>accept</b> (1).",
    );
  });

  it("keep numbers that name bars apart from numbers on an axis", () => {
    expect(
      bars(
        [
          { n: 3, y: 1 },
          { n: 9, y: 2 },
        ],
        { x: "n", y: "y", ...words },
      ).layout,
    ).toMatchObject({ xaxis: { type: "category" } });
  });

  it("differ by more than colour where they are grouped", () => {
    const data = gallery["grouped bars of several fields"]!().data as any[];
    expect(new Set(data.map(({ marker }) => marker.pattern?.shape ?? "")).size).toBe(2);
  });
});

describe("lines", () => {
  it("run from left to right, one for each value of a field, and differ by more than colour", () => {
    const data = (gallery["lines"]!().data as any[]).filter(
      ({ mode, name }) => mode === "lines+markers" && name !== undefined,
    );
    expect(data.map(({ name, x, y }) => ({ name, x, y }))).toEqual([
      { name: "loss = 0.1", x: [3, 5], y: [12, 20] },
      { name: "loss = 0", x: [3, 5], y: [10, null] },
    ]);
    expect(new Set(data.map(({ line }) => line.dash)).size).toBe(2);
    expect(new Set(data.map(({ marker }) => marker.symbol)).size).toBe(2);
  });

  it("have a band between the ends of the interval", () => {
    const [low, high] = gallery["lines"]!().data as any[];
    expect([low.y, high.y, high.fill]).toEqual([[11, 18], [13, 22], "tonexty"]);
  });

  it("have their ticks where something was measured", () => {
    expect(gallery["lines"]!().layout).toMatchObject({ xaxis: { tickvals: [3, 5], ticktext: ["3", "5"] } });
    const doubled = [10, 20, 40, 1000, 0].map((n) => ({ n, v: 1 }));
    const ticks = (log?: "x") => lines(doubled, { x: "n", y: "v", ...words, ...(log ? { log } : {}) }).layout["xaxis"];
    expect(ticks()).not.toHaveProperty("tickvals");
    expect(ticks("x")).toMatchObject({ type: "log", tickvals: [10, 20, 40, 1000] });
  });

  it("of very many points are thinned, with a note, and keep first, last and extremes", () => {
    const rows = Array.from({ length: 100_000 }, (_, t) => ({ t, v: t === 77_777 ? 99 : t % 10 }));
    const figure = lines(rows, { x: "t", y: "v", ...words });
    const { x, y } = figure.data[0] as { x: number[]; y: number[] };
    expect(x.length).toBeLessThanOrEqual(5000);
    expect([x[0], x.at(-1), y[x.indexOf(77_777)]]).toEqual([0, 99_999, 99]);
    expect(figure.notes[0]).toMatch(/^Drawn with [\d,]+ of 100,000 points: extremes are kept$/);
    expect((figure.layout as any).title.subtitle.text).toBe(figure.notes[0]);
    expect(JSON.stringify(figure.bundle()).length).toBeLessThan(300_000);
  });

  it("are thinned in order and without doubles, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ noNaN: true })), { maxLength: 200 }),
        fc.integer({ min: 8, max: 60 }),
        (values, limit) => {
          const kept = thin(values, limit);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
          expect(kept.length).toBeLessThanOrEqual(Math.max(limit, 0));
          const present = values.filter((value) => value !== null);
          if (present.length === 0) return;
          for (const extreme of [
            present.reduce((a, b) => (b < a ? b : a)),
            present.reduce((a, b) => (b > a ? b : a)),
          ]) {
            expect(kept.some((at) => values[at] === extreme)).toBe(true);
          }
        },
      ),
    );
  });

  it("tick logarithms with numbers that can be read off: no bare digits, and powers where there are many", () => {
    const ticks = (least: number, most: number) => {
      const rows = [{ n: 1, ms: least }, { n: 9, ms: most }];
      const { yaxis } = lines(rows, { x: "n", y: "ms", log: "y", ...words }).layout as any;
      return yaxis.tickvals.flatMap((at: number, i: number) => (at < least || at > most ? [] : [yaxis.ticktext[i]]));
    };
    expect(ticks(30, 9000)).toEqual(["50", "100", "200", "500", "1,000", "2,000", "5,000"]);
    expect(ticks(40, 90)).toEqual(["40", "60", "80"]);
    expect(ticks(1e-18, 0.01)).toEqual([18, 16, 14, 12, 10, 8, 6, 4].map((power) => `10<sup>−${power}</sup>`).concat("0.01"));
    expect(ticks(1, 2e6)).toEqual(["1", "10", "100", "1,000", "10,000", "100,000", "10<sup>6</sup>"]);
    const bent = lines([{ n: 1, ms: 2 }, { n: 9, ms: 6 }], { x: "n", y: "ms", log: "y", expected: { label: "2^n", y: (n) => 2 ** n }, ...words });
    expect((bent.layout as any).yaxis.ticktext).toContain("500");
    expect(lines([{ n: 1, ms: 0 }], { x: "n", y: "ms", log: "y", ...words }).layout).toMatchObject({ yaxis: { type: "log" } });
  });
});

describe("distributions", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ ms: (i * 7919) % 1000 }));

  it("rise from 0 to 1", () => {
    const { x, y } = ecdf(rows, { value: "ms", ...time }).data[0] as { x: number[]; y: number[] };
    expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 999, 1]);
    for (let i = 1; i < y.length; i++) expect(x[i]! >= x[i - 1]! && y[i]! >= y[i - 1]!).toBe(true);
  });

  it("leave room for a legend of several rows", () => {
    const series = (count: number, name: string) => Array.from({ length: 10 * count }, (_, i) => ({ ms: i, by: `${name} ${i % count}` }));
    const top = (count: number, name: string): number =>
      (ecdf(series(count, name), { value: "ms", by: "by", ...time }).layout as { margin: { t: number } }).margin.t;
    expect(top(3, "a")).toBe(top(2, "a"));
    expect(top(5, "a rather long name of what is drawn")).toBeGreaterThanOrEqual(top(2, "a") + 2 * 19);
  });

  it("take a logarithmic axis where it is asked for, and no other", () => {
    expect(ecdf(rows, { value: "ms", ...time }).layout).not.toMatchObject({ xaxis: { type: "log" } });
    expect(ecdf(rows, { value: "ms", log: "x", ...time }).layout).toMatchObject({ xaxis: { type: "log" } });
    expect(() => ecdf(rows, { value: "ms", log: "y" as never, ...time })).toThrow('log must be one of "x", got "y"');
  });

  it("lose no row in a histogram", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 2, max: 40 }),
        (values, bins) => {
          const { data } = histogram(
            values.map((ms) => ({ ms })),
            { value: "ms", bins, ...time },
          );
          expect((data[0] as { y: number[] }).y.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        },
      ),
    );
  });

  it("have Tukey's whiskers in a box plot", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 14].map((ms) => ({ ms }));
    const { data } = box(values, { value: "ms", ...time, yLabel: "ms" });
    expect(data[0]).toMatchObject({ q1: [3], median: [5], q3: [7], lowerfence: [1], upperfence: [8], y: [[14]] });
  });

  it("are summed up by their quantiles in the table", () => {
    expect(ecdf(rows, { value: "ms", ...time }).rows).toEqual([
      { of: "ms", rows: 1000, mean: 499.5, min: 0, p50: 499.5, p90: 899.1, p99: 989.01, max: 999 },
    ]);
  });
});

describe("what figures do not accept", () => {
  const any = words as any;
  it.each<[string, () => unknown, string]>([
    [
      "no title",
      () => bars(counts, { x: "message", y: "sent", ...any, title: undefined }),
      "title must be a text, got nothing",
    ],
    [
      "an empty label",
      () => bars(counts, { x: "message", y: "sent", ...any, xLabel: " " }),
      'xLabel must say something, got " "',
    ],
    [
      "rows that are none",
      () => bars("rows" as never, { x: "a", y: "b", ...any } as never),
      'rows must be an array of objects, got "rows"',
    ],
    [
      "a field that no row has",
      () => bars(counts, { x: "kind", y: "sent", ...any }),
      'x must name a field of the rows, got "kind"; they have "message", "sent", "delivered", "low", "high", "by"',
    ],
    [
      "texts as heights",
      () => bars(counts, { x: "message", y: "by", ...any }),
      'rows[0].by must be a number to be drawn as y, got "a"',
    ],
    [
      "by with several fields",
      () => groupedBars(counts, { x: "message", y: ["sent", "delivered"], by: "by", ...any }),
      "give either by or several fields of y",
    ],
    [
      "an unknown axis",
      () => lines(measured, { x: "n", y: "ms", log: "z", ...any }),
      'log must be one of "x", "y", "xy", got "z"',
    ],
    [
      "too many series",
      () =>
        lines(
          Array.from({ length: 50 }, (_, i) => ({ i, y: 1 })),
          { x: "i", y: "y", by: "i", ...any },
        ),
      "by must tell at most 20 series apart, got 50",
    ],
    [
      "no bins",
      () => histogram(measured, { value: "ms", bins: 0, ...any }),
      "bins must be a whole number from 2 to 200, got 0",
    ],
    [
      "two rows for one cell",
      () => heatMap([...measured, measured[0]!], { x: "n", y: "loss", value: "ms", valueLabel: "ms", ...any }),
      "rows must hold one row for each cell, got two for n 5 and loss 0.1",
    ],
    [
      "a stretch that ends before it begins",
      () => gantt([{ a: "x", from: 2, to: 1 }], { lane: "a", from: "from", to: "to", ...any }),
      "rows[0] must begin before it ends, got from: 2, to: 1",
    ],
    [
      "a height of no size",
      () => bars(counts, { x: "message", y: "sent", ...any, height: 1e9 }),
      "height must be a finite number from 100 to 4000, got 1000000000",
    ],
    [
      "an expectation that is no function",
      () => lines(measured, { x: "n", y: "ms", expected: { label: "x", y: 3 }, ...any }),
      "expected.y must be a function of x, got 3",
    ],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(message);
  });

  it("no rows give an empty figure that says so", () => {
    const figure = bars([] as typeof counts, { x: "message", y: "sent", ...words });
    expect(flawsOf(figure)).toEqual([]);
    expect(figure.alt).toBe("Three of each. An empty chart: there are no rows to draw.");
    expect(figure.layout).toMatchObject({ annotations: [{ text: "no rows to draw" }] });
    for (const empty of [
      () => lines([], { x: "n" as never, y: "ms" as never, ...words }),
      () => ecdf([], { value: "ms" as never, ...time }),
      () => histogram([], { value: "ms" as never, ...time }),
      () => box([], { value: "ms" as never, ...time, yLabel: "ms" }),
      () => heatMap([], { x: "n" as never, y: "n" as never, value: "n" as never, valueLabel: "v", ...words }),
      () => gantt([], { lane: "n" as never, from: "n" as never, to: "n" as never, title: "t" }),
      () => groupedBars([], { x: "n" as never, y: "n" as never, by: "n" as never, ...words }),
    ]) {
      expect(flawsOf(empty())).toEqual([]);
    }
  });

  it("very many rows are drawn in part, with a note, and in a small figure", () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => ({ i, v: i % 1000, at: i, end: i + 1 }));
    const common = { title: "Many", xLabel: "x", yLabel: "y" };
    for (const draw of [
      () => bars(rows, { x: "i", y: "v", ...common }),
      () => groupedBars(rows, { x: "i", y: ["v", "at"], ...common }),
      () => lines(rows, { x: "i", y: "v", expected: { label: "e", y: (x) => x }, ...common }),
      () => ecdf(rows, { value: "i", title: "Many", xLabel: "x" }),
      () => histogram(rows, { value: "v", title: "Many", xLabel: "x" }),
      () => box(rows, { value: "v", ...common }),
      () => gantt(rows, { lane: "v", from: "at", to: "end", title: "Many" }),
    ]) {
      const figure = draw();
      expect(JSON.stringify(figure.bundle()).length).toBeLessThan(500_000);
    }
    expect(bars(rows, { x: "i", y: "v", ...common }).notes).toEqual(["Drawn with the first 1,000 of 200,000 rows"]);
  });

  it("long titles are broken into lines, and names with HTML stay names", () => {
    const figure = bars(counts, { ...words, x: "message", y: "sent", title: `${"a word ".repeat(30)}<script>` });
    expect((figure.layout as any).title.text).toContain("<br>");
    expect(flawsOf(figure)).toEqual([]);
  });
});
