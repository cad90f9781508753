import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escape } from "../../lib/plot/escape.js";
import { format, formatColumn, formatNumber } from "../../lib/plot/format.js";
import { shorten, textWidth, wrap } from "../../lib/plot/letters.js";
import { tableHtml, tableText, words } from "../../lib/plot/table.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [12, "12"],
    [0.1 + 0.2, "0.3"],
    [1 / 3, "0.3333"],
    [12.3456, "12.35"],
    [1234, "1,234"],
    [1234567.8, "1,234,568"],
    [-1234.4, "−1,234"],
    [0.00012346, "0.0001235"],
    [1e-9, "1e−9"],
    [1.5e20, "1.5e20"],
    [123456789012345, "123,456,789,012,345"],
    [Number.NaN, "–"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("stays within half a unit of the fourth digit", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e14, noNaN: true }), (value) => {
        const read = Number(formatNumber(value).replaceAll(",", "").replace("−", "-"));
        expect(Math.abs(read - value)).toBeLessThanOrEqual(0.00051 * value + (value >= 1000 ? 0.5 : 0));
      }),
    );
  });
});

describe("format", () => {
  it.each<[unknown, string]>([
    [true, "yes"],
    [false, "no"],
    [null, "–"],
    [undefined, "–"],
    ["x", "x"],
    ["two\nlines", "two lines"],
    [10n, "10"],
    [-1234567n, "−1,234,567"],
    [{ round: 1, proposer: "p1" }, "(1, p1)"],
    [[1, 2], "[1, 2]"],
    [new Set(["a"]), "{a}"],
    [new Map([["a", 1]]), "{a → 1}"],
    [new RangeError("too far"), "RangeError: too far"],
    [function work() {}, "function work"],
    [Symbol("s"), "s"],
    ["x".repeat(500), `${"x".repeat(119)}…`],
  ])("writes %s as %s", (value, text) => {
    expect(format(value)).toBe(text);
  });

  it("never says undefined, NaN or [object Object]", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withBigInt: true,
          withDate: true,
          maxDepth: 2,
          key: fc.constantFrom("a", "b"),
          values: [fc.integer(), fc.double(), fc.constantFrom(null, undefined, true)],
        }),
        (value) => {
          expect(format(value)).not.toMatch(/undefined|\[object/);
        },
      ),
    );
  });
});

describe("formatColumn", () => {
  it("gives the numbers of a column the same decimals, as many as the largest needs", () => {
    expect(formatColumn([1, 12.5, 0.333333])).toEqual(["1.00", "12.50", "0.33"]);
    expect(formatColumn([1, 2, 30000])).toEqual(["1", "2", "30,000"]);
    expect(formatColumn([0.1, 0.25])).toEqual(["0.10", "0.25"]);
    expect(formatColumn([0.001, 0.00234])).toEqual(["0.00100", "0.00234"]);
    expect(formatColumn([12345.678, 0.5])).toEqual(["12,346", "1"]);
    expect(formatColumn([123.456, 0.0001])).toEqual(["123.5", "0.0001"]);
    expect(formatColumn(["x", null, 2.5])).toEqual(["x", "–", "2.5"]);
    expect(formatColumn([])).toEqual([]);
  });
});

describe("tables", () => {
  const rows = [
    { message: "prepare", sent: 3, share: 0.25 },
    { message: "<b>", sent: 12000, share: 1 / 3 },
  ];

  it("align numbers to the right and texts to the left", () => {
    expect(tableText(rows, { caption: "Messages" })).toBe(
      [
        "Messages",
        "",
        "message    sent  share",
        "-------  ------  -----",
        "prepare       3  0.250",
        "<b>      12,000  0.333",
      ].join("\n"),
    );
  });

  it("count letters of Chinese twice", () => {
    const lines = tableText([
      { a: "接受者", b: 1 },
      { a: "abcdef", b: 2 },
    ]).split("\n");
    expect(lines.slice(2)).toEqual(["接受者  1", "abcdef  2"]);
  });

  it("escape what comes from data, in HTML", () => {
    const html = tableHtml(rows, { caption: "a & b" });
    expect(html).toContain("<figcaption>a &amp; b</figcaption>");
    expect(html).toContain(`<td style="text-align: left">&lt;b&gt;</td>`);
    expect(html).toContain(`<td style="text-align: right">12,000</td>`);
    expect(html).not.toContain("<b>");
  });

  it("are cut at 50 rows with a count", () => {
    const many = Array.from({ length: 1200 }, (_, i) => ({ i }));
    expect(tableText(many).split("\n")).toHaveLength(53);
    expect(tableText(many)).toContain("… 1,150 more rows (1,200 in all)");
    expect(tableHtml(many)).toContain("<p>… 1,150 more rows (1,200 in all)</p>");
    expect(tableText(many, { limit: 1200 })).not.toContain("more rows");
  });

  it("say so where there are no rows, and show fields that only some rows have", () => {
    expect(tableText([])).toBe("(no rows)");
    expect(tableHtml([])).toContain("(no rows)");
    expect(tableText([{ a: 1 }, { b: 2 }])).toBe(["a  b", "-  -", "1  –", "–  2"].join("\n"));
  });

  it("write the names of fields as words, or as they are told", () => {
    expect(
      tableText([{ messagesLow: 1, p50: 2 }], { headings: { p50: "median" }, columns: ["p50", "messagesLow"] }).split(
        "\n",
      )[0],
    ).toBe("median  messages low");
  });

  it.each<[unknown, string]>([
    [3, "rows must be an array of objects, got 3"],
    [null, "rows must be an array of objects, got null"],
    [[1], "rows[0] must be an object with a field for each column, got 1"],
    [[{}, null], "rows[1] must be an object with a field for each column, got null"],
  ])("refuse %j as rows", (given, message) => {
    expect(() => tableText(given as object[])).toThrow(message);
  });
});

describe("escape", () => {
  it("leaves nothing that HTML or XML would read as more than text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escape(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      }),
    );
    expect(escape(`<a href="x">&'`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    expect(escape("\ud800")).toBe("\ufffd");
    expect(escape("𝔸")).toBe("𝔸");
  });
});

describe("letters", () => {
  it("have the widths of Helvetica", () => {
    expect(textWidth("Mi", 1000)).toBe(833 + 222);
    expect(textWidth("Mi", 1000, { bold: true })).toBe(833 + 278);
    expect(textWidth("共识", 12)).toBe(24);
  });

  it("wrap and shorten to the width they are given, and lose no word", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("a", "W", "i", "识", "-") }), { minLength: 1 }),
        fc.integer({ min: 30, max: 300 }),
        (words, width) => {
          const text = words.join(" ");
          const lines = wrap(text, width, 12);
          for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(width);
          expect(lines.join("").replaceAll(" ", "")).toBe(words.join(""));
          expect(textWidth(shorten(text, width, 12), 12)).toBeLessThanOrEqual(width);
        },
      ),
    );
    expect(wrap("", 100, 12)).toEqual([""]);
    expect(shorten("short", 100, 12)).toBe("short");
  });
});

describe("words", () => {
  it.each([
    ["messagesLow", "messages low"],
    ["2PC", "2PC"],
    ["2PCMessages", "2PC messages"],
    ["rowsOfDB", "rows of DB"],
    ["useDBNow", "use DB now"],
    ["DBRows", "DB rows"],
    ["round2Time", "round2 time"],
    ["planB", "plan b"],
    ["Lost Messages", "Lost Messages"],
    ["", ""],
  ])("say the name %s as %s", (name, text) => {
    expect(words(name)).toBe(text);
  });
});
