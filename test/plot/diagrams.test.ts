import fc from "fast-check";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { onCircle } from "../../lib/plot/circle.js";
import { Diagram } from "../../lib/plot/diagram.js";
import { paints } from "../../lib/plot/svg.js";
import { graph } from "../../lib/plot/graph.js";
import { ring } from "../../lib/plot/ring.js";
import { sequence } from "../../lib/plot/sequence.js";
import { palette } from "../../lib/plot/theme.js";
import type { TraceEvent } from "../../lib/trace/event.js";
import { anyTrace, round, Scribe } from "../measure/traces.js";
import { flawsOfDiagram } from "./flaws.js";

const recorded = join(dirname(fileURLToPath(import.meta.url)), "recorded");

/** The picture as it was looked at last; REWRITE=1 takes the new one. */
function expectRecorded(name: string, { svg }: Diagram): void {
  const file = join(recorded, `${name}.svg`);
  if (process.env["REWRITE"] === "1" || !existsSync(file)) {
    mkdirSync(recorded, { recursive: true });
    writeFileSync(file, `${svg}\n`);
  }
  expect(`${svg}\n`, `${file} (REWRITE=1 writes the new picture; look at it)`).toBe(readFileSync(file, "utf8"));
}

/** One of everything: each way in which a message can end, each fault, clients, a broken property. */
function everything(): TraceEvent[] {
  const scribe = new Scribe();
  scribe.invoke("c1", "c1#1", "p1").wait(2).request("p1", "c1#1");
  const [a, b, c, d] = ["a1", "a2", "a3", "a4"].map((to) => scribe.send("p1", to, "prepare", { ballot: 1 })) as [
    number,
    number,
    number,
    number,
  ];
  scribe.drop(d);
  scribe.wait(4).deliver(a).write("a1");
  scribe.fault("pause", "a3").wait(1).deliver(b);
  const promised = scribe.send("a2", "p1", "promised", { ballot: 1 });
  scribe.wait(1).flushed("a1");
  const late = scribe.send("a1", "p1", "promised", { ballot: 1 });
  scribe.wait(2).fault("crash", "a2").deliver(promised).wait(1).deliver(promised, 1);
  scribe.wait(1).cut(["p1", "a3"], ["a3", "p1"], ["a1", "a3"], ["a3", "a1"]).drop(late, "partitioned");
  scribe.wait(3).fault("resume", "a3").deliver(c);
  scribe.drop(scribe.send("a3", "p1", "promised"), "partitioned");
  scribe
    .wait(5)
    .timer("p1")
    .drop(scribe.send("p1", "a1", "bogus"), "unhandled");
  scribe
    .timer("p1", "retry")
    .wait(2)
    .drop(scribe.send("p1", "a2", "accept", { value: "x" }), "crashed");
  scribe.wait(3).heal(["p1", "a3"], ["a3", "p1"], ["a1", "a3"], ["a3", "a1"]).fault("restart", "a2");
  scribe.wait(3).timer("p1").decide("p1", "x").reply("p1", "c1#1", "x").wait(2).returns("c1", "c1#1", "x");
  scribe.timer("a1").send("a1", "p1", "late");
  scribe.wait(1).timer("a3");
  return [
    ...scribe.trace,
    {
      kind: "violation",
      at: scribe.at,
      step: 99,
      property: "agreement",
      problem: "p1 decided x, but <b>p2</b> decided y",
    },
  ];
}

