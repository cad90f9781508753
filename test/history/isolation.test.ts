import { describe, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import {
  classicalHistories, forbidden, isolation, patternsIn, readTransactions, serializable, transactionText,
  type Phenomenon, type PortableLevel, type TransactionRecord,
} from "../../lib/history.js";

const strongest = (text: string): string => isolation(text).strongest.join(" and ");
const patterns = (text: string): string => patternsIn(text).map(({ pattern }) => pattern).join(" ");

describe("the histories of Berenson and others (1995)", () => {
  const expected: Readonly<Record<string, readonly [patterns: string, phenomena: string, strongest: string]>> = {
    H1: ["P1", "OTV, G-single, G-SIa, G-SIb, G2-item, G2", "PL-CS"],
    H2: ["P2 A5A", "G-single, G-SIa, G-SIb, G2-item, G2", "MAV and PL-CS"],
    H3: ["P3", "G-single, G-SIa, G-SIb, G2", "PL-2.99"],
    H4: ["P2 P4", "lost update, G-single, G-SIa, G-SIb, G2-item, G2", "MAV"],
    H5: ["P2 A5B", "G2-item, G2", "PL-SI"],
    "H1.SI": ["P1", "", "PL-SI and PL-3"],
  };

  it.each(classicalHistories.map((each) => [each.name, each.text] as const))("are judged as their sections say: %s", (name, text) => {
    const verdict = isolation(text);
    expect([patterns(text), verdict.phenomena.join(", "), verdict.strongest.join(" and ")]).toEqual(expected[name]);
  });

  it("show none of the strict phenomena A1 to A3, which is the paper's case against them", () => {
    for (const { text } of classicalHistories) expect(patterns(text)).not.toMatch(/A[123]/);
  });
});

describe("each phenomenon", () => {
  const shown: readonly (readonly [Phenomenon, string, RegExp])[] = [
    ["G0", "w1[x] w2[x] w2[y] c2 w1[y] c1", /^T1 overwrote T2's y, and T2 overwrote T1's x$/],
    ["G1a", "w1[x=1] r2[x=1] a1 c2", /^T2 read the x that T1 wrote and rolled back$/],
    ["G1b", "w1[x=1] r2[x=1] w1[x=2] c1 c2", /^T2 read the x of T1 that T1 itself replaced/],
    ["G1c", "w1[x=1] r2[x=1] w2[y=1] r1[y=1] c1 c2", /^T2 read T1's x, and T1 read T2's y$/],
    ["OTV", "w1[x1] w1[y1] c1 r3[x1] r3[y0] c3", /^T3 had seen something of T1, and then read a y that T1 had replaced$/],
    ["lost update", "r1[x0] r2[x0] w2[x2] c2 w1[x1] c1", /^T1 overwrote the x that T2 had written since T1 read it$/],
    ["PMP", "r1[P] w2[insert y to P] c2 r1[P] c1", /^T1 looked twice for the rows of P/],
    ["G-single", "r1[x0] w2[x2] w2[y2] c2 r1[y2] c1", /^T1 read T2's y, and T2 overwrote the x that T1 had read$/],
    ["G-SIa", "b1 b2 r1[x0] w1[x1] c1 r2[x1] c2", /^T2 read T1's x, and T1 was not over when T2 began$/],
    ["G-SIb", "w1[x1] c1 r2[x0] c2", /^T1 was over before T2 began, and T1 overwrote the x that T2 had read$/],
    ["G2-item", "r1[x0] r1[y0] r2[x0] r2[y0] w1[x1] w2[y2] c1 c2", /^T2 overwrote the y that T1 had read, and T1 overwrote the x that T2 had read$/],
    ["G2", "r1[P] r2[P] w1[insert x to P] w2[insert y to P] c1 c2", /^T2 changed which rows of P there are after T1 had looked/],
  ];

  it.each(shown)("is found: %s", (phenomenon, text, reason) => {
    const finding = isolation(text).findings.find((each) => each.phenomenon === phenomenon);
    expect(finding?.reason).toMatch(reason);
    const { cycle } = finding!;
    cycle.forEach((edge, i) => phenomenon !== "G-SIa" && expect(edge.to).toBe(cycle[(i + 1) % cycle.length]!.from));
  });

  it.each(shown)("is not found where its transactions come one after the other: %s", (_, text) => {
    const events = text.split(/\s+(?=[rwcab]\d)/);
    const serial = [...events].sort((a, b) => Number(/\d/.exec(a)![0]) - Number(/\d/.exec(b)![0]));
    // Reads then find what is there, so versions and values are left out.
    const plain = serial.map((event) => event.replace(/\[([a-z])\d?(=\d+)?\]/, "[$1]")).join(" ");
    expect(isolation(plain).phenomena).toEqual([]);
  });

  it("counts among those that a level forbids only where the level says so", () => {
    const { levels } = isolation("r1[x0] r1[y0] r2[x0] r2[y0] w1[x1] w2[y2] c1 c2");
    expect(levels).toEqual({ "PL-1": true, "PL-2": true, MAV: true, "PL-CS": true, "PL-2+": true, "PL-SI": true, "PL-2.99": false, "PL-3": false });
    expect(forbidden["PL-3"]).toContain("G2");
  });
});

describe("predicates", () => {
  it("depend only on writes that change which rows match", () => {
    // z is written, but matches P neither before nor after.
    expect(strongest("r1[P: z0] w2[z2] c2 r1[z2] c1")).toBe("PL-3");
    expect(isolation("r1[P: y0] w2[delete y from P] w2[z2] c2 r1[z2] c1").phenomena).toContain("G-single");
  });

  it("are passed over by a row that leaves and comes back within one transaction", () => {
    expect(isolation("r1[P: y0] w2[insert y to P] w2[delete y from P] c2 r1[P: y0] c1").phenomena).not.toContain("G2");
  });

  it("leave repeatable read alone, which is about rows", () => {
    expect(strongest("r1[P] w2[insert y to P] c2 r1[P] c1")).toBe("PL-2.99");
  });
});

describe("the order of versions", () => {
  it("is that of writes, of commits where reads name versions, or as the end says", () => {
    const edge = (text: string): string => isolation(text).edges.filter(({ kind }) => kind === "ww").map(({ from, to }) => `${from}${to}`).join();
    expect(edge("w1[x] w2[x] c2 c1")).toBe("T1T2");
    expect(edge("r1[x0] w1[x1] r2[x0] w2[x2] c2 c1")).toBe("T2T1");
    expect(edge("r1[x0] w1[x1] r2[x0] w2[x2] c2 c1 [x1 << x2]")).toBe("T1T2");
  });

  it("leaves out who is not over, and who was rolled back", () => {
    expect(isolation("r1[x] w2[x] w1[x] c1").phenomena).toEqual([]);
    expect(isolation("w1[x=1] a1 r2[x] c2").order).toEqual(["T2"]);
  });
});

describe("the notation", () => {
  it("is written as it is read", () => {
    for (const text of ["r1[x0=50] w1[x1=10] r2[x0=50] c2 c1", "w2[y2=1] r1[P: x0, y2] a1 c2"]) expect(transactionText(readTransactions(text))).toBe(text);
    expect(transactionText({ events: [{ kind: "write", transaction: "alice", key: "x" }, { kind: "read", transaction: "bob", key: "x", of: { by: "alice", nth: 1 } }] })).toBe("w1[x1] r2[x1]");
  });

  it.each([
    ["x1[y]", /expected an operation such as r1\[x\].*at "x1\[y\]", character 1/],
    ["r1[x] c1 r1[x]", /T1 is over already/],
    ["w1[x=1] r2[x=2]", /T2 reads 2 in x, where T1 wrote 1/],
    ["r1[x7]", /nobody writes the version x7/],
    ["r1[x0] r2[x]", /the read of x must name its version/],
    ["w1[x2]", /T1 cannot write the version x2/],
    ["w1[x goes P]", /cannot read the write/],
    ["r1[Über]", /cannot read the read/],
    ["c1[x]", /c1 has nothing in brackets/],
    ["w1", /w1 needs a row in brackets/],
    ["c1 [x1 << y2]", /an order of versions looks like/],
    ["", /at least one operation/],
  ])("says where it makes no sense: %s", (text, problem) => {
    expect(() => readTransactions(text)).toThrow(problem);
  });

  it("refuses what is no history at all", () => {
    expect(() => readTransactions(3 as never)).toThrow(/a history must be a text/);
    expect(() => isolation(null as never)).toThrow(/history must have a list of events/);
    expect(() => isolation({ order: "commits", events: [{ kind: "read", transaction: "T1", key: "x", of: { by: "T2", nth: 1 } }, { kind: "commit", transaction: "T1" }] })).toThrow(/T1 reads write 1 of T2 to "x", which has made 0 there/);
  });
});

describe("random histories", () => {
  /** Some transactions, in random order, each row in one place. */
  function draw(seed: number): string {
    const chance = stream(seed, "histories");
    const events: string[] = [];
    const open = [1, 2, 3, 4].map((number) => ({ number, left: 1 + chance.below(4) }));
    const wrote = new Set<string>();
    while (open.length > 0) {
      const i = chance.below(open.length);
      const { number, left } = open[i]!;
      const key = chance.pick(["x", "y", "z"]);
      if (left === 0) {
        events.push(`${chance.chance(0.2) ? "a" : "c"}${number}`);
        open.splice(i, 1);
        continue;
      }
      open[i]!.left -= 1;
      const isWrite = chance.chance(0.5) && !wrote.has(`${number}${key}`);
      if (isWrite) wrote.add(`${number}${key}`);
      events.push(`${isWrite ? "w" : "r"}${number}[${key}]`);
    }
    return events.join(" ");
  }

  /** The same history in the words of the other judge, and its verdict. */
  function other(text: string): ReturnType<typeof serializable> {
    const { events } = readTransactions(text);
    const names = [...new Set(events.map(({ transaction }) => transaction))];
    const records = names.map((transaction): TransactionRecord => ({
      transaction,
      outcome: events.some((event) => event.kind === "commit" && event.transaction === transaction) ? "committed" : "aborted",
      steps: events.flatMap((event): TransactionRecord["steps"] => {
        if (event.transaction !== transaction) return [];
        if (event.kind === "read") return [{ kind: "read", key: event.key, version: event.of?.by ?? null }];
        return event.kind === "write" ? [{ kind: "write", key: event.key, version: transaction }] : [];
      }),
    }));
    const versions: Record<string, string[]> = {};
    for (const event of events) if (event.kind === "write") (versions[event.key] ??= []).push(event.transaction);
    return serializable(records, { versions });
  }

  it("are judged as the judge of serializability judges them", () => {
    let serial = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const text = draw(seed);
      const mine = isolation(text);
      const theirs = other(text);
      expect([text, mine.levels["PL-3"]]).toEqual([text, theirs.kind === "holds"]);
      if (theirs.kind === "violated") for (const { anomaly } of theirs.findings) if (!["internal", "garbage read"].includes(anomaly)) expect([text, mine.phenomena]).toEqual([text, expect.arrayContaining([anomaly])]);
      if (mine.levels["PL-3"]) serial += 1;
    }
    expect(serial).toBeGreaterThan(120);
    expect(serial).toBeLessThan(480);
  });

  it("have every level that a level implies", () => {
    const implied: readonly (readonly [PortableLevel, PortableLevel])[] = [
      ["PL-2", "PL-1"], ["MAV", "PL-2"], ["PL-CS", "PL-2"], ["PL-2+", "MAV"], ["PL-2+", "PL-CS"], ["PL-SI", "PL-2+"], ["PL-2.99", "PL-CS"], ["PL-2.99", "MAV"], ["PL-3", "PL-2+"], ["PL-3", "PL-2.99"],
    ];
    for (let seed = 1; seed <= 600; seed++) {
      const text = draw(seed);
      const { levels } = isolation(text);
      for (const [higher, lower] of implied) if (levels[higher]) expect([text, higher, lower, levels[lower]]).toEqual([text, higher, lower, true]);
    }
  });
});
