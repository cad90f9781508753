import { describe, expect, expectTypeOf, it } from "vitest";
import { checkInterrupt } from "../../lib/core/interrupt.js";
import { attempt, predict, progress, show, sweep, sweepRuns } from "../../lib/notebook.js";
import { bars } from "../../lib/plot/bars.js";
import { sequence } from "../../lib/plot/sequence.js";
import { round } from "../measure/traces.js";
import { printed, withKernel } from "./kernel.js";

const rows = [
  { message: "prepare", sent: 3 },
  { message: "<b>", sent: 1234.5 },
];
const figure = bars(rows, {
  x: "message",
  y: "sent",
  title: "Three of each",
  xLabel: "kind of message",
  yLabel: "messages sent",
});

describe("show", () => {
  it("shows a figure as one bundle: the specification, and finding and numbers as text", async () => {
    const [shown, ...more] = await withKernel(() => show(figure));
    expect(more).toEqual([]);
    expect(Object.keys(shown!.data)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    const specification = shown!.data["application/vnd.plotly.v1+json"];
    expect(specification).toMatchObject({
      data: figure.data,
      layout: { meta: { alt: figure.alt } },
      config: { displaylogo: false },
    });
    expect(shown!.data["text/plain"]).toMatch(
      /^Three of each\nA bar chart of [^]*kind of message {2}messages sent\n-+ {2}-+\nprepare/,
    );
  });

  it("shows a diagram as SVG and text", async () => {
    const [shown] = await withKernel(() => show(sequence(round(), { title: "Six messages" })));
    expect(Object.keys(shown!.data)).toEqual(["image/svg+xml", "text/plain"]);
    expect(shown!.data["image/svg+xml"]).toMatch(/^<svg /);
    expect(shown!.data["text/plain"]).toMatch(/^Six messages\n/);
  });

  it("shows rows as a table of HTML and of text", async () => {
    const [shown] = await withKernel(() => show(rows, { caption: "Messages", headings: { sent: "messages sent" } }));
    expect(shown!.data["text/html"]).toContain("<figcaption>Messages</figcaption>");
    expect(shown!.data["text/html"]).toContain("&lt;b&gt;");
    expect(shown!.data["text/plain"]).toBe(
      [
        "Messages",
        "",
        "message  messages sent",
        "-------  -------------",
        "prepare              3",
        "<b>              1,235",
      ].join("\n"),
    );
  });

  it.each<[string, unknown, string]>([
    ["one row", { a: 1, b: "x" }, "a  b\n-  -\n1  x"],
    ["plain values", [1, 2], "value\n-----\n    1\n    2"],
    ["a map", new Map([["a", 1]]), "key  value\n---  -----\na        1"],
    ["a set", new Set(["a"]), "value\n-----\na"],
    ["a text", "Nothing was chosen.", "Nothing was chosen."],
    ["a number", 0.1 + 0.2, "0.3"],
    ["nothing", null, "–"],
    ["no rows", [], "(no rows)"],
    ["an error", new Error("no"), "Error: no"],
  ])("shows %s", async (_, value, text) => {
    const [shown] = await withKernel(() => show(value as object));
    expect(shown!.data["text/plain"]).toBe(text);
  });

  it("prints the text where there is no kernel", async () => {
    expect(await printed(() => show(rows))).toHaveLength(1);
    expect((await printed(() => show(figure)))[0]).toMatch(/^Three of each\n/);
    expect(await printed(() => show("x"))).toEqual(["x"]);
  });
});

describe("progress", () => {
  it("fills a bar in one place, and leaves a line that says how much was done and not how long it took", async () => {
    const shown = await withKernel(async () => {
      const bar = progress("runs", 4);
      for (let i = 1; i <= 4; i++) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        bar.update(i);
      }
      bar.end();
    });
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
    expect(shown[0]).not.toHaveProperty("update");
    expect(shown.slice(1).every(({ update }) => update === true)).toBe(true);
    expect(shown[0]!.data["text/html"]).toBe(`<progress value="0" max="4"></progress> 0 of 4 runs`);
    expect(shown.at(-1)!.data).toEqual({ "text/plain": "4 runs" });
    expect(shown.length).toBeLessThanOrEqual(5);
  });

  it("tells the page ten times a second at most", async () => {
    const shown = await withKernel(() => {
      const bar = progress("runs", 100_000);
      for (let i = 0; i < 100_000; i++) bar.update(i);
      bar.end(99_999);
    });
    expect(shown.length).toBeLessThan(20);
    expect(shown.at(-1)!.data["text/plain"]).toBe("99,999 of 100,000 runs");
  });

  it("prints the end only, where there is no kernel", async () => {
    expect(await printed(() => progress("runs", 4).end())).toEqual(["4 runs"]);
  });

  it("refuses what is no count", () => {
    expect(() => progress("runs", -1)).toThrow("total must be a whole number of at least 0, got -1");
    expect(() => progress("runs", 4).update(5)).toThrow("done must be a finite number from 0 to 4, got 5");
  });
});

