import fc from "fast-check";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  keyValueMap,
  linearizable,
  register,
  sequentiallyConsistent,
  type HistoryOperation,
} from "../../lib/history.js";
import { intervals } from "../../lib/plot/intervals.js";
import type { Diagram } from "../../lib/plot/diagram.js";
import { histories, row } from "../history/histories.js";
import { objects } from "../history/objects.js";
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

const put = (key: string, value: unknown) => ({ kind: "put", key, value });
const get = (key: string) => ({ kind: "get", key });
const stale = [
  row("a", put("x", 1), null, 0, 2),
  row("b", put("y", 1), null, 0, 3),
  row("d", put("x", 4), null, 1),
  row("a", put("x", 2), null, 3, 9),
  row("b", get("x"), 7, 4, 6),
  row("c", get("x"), 1, 5, 6.5),
  row("c", get("y"), 1, 7, 8),
];

describe("intervals", () => {
  it("draws what cannot be ordered as it was looked at last", () => {
    const diagram = intervals(stale, { verdict: linearizable(stale, keyValueMap()) });
    expect(flawsOfDiagram(diagram)).toEqual([]);
    expect(diagram.title).toBe("No order explains b's get(x) → 7 (4–6 ms)");
    expect(diagram.alt).toBe(
      "No order explains b's get(x) → 7 (4–6 ms). The operations of 4 clients from 0 to 9 ms: 5 bars, 1 of them without an answer; " +
        "2 are numbered in the order that explains them, each with its instant; b's get(x) → 7 (4–6 ms) cannot be ordered.",
    );
    expect(diagram.text).toContain("\n  ✕ b's get(x) → 7 (4–6 ms)");
    expect(diagram.text).toContain("\n 1. a's put(x, 1) (0–2 ms)");
    expect(diagram.notes).toEqual([
      "Drawn from 0 to 9 ms, 5 of 7 operations; later operations and those on other keys play no part",
    ]);
    expectRecorded("history-violated", diagram);
  });

  it("draws an order with its instants as it was looked at last", () => {
    const history = [
      row("a", { kind: "write", value: 1 }, null, 0, 6),
      row("b", { kind: "read" }, 0, 1, 3),
      row("c", { kind: "read" }, 1, 2, 8),
      row("b", { kind: "read" }, 1, 4, 9),
      row("a", { kind: "write", value: 2 }, null, 7),
      row("c", { kind: "read" }, 2, 9, 12),
    ];
    const diagram = intervals(history, { verdict: linearizable(history, register({ initial: 0 })) });
    expect(flawsOfDiagram(diagram)).toEqual([]);
    expect(diagram.title).toBe("One order explains the answers of 6 operations");
    // Instants follow each other from left to right.
    const xs = [...diagram.svg.matchAll(/<circle[^>]* cx="([\d.]+)"/g)].map(([, x]) => Number(x)).slice(0, 6);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expectRecorded("history-holds", diagram);
  });

  it("numbers an order that does not keep real time, without instants", () => {
    const history = [row("a", { kind: "write", value: 1 }, null, 0, 1), row("b", { kind: "read" }, 0, 2, 3)];
    const diagram = intervals(history, { verdict: sequentiallyConsistent(history, register({ initial: 0 })) });
    expect(diagram.svg).not.toContain("<circle");
    expect(diagram.text.split("\n").slice(3)).toEqual([" 1. b's read() → 0 (2–3 ms)", " 2. a's write(1) (0–1 ms)"]);
  });

  it("draws a long history in part: its beginning, or what surrounds the operation that cannot be ordered", () => {
    const long = [...Array(3000).keys()].map((i) =>
      row(
        `c${i % 7}`,
        i % 3 === 0 ? { kind: "write", value: i } : { kind: "read" },
        i % 3 === 0 ? null : i - (i % 3),
        2 * i,
        2 * i + 1,
      ),
    );
    const beginning = intervals(long, { title: "Seven clients take turns" });
    expect(flawsOfDiagram(beginning)).toEqual([]);
    expect(beginning.notes).toEqual(["Drawn from 0 to 80 ms, 40 of 3,000 operations"]);
    const wrong = long.map((one, i) => (i === 2000 ? { ...one, result: -1 } : one));
    const around = intervals(wrong, { verdict: linearizable(wrong, register()) });
    expect(flawsOfDiagram(around)).toEqual([]);
    expect(around.text).toContain("✕ c5's read() → -1 (4000–4001 ms)");
    expect(around.notes[0]).toMatch(/^Drawn from 3,9\d\d to 4,001 ms, 20 of 3,000 operations/);
    expect(intervals(long, { title: "A window", from: 100, to: 110 }).text.match(/read|write/g)!.length).toBe(6);
  });

  it("counts steps where the clock of the history does", () => {
    const verdict = linearizable(stale, keyValueMap());
    const { text, svg } = intervals(stale, { verdict, unit: "steps" });
    expect(text).toContain("in steps 0 to 9: ");
    expect(text).toContain("✕ b's get(x) → 7 (steps 4–6)");
    expect(text).toContain("d's put(x, 4) → ? (from step 1)");
    expect(svg).toContain("steps of the schedule");
    expect(text + svg).not.toContain(" ms");
    expect(() => intervals(stale, { verdict, unit: "s" as never })).toThrow('unit must be one of "ms", "steps", got "s"');
  });

  it("has no flaw, whatever the history and the verdict", () => {
    for (const { model, requests, answers } of Object.values(objects)) {
      fc.assert(
        fc.property(histories({ requests, answers, model, size: 12 }), (history) => {
          for (const verdict of [linearizable(history, model), sequentiallyConsistent(history, model)]) {
            expect(flawsOfDiagram(intervals(history, { verdict }))).toEqual([]);
          }
        }),
        { numRuns: 5, seed: 3 },
      );
    }
  });

  it("keeps strange names and values as text", () => {
    const history = [
      row('<b>&"', { kind: "write", value: "</svg><script>" }, null, 0, 1),
      row("客户", { kind: "read" }, "值".repeat(200), 1, 2),
    ];
    expect(flawsOfDiagram(intervals(history, { title: "<i> & co" }))).toEqual([]);
  });

  it("names what it cannot draw", () => {
    const verdict = linearizable(stale, keyValueMap());
    expect(() => intervals(stale, {})).toThrow(
      "title must say something, got nothing, and there is no verdict to tell",
    );
    expect(() => intervals(stale, { title: " " })).toThrow("title must say something");
    expect(() =>
      intervals(
        [...stale].map((one) => ({ ...one })),
        { verdict: verdict as never },
      ),
    ).toThrow("verdict must be on this history, which does not hold a's put(x, 1)");
    expect(() => intervals(stale, { title: "x", limit: 0 })).toThrow(
      "limit must be a whole number from 1 to 300, got 0",
    );
    expect(() => intervals(stale, { title: "x", from: 5, to: 4 })).toThrow("to must be later than from (5), got 4");
    expect(() => intervals(stale, { title: "x", width: 4 } as never)).toThrow('intervals has no option "width"');
    expect(() => intervals([{ client: "a" } as HistoryOperation], { title: "x" })).toThrow("history[0].request");
    expect(intervals([], { title: "Nothing happened" }).text).toContain("0 bars");
  });
});