describe("sequence", () => {
  it("draws a quiet round as it was looked at last", () => {
    expectRecorded("round", sequence(round(), { title: "Six messages make a round" }));
  });

  it("draws every way in which a message can end, and every fault, as it was looked at last", () => {
    const diagram = sequence(everything(), { title: "One of everything" });
    expect(flawsOfDiagram(diagram)).toEqual([]);
    for (const words of [
      "lost",
      "second copy",
      "link is cut",
      "receiver is down",
      "receiver has no rule for it",
      "still under way",
      "a client's call",
      "restart",
    ]) {
      expect(diagram.svg).toContain(`>${words.replace("'", "&#39;")}</text>`);
    }
    expectRecorded("everything", diagram);
  });

  it("says in a sentence what it draws, and tells the run as text", () => {
    const { alt, text } = sequence(round(), { title: "Six messages make a round" });
    expect(alt).toBe(
      "Six messages make a round. A space-time diagram of p, a, b, c, from 0 to 11 ms, with 6 messages; p decides x at 10 ms.",
    );
    expect(text.split("\n")[0]).toBe("Six messages make a round");
    expect(text).toMatch(/10\.000 {2}p {2}decides x/);
  });

  it("has no text that covers another or leaves the paper, whatever happens", () => {
    fc.assert(
      fc.property(
        anyTrace,
        fc.constantFrom<object>({}, { limit: 5 }, { from: 20, to: 60 }, { nodes: ["d", "a"] }),
        (trace, options) => {
          const diagram = sequence(trace, { title: "Whatever happens", ...options });
          expect(flawsOfDiagram(diagram)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("draws as many messages as fit, and says which", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    for (let i = 0; i < 200; i++) scribe.deliver((scribe.wait(1), scribe.send("p", "a", "ask", { i }))).wait(1);
    const diagram = sequence(scribe.trace, { title: "A long run", limit: 20 });
    expect(diagram.notes).toEqual(["Showing 0–39 ms of 399 ms, 20 of 200 messages"]);
    expect(diagram.svg).toContain("Showing 0–39 ms of 399 ms, 20 of 200 messages");
    expect(diagram.svg.match(/<g><line/g)!.length).toBeLessThanOrEqual(24);
    expect(sequence(scribe.trace, { title: "A part", from: 100, to: 120 }).notes[0]).toMatch(
      /^Showing 100–120 ms of 399 ms, \d+ of 200 messages$/,
    );
  });

  it("cuts long stretches short in which nothing happens", () => {
    const scribe = new Scribe();
    scribe.request("p", "c#1");
    const [early, late] = [
      scribe.send("p", "a", "ask"),
      scribe.wait(5).deliver(1).wait(100_000).timer("p").send("p", "a", "ask"),
    ];
    scribe.wait(5).deliver(late);
    expect(early).toBe(1);
    const first = sequence(scribe.trace, { title: "A long wait" });
    expect(first.svg).toMatch(/ms in which nothing happens/);
    expect(Number(/height="(\d+)"/.exec(first.svg)![1])).toBeLessThan(600);
  });

  it("counts in steps where times are numbers of steps", () => {
    const trace = round().map(
      (event) => ({ ...event, at: event.step, ...("sentAt" in event ? { sentAt: 1 } : {}) }) as TraceEvent,
    );
    const { svg, alt } = sequence(trace, { title: "A schedule" });
    expect(svg).toContain(">step</text>");
    expect(svg).not.toMatch(/\d ms</);
    expect(alt).toContain("steps 1 to 7");
  });

  it("writes names from the run as names, not as tags", () => {
    const scribe = new Scribe();
    scribe.request("<b>&amp;", "c#1", { kind: "<script>" });
    scribe.deliver(scribe.send("<b>&amp;", `"a'`, "]]>")).decide(`"a'`, "<x>");
    const diagram = sequence(scribe.trace, { title: "<title>" });
    expect(flawsOfDiagram(diagram)).toEqual([]);
    expect(diagram.svg).not.toMatch(/<(b|script|x)>/);
  });

  it("points out the messages it is told to", () => {
    const { svg } = sequence(round(), { title: "A chain", highlight: [1, 4] });
    expect(svg.match(/opacity="0.35"/g)).toHaveLength(4);
    expect(svg.match(/stroke-width="2.6"/g)).toHaveLength(2);
  });

  it("leaves clients and unnamed nodes out, if told to", () => {
    expect(sequence(everything(), { title: "No clients", clients: false }).svg).not.toContain(">c1<");
    const some = sequence(everything(), { title: "Two", nodes: ["a1", "p1"] });
    expect(some.notes.at(-1)).toBe("Not shown: a2, a3, a4");
    expect(flawsOfDiagram(some)).toEqual([]);
  });

  it("draws an empty trace as an empty diagram", () => {
    const diagram = sequence([], { title: "Nothing" });
    expect(diagram.alt).toBe("Nothing. An empty space-time diagram: the trace has no nodes.");
    expect(flawsOfDiagram(diagram)).toEqual([]);
  });

  it.each<[string, () => unknown, string]>([
    ["no title", () => sequence([], {} as never), "title must be a text, got "],
    ["an unknown option", () => sequence([], { title: "x", width: 3 } as never), 'sequence has no option "width"'],
    [
      "a run in place of its trace",
      () => sequence({ trace: [] } as never, { title: "x" }),
      'trace must be the list of events of a run, got {"trace":[]}',
    ],
    [
      "a limit of no messages",
      () => sequence([], { title: "x", limit: 0 }),
      "limit must be a whole number from 1 to 500, got 0",
    ],
    [
      "a window that ends before it begins",
      () => sequence(round(), { title: "x", from: 5, to: 5 }),
      "to must be later than from (5), got 5",
    ],
    [
      "unknown nodes",
      () => sequence(round(), { title: "x", nodes: ["z9"] }),
      'nodes must name nodes of this trace, which has p, a, b, c; got ["z9"]',
    ],
    ["no nodes", () => sequence(round(), { title: "x", nodes: [] }), "nodes must name at least one node, got []"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("ring", () => {
  const places = [
    { node: "a", at: 10 },
    { node: "b", at: 60 },
    { node: "a", at: 80 },
  ];

  it("gives each place the arc that ends in it", () => {
    const diagram = ring(places, {
      title: "a owns half",
      size: 100,
      keys: [{ key: "k1", at: 61 }],
      links: [{ from: 10, to: 60, label: "hop" }],
    });
    expect(diagram.alt).toBe(
      "a owns half. A hash ring (places: 3, nodes: 2, keys: 1, links: 1); the largest share is 50.0 % (a), the smallest 50.0 % (b).",
    );
    expect(flawsOfDiagram(diagram)).toEqual([]);
    expectRecorded("ring", diagram);
  });

  it("draws a link to the same place as a loop, links there and back apart, and says a place once that its name says", () => {
    const there = { from: 1, to: 42 };
    const draw = (...links: { from: number; to: number; pale?: boolean }[]): string =>
      ring([{ node: "N1", at: 1 }, { node: "N42", at: 42 }, { node: "c", at: 50 }], { title: "Pointers", size: 64, links }).svg;
    const arrows = (svg: string): string[] => [...svg.matchAll(/d="(M[^"A]*[QC][^"]*)"/g)].map(([, d]) => d!);
    expect(arrows(draw({ from: 1, to: 1 }))).toEqual([expect.stringContaining("C")]);
    const [forth, back] = arrows(draw(there, { from: 42, to: 1, pale: true }));
    const bend = (d: string): string | undefined => /Q\s*(\S+ \S+)/.exec(d)?.[1];
    expect(bend(forth!)).not.toBe(bend(back!));
    expect(draw()).toContain(">N42<");
    expect(draw()).toContain(">c (50)<");
    expect(flawsOfDiagram(ring([{ node: "N1", at: 1 }], { title: "Alone", size: 64, links: [{ from: 1, to: 1 }] }))).toEqual([]);
  });

  it("holds one place, none, or two thousand", () => {
    expect(ring([{ node: "a", at: 0.3 }], { title: "One" }).alt).toContain("the largest share is 100.0 % (a)");
    expect(flawsOfDiagram(ring([], { title: "None" }))).toEqual([]);
    const many = ring(
      Array.from({ length: 3000 }, (_, i) => ({ node: `n${i % 10}`, at: i })),
      { title: "Many", size: 3000, keys: Array.from({ length: 900 }, (_, i) => ({ key: `k${i}`, at: i })) },
    );
    expect(many.notes).toEqual(["Drawn with 2,000 of 3,000 places", "Drawn with 500 of 900 keys"]);
    expect(many.svg.length).toBeLessThan(250_000);
    expect(flawsOfDiagram(many)).toEqual([]);
  });

  it("has no text that covers another, wherever places and keys lie", () => {
    const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ node: fc.constantFrom("a", "node-b", "<c>"), at }), { maxLength: 12 }),
        fc.array(at, { maxLength: 20 }),
        (places, keys) => {
          expect(
            flawsOfDiagram(ring(places, { title: "Anywhere", keys: keys.map((at, i) => ({ key: `key${i}`, at })) })),
          ).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each<[string, () => unknown, string]>([
    [
      "a place outside",
      () => ring([{ node: "a", at: 100 }], { title: "x", size: 100 }),
      "places[0].at must be a position below the ring's size 100, got 100",
    ],
    [
      "a key before the start",
      () => ring(places, { title: "x", size: 100, keys: [{ key: "k", at: -1 }] }),
      "keys[0].at must be a finite number of at least 0, got -1",
    ],
    ["a ring of no size", () => ring([], { title: "x", size: 0 }), "size must be greater than 0, got 0"],
    [
      "places that are none",
      () => ring({} as never, { title: "x" }),
      "places must be an array of { node, at }, got {}",
    ],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("onCircle", () => {
  it("agrees with sine and cosine to the last digits, clockwise from the top", () => {
    for (let turn = -2; turn < 3; turn += 0.0137) {
      const { x, y } = onCircle(turn, 1, { x: 0, y: 0 });
      expect(x).toBeCloseTo(Math.sin(2 * Math.PI * turn), 12);
      expect(y).toBeCloseTo(-Math.cos(2 * Math.PI * turn), 12);
    }
    expect(onCircle(0.25, 10, { x: 5, y: 5 })).toEqual({ x: 15, y: 5 });
  });
});

describe("graph", () => {
  const participant = {
    nodes: [
      { id: "init" },
      { id: "ready", label: "ready\nvoted yes", kind: "in doubt" },
      { id: "committed", kind: "final" },
    ],
    edges: [
      { from: "init", to: "ready", label: "prepare" },
      { from: "ready", to: "committed", label: "commit" },
      { from: "ready", to: "ready", label: "ask again", dashed: true },
      { from: "ready", to: "aborted" },
    ],
  };

  it.each(["right", "down"] as const)("lays boxes out in layers, to the %s", (direction) => {
    const diagram = graph(participant, { title: "A participant waits", direction });
    expect(flawsOfDiagram(diagram)).toEqual([]);
    expect(diagram.alt).toBe("A participant waits. A graph; boxes: 4 (init, ready, committed, aborted), arrows: 4.");
    expectRecorded(`graph-${direction}`, diagram);
  });

  it("draws graphs with circles, doubled arrows and no arrows at all", () => {
    const circle = [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
      { from: "a", to: "b", label: "again" },
    ];
    expect(flawsOfDiagram(graph({ edges: circle }, { title: "A circle" }))).toEqual([]);
    expect(flawsOfDiagram(graph({ edges: [] }, { title: "Nothing" }))).toEqual([]);
    expect(
      flawsOfDiagram(graph({ nodes: [{ id: "__proto__" }, { id: "constructor" }], edges: [] }, { title: "Names" })),
    ).toEqual([]);
  });

  it("refuses a box twice, and more boxes than a page holds", () => {
    expect(() => graph({ nodes: [{ id: "a" }, { id: "a" }], edges: [] }, { title: "x" })).toThrow(
      'nodes must have different ids, got "a" twice',
    );
    expect(() =>
      graph({ nodes: Array.from({ length: 201 }, (_, i) => ({ id: String(i) })), edges: [] }, { title: "x" }),
    ).toThrow("a graph must have at most 200 nodes, got 201");
  });
});

describe("a diagram's flaws", () => {
  const good = sequence(round(), { title: "Six" });
  it.each<[string, (svg: string) => string, RegExp]>([
    ["broken XML", (svg) => svg.replace("</svg>", ""), /^no XML/],
    ["a coordinate that is none", (svg) => svg.replace(/x1="[^"]*"/, 'x1="NaN"'), /says NaN/],
    ["a text twice", (svg) => svg.replace(/(<text .*<\/text>)/, "$1$1"), /covers/],
    ["a text off the paper", (svg) => svg.replace(/(<text [^>]*?)x="[^"]*"/, '$1x="-50"'), /leaves the paper/],
    ["no title", (svg) => svg.replace(/<title>.*<\/title>/, ""), /has no title/],
  ])("are found: %s", (_, spoil, flaw) => {
    expect(flawsOfDiagram(new Diagram({ ...good, svg: spoil(good.svg) })).join()).toMatch(flaw);
  });
});

describe("colours", () => {
  const contrast = (a: string, b: string): number => {
    const light = (colour: string): number => {
      const [r, g, blue] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
    };
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };

  it.each(Object.entries(paints).filter(([name]) => !["paper", "rule", "shade", "cut"].includes(name)))(
    "of text have a contrast of 4.5 in both themes: %s",
    (_, { light, dark }) => {
      for (const ground of ["paper", "shade", "cut"]) {
        expect(contrast(light, paints[ground]!.light)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(dark, paints[ground]!.dark)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it.each(palette)("of charts have a contrast of 3 on white and on black paper: %s", (colour) => {
    expect(contrast(colour, "#ffffff")).toBeGreaterThanOrEqual(3);
    expect(contrast(colour, "#111111")).toBeGreaterThanOrEqual(3);
  });

  it("are known to the contrast that is asked for", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6);
    expect(contrast("#e69f00", "#ffffff")).toBeLessThan(3);
  });
});