describe("sweep", () => {
  const run = ({ n }: { n: number }) => ({ messages: 4 * n });

  it("gives the rows of the sweep without a notebook, and leaves one line", async () => {
    let found: unknown;
    const shown = await withKernel(async () => {
      found = await sweep({ n: [3, 5] }, { seeds: 4 }, run);
    });
    expect(found).toMatchObject([
      { n: 3, runs: 4, messages: 12 },
      { n: 5, runs: 4, messages: 20 },
    ]);
    expect(shown.at(-1)!.data).toEqual({ "text/plain": "8 runs" });
    expect(
      await printed(async () => {
        expect(await sweepRuns({ n: [3] }, { seeds: 1 }, run)).toEqual([{ n: 3, seed: 1, messages: 12 }]);
      }),
    ).toEqual(["1 runs"]);
  });

  it("stops when the learner presses Stop, and says how far it came", async () => {
    const slow = ({ n }: { n: number }) => {
      const until = Date.now() + 30;
      while (Date.now() < until);
      return { n2: n };
    };
    let stopped: unknown;
    const shown = await withKernel(
      () => sweep({ n: [1] }, { seeds: 50 }, slow).catch((error: unknown) => (stopped = error)),
      { stopAfter: 2 },
    );
    expect(String(stopped)).toBe("Error: interrupted");
    expect(shown.at(-1)!.data["text/plain"]).toMatch(/^[1-9]\d? of 50 runs$/);
  });

  it("ends its bar where a run fails", async () => {
    const shown = await withKernel(async () => {
      await sweep({ n: [1] }, { seeds: 3 }, ({ seed }) => {
        if (seed === 3) throw new Error("broken");
        return { one: 1 };
      }).catch(() => {});
    });
    expect(shown.at(-1)!.data["text/plain"]).toBe("2 of 3 runs");
  });
});

describe("interrupts", () => {
  it("reach the long runs of the library", async () => {
    await withKernel(() => expect(() => checkInterrupt()).toThrow("interrupted"), { stopAfter: 0 });
    expect(() => checkInterrupt()).not.toThrow();
  });
});

describe("attempt", () => {
  const texts = async (work: () => unknown) => (await withKernel(work)).map(({ data }) => data["text/plain"]);

  it("shows how something fails, in a line, and goes on", async () => {
    expect(
      await texts(() =>
        attempt(() => {
          throw new RangeError("loss must be a probability in [0, 1], got 1.1");
        }),
      ),
    ).toEqual(["RangeError: loss must be a probability in [0, 1], got 1.1"]);
    expect(
      await texts(() =>
        attempt(() => {
          throw { code: 3 };
        }),
      ),
    ).toEqual(["thrown: (3)"]);
    expect(
      await texts(() =>
        attempt(async () => {
          throw new Error("late");
        }),
      ),
    ).toEqual(["Error: late"]);
  });

  it("says where something did not fail", async () => {
    expect(await texts(() => attempt(() => 12))).toEqual(["It did not fail. It gave 12"]);
    expect(await texts(() => attempt(() => {}))).toEqual(["It did not fail."]);
    expect(await texts(() => attempt(() => rows))).toEqual([
      expect.stringMatching(/^It did not fail. It gave:\nmessage {2,}sent\n/),
    ]);
    expect(await texts(() => attempt(async () => "x"))).toEqual(["It did not fail. It gave x"]);
  });
});

