import { describe, expect, it } from "vitest";
import { stream } from "../../../lib/core/random.js";
import type { PortableLevel } from "../../../lib/history.js";
import { anomalies, interleave, interleavings, levels, schemes, tryAnomaly, type Level, type ScriptOptions } from "../../../lib/isolation.js";
import { randomScript } from "./random-scripts.js";

/** In how many orders of the statements each anomaly occurs, at each level in the order of `levels`. */
const occurs: Readonly<Record<string, readonly string[]>> = {
  "dirty write": ["0/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20"],
  "dirty read, aborted": ["2/6", "0/6", "0/6", "0/6", "0/6", "0/6", "0/6", "0/6"],
  "dirty read, intermediate": ["3/10", "0/10", "0/10", "0/10", "0/10", "0/10", "0/10", "0/10"],
  "dirty read, circular": ["12/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20"],
  "vanishing transaction": ["3/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20"],
  "fuzzy read": ["3/10", "2/10", "0/10", "0/10", "0/10", "0/10", "0/10", "0/10"],
  "phantom, seen twice": ["3/10", "2/10", "3/10", "0/10", "0/10", "0/10", "0/10", "0/10"],
  "lost update": ["12/20", "18/20", "0/20", "0/20", "0/20", "0/20", "0/20", "0/20"],
  "read skew": ["12/56", "5/56", "0/56", "0/56", "0/56", "0/56", "0/56", "0/56"],
  "write skew": ["48/70", "64/70", "0/70", "68/70", "68/70", "0/70", "0/70", "0/70"],
  "phantom, written": ["12/20", "18/20", "12/20", "18/20", "18/20", "0/20", "0/20", "0/20"],
  "read-only anomaly": ["1/1", "1/1", "0/1", "1/1", "1/1", "0/1", "0/1", "0/1"],
};

describe("the anomalies", () => {
  it.each(anomalies.map((each) => [each.name, each] as const))("occur where the level allows them, and nowhere else: %s", (name, each) => {
    const counts = levels.map((level) => tryAnomaly(each, level)).map(({ occurred, orders }) => `${occurred}/${orders}`);
    expect(counts).toEqual(occurs[name]);
  });

  it("occur in the order in which they are told, wherever they can", () => {
    for (const each of anomalies) {
      for (const level of levels) {
        const { occurred, script, example } = tryAnomaly(each, level);
        if (occurred === 0) expect(example).toBeNull();
        else expect([each.name, level, script.verdict.phenomena]).toEqual([each.name, level, expect.arrayContaining([each.phenomenon])]);
      }
    }
  });

  it("agree with table 4 of Berenson and others (1995)", () => {
    // P0, P1, P4, P2, P3, A5A, A5B; S where some of its cases can be and others cannot.
    const table: Partial<Record<Level, string>> = { "read uncommitted": "NPPPPPP", "read committed": "NNPPPPP", "repeatable read": "NNNNPNN", snapshot: "NNNNSNP", "two-phase locking": "NNNNNNN" };
    for (const [level, row] of Object.entries(table)) {
      const cell = (name: string): string => {
        const can = anomalies.filter(({ berenson }) => berenson === name).map((each) => tryAnomaly(each, level as Level).occurred > 0);
        return can.every(Boolean) ? "P" : can.some(Boolean) ? "S" : "N";
      };
      expect([level, ["P0", "P1", "P4", "P2", "P3", "A5A", "A5B"].map(cell).join("")]).toEqual([level, row]);
    }
  });
});

describe("a script", () => {
  const bank: Omit<ScriptOptions, "level"> = { rows: { x: 10, y: 20 } };
  const results = (script: string, options: ScriptOptions): string => interleave(script, options).steps.map(({ result }) => result).join("; ");

  it("shows who waits for whom", () => {
    expect(results("w1[x=11] w2[x=12] c1 c2", { level: "read committed", ...bank })).toBe("done; waits, then done; committed; committed");
    expect(results("w1[x=11] r2[x] c1 c2", { level: "two-phase locking", ...bank })).toBe("done; waits, then 11; committed; committed");
    expect(results("w1[x=11] r2[x] c1 c2", { level: "read committed", ...bank })).toBe("done; 10; committed; committed");
    expect(results("w1[x=11] r2[x] a1 c2", { level: "read uncommitted", ...bank })).toBe("done; 11; aborted: rollback; committed");
  });

  it("lets a transaction see its own writes, at each level", () => {
    for (const level of levels) {
      const { steps } = interleave("w1[x=x+5] r1[x] w1[x=7] r1[x] w1[z=3] r1[Big] w1[x=none] r1[x] c1 r2[x] r2[Big] c2", { level, ...bank, predicates: { Big: { min: 3 } } });
      expect([level, steps.filter(({ statement }) => statement.startsWith("r")).map(({ result }) => result)]).toEqual([level, ["5", "7", "x=7, y=20, z=3", "none", "none", "y=20, z=3"]]);
    }
  });

  it("ends a deadlock by giving up who closes the circle", () => {
    const { steps, outcomes } = interleave("w1[x=1] w2[y=1] w1[y=2] w2[x=2] c1 c2", { level: "read committed", ...bank });
    expect(outcomes).toEqual({ T1: "committed", T2: "deadlock" });
    expect(steps.map(({ result }) => result)).toEqual(["done", "done", "waits, then done", "aborted: deadlock", "committed", "not asked"]);
  });

  it("lets nobody overtake a writer who waits for readers", () => {
    expect(results("r1[x] w2[x=1] r3[x] c1 c2 c3", { level: "two-phase locking", ...bank })).toBe("10; waits, then done; waits, then 1; committed; committed; committed");
  });

  it("lets the first updater win, or the first committer", () => {
    const script = "b1 b2 r1[x] r2[x] w1[x=11] w2[x=12] c2 c1";
    expect(interleave(script, { level: "snapshot", ...bank }).outcomes).toEqual({ T1: "committed", T2: "changed by another" });
    expect(interleave(script, { level: "snapshot, first committer", ...bank }).outcomes).toEqual({ T1: "changed by another", T2: "committed" });
  });

  it("loses no update that is one statement, not even in read committed", () => {
    const { steps, verdict } = interleave("w1[x+=1] w2[x+=1] c1 c2 r3[x] c3", { level: "read committed", ...bank });
    expect(steps.at(-2)!.result).toBe("12");
    expect(verdict.levels["PL-3"]).toBe(true);
  });

  it("makes a predicate lock stand against rows that are not there yet, and not against others", () => {
    const about = { level: "two-phase locking", rows: { a: 1 }, predicates: { P: { min: 5 } } } as const;
    expect(results("r1[P] w2[b=7] c1 c2", about)).toBe("no rows; waits, then done; committed; committed");
    expect(results("r1[P] w2[b=2] c1 c2", about)).toBe("no rows; done; committed; committed");
    expect(results("w2[b=7] r1[P] a2 c1", about)).toBe("done; waits, then no rows; aborted: rollback; committed");
  });

  it("names what it cannot read", () => {
    expect(() => interleave("r1[x", { level: "snapshot" })).toThrow(/cannot read the script at "r1\[x"/);
    expect(() => interleave("w1[x=1+y]", { level: "snapshot" })).toThrow(/cannot read the script/);
    expect(() => interleave("r1[x]", { level: "serialisable" as never })).toThrow(/interleave.level must be one of "read uncommitted".*got "serialisable"/);
    expect(() => interleave("r1[Q]", { level: "snapshot", predicates: { P: {} } })).toThrow(/no predicate Q in this database: P/);
    expect(() => interleave("b1[read only] w1[x=1]", { level: "snapshot" })).toThrow(/T1 has begun as one that reads only, and writes x/);
    expect(() => interleave("r1[x]", { level: "snapshot", predicates: { P: { above: 1 } as never } })).toThrow(/no option "above"/);
  });

  it("can be run in every order", () => {
    expect(interleavings("r1[x] c1", "r2[x] c2")).toHaveLength(6);
    expect(new Set(interleavings("r1[x] w1[x=1] c1", "r2[x] w2[x=1] c2", "b3")).size).toBe(140);
  });
});