describe("predict", () => {
  const compared = async (work: () => void) => (await withKernel(work))[0]!.data;

  it("shows itself, and then stands beside what was measured", async () => {
    const guess = predict({ messages: 12, "time in ms": 20, decided: true });
    expect((guess as any)[Symbol.for("Jupyter.display")]()).toEqual({
      "text/plain": "Predicted messages: 12, time in ms: 20, decided: yes",
    });
    const data = await compared(() => guess.compare({ messages: 12, "time in ms": 19.739, decided: true }));
    expect(data["text/plain"]).toBe(
      [
        "            predicted  measured  difference",
        "----------  ---------  --------  ----------",
        "messages           12        12           0",
        "time in ms         20     19.74      −0.261",
        "decided           yes       yes",
        "",
        "2 of 3 as predicted; time in ms lower than predicted by 0.261. What did the prediction leave out?",
      ].join("\n"),
    );
    expect(data["text/html"]).toContain("<table>");
  });

  it("says why, once it has compared", async () => {
    const shown = await compared(() => predict({ messages: 6 }).compare({ messages: 12 }, { because: "there are <two> phases." }));
    expect(shown["text/plain"]).toMatch(/0 of 1 as predicted; messages higher than predicted by 6\.\nIt is so because there are <two> phases\.$/);
    expect(shown["text/html"]).toContain("<p>It is so because there are &lt;two&gt; phases.</p>");
    expect(() => predict({ a: 1 }).compare({ a: 1 }, { because: " " })).toThrow('because must be the end of a sentence, got " "');
    expect(() => predict({ a: 1 }).compare({ a: 1 }, { why: "so" } as never)).toThrow('compare has no option "why"; it knows "because"');
  });

  it("says so where all is as predicted", async () => {
    expect((await compared(() => predict({ messages: 12 }).compare({ messages: 12 })))["text/plain"]).toMatch(
      /As predicted\.$/,
    );
    expect((await compared(() => predict({ a: 1, b: 0.3 }).compare({ a: 1, b: 0.1 + 0.2 })))["text/plain"]).toMatch(
      /All 2 as predicted\.$/,
    );
    expect((await compared(() => predict({ ms: 20 }, { within: 0.1 }).compare({ ms: 21 })))["text/plain"]).toMatch(
      /As predicted \(within 10 %\)\.$/,
    );
    expect((await compared(() => predict({ ms: 20 }, { within: 0.01 }).compare({ ms: 21 })))["text/plain"]).toMatch(
      /0 of 1 as predicted \(within 1 %\); ms higher than predicted by 1\./,
    );
  });

  it("compares texts, and what was not measured", async () => {
    expect((await compared(() => predict({ winner: "x" }).compare({ winner: "x" })))["text/plain"]).not.toContain(
      "difference",
    );
    expect((await compared(() => predict({ winner: "x" }).compare({ winner: "y" })))["text/plain"]).toMatch(
      /0 of 1 as predicted; winner: y\./,
    );
    expect((await compared(() => predict({ ms: 3 }).compare({ ms: null })))["text/plain"]).toMatch(
      /ms {10}3 {9}–\n\n0 of 1 as predicted; ms was not measured\./,
    );
  });

  it("asks for a measured value under each predicted name", () => {
    expectTypeOf(predict({ messages: 12 }).compare)
      .parameter(0)
      .toEqualTypeOf<{ readonly messages: number | null }>();
    expect(() => predict({ messages: 12 }).compare({ sent: 12 } as never)).toThrow(
      "compare needs a measured value for messages; it got sent",
    );
    expect(() => predict({} as never)).toThrow(
      "predict needs an object with what you expect, as { messages: 12 }, got {}",
    );
    expect(() => predict({ a: {} } as never)).toThrow(
      "the prediction of a must be a number, a text, true or false, got {}",
    );
    expect(() => predict({ a: 1 }, { within: -1 })).toThrow("within must be a finite number from 0 to 10, got -1");
  });
});