describe("serializable snapshots", () => {
  const accounts: Omit<ScriptOptions, "level"> = { rows: { x: 0, y: 0 } };

  it("let a reader be who begins before the last of the three has committed (Ports and Grittner 2012, section 4)", () => {
    const early = "b3[read only] r2[x] r2[y] r1[y] w1[y=20] c1 r3[x] r3[y] c3 w2[x=-11] c2";
    expect(interleave(early, { level: "serializable snapshot", ...accounts }).outcomes).toEqual({ T1: "committed", T2: "committed", T3: "committed" });
    const late = "r2[x] r2[y] r1[y] w1[y=20] c1 b3[read only] r3[x] r3[y] c3 w2[x=-11] c2";
    expect(interleave(late, { level: "serializable snapshot", ...accounts }).outcomes).toEqual({ T1: "committed", T2: "dangerous structure", T3: "committed" });
  });

  it("abort the fewer, the more of the rule they know", () => {
    const aborted = (dangerous: (typeof schemes)[Level]["dangerous"]): number => {
      let count = 0;
      for (const script of interleavings("r1[x] w1[y=1] c1", "r2[y] w2[z=1] c2", "b3[read only] r3[x] r3[z] c3")) {
        const { outcomes, verdict } = interleave(script, { level: { ...schemes["serializable snapshot"], dangerous } });
        expect(verdict.levels["PL-3"]).toBe(true);
        count += Object.values(outcomes).filter((outcome) => outcome === "dangerous structure").length;
      }
      return count;
    };
    const [all, first, readers] = [aborted("any pivot"), aborted("last commits first"), aborted("and readers begin later")];
    expect(all).toBeGreaterThan(first);
    expect(first).toBeGreaterThan(readers);
  });
});

describe("every level", () => {
  const promises: Readonly<Record<Level, readonly PortableLevel[]>> = {
    "read uncommitted": ["PL-1"],
    "read committed": ["PL-2", "MAV"],
    "repeatable read": ["PL-2.99"],
    snapshot: ["PL-SI", "PL-2+"],
    "snapshot, first committer": ["PL-SI", "PL-2+"],
    "two-phase locking": ["PL-3"],
    "serializable snapshot": ["PL-3", "PL-SI"],
    optimistic: ["PL-3"],
  };
  const predicates = { Small: { max: 4 }, Big: { min: 5 } };

  const draw = (seed: number): string => randomScript(stream(seed, "scripts"), { least: 3, writes: ["w#[@=none]", "w#[@+=3]"] });

  it.each(levels)("keeps what it promises, whatever transactions come: %s", (level) => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) {
      const script = draw(seed);
      const { verdict, outcomes } = interleave(script, { level, rows: { x: 1, y: 6 }, predicates });
      for (const promised of promises[level]) expect([script, verdict.levels[promised] ? "" : verdict.summary]).toEqual([script, ""]);
      for (const outcome of Object.values(outcomes)) seen.add(outcome);
      expect([script, Object.values(outcomes)]).toEqual([script, expect.not.arrayContaining(["waiting", "open"])]);
    }
    expect(seen).toContain("committed");
    const { dangerous, writeCheck, validatesReads } = schemes[level];
    expect(seen.has("dangerous structure")).toBe(dangerous !== "none");
    expect(seen.has("changed by another")).toBe(writeCheck !== "none");
    expect(seen.has("read is stale")).toBe(validatesReads);
  });
});
