import { describe, expect, it } from "vitest";
import { accrual, asker, classOf, fixed, growing, leaderOf, suspicionsIn, swim, watcher, type Member, type Patience, type Watcher } from "../../lib/detectors.js";
import { ids, type AnyRole, type NodeId } from "../../lib/core.js";
import { messageTotal } from "../../lib/measure.js";
import { simulate } from "../../lib/sim.js";

const names = (n: number) => ids(...Array.from({ length: n }, (_, i) => `n${i + 1}`));
const each = <R extends AnyRole>(of: readonly NodeId[], role: R): Record<string, R> => Object.fromEntries(of.map((name) => [name, role]));
const three = names(3);

function watched(patience: Patience, { seed = 1, latency = [5, 15] as readonly [number, number], loss = 0, until = 5_000, crash = 2_000 } = {}) {
  const run = simulate({
    seed, nodes: each(three, watcher({ nodes: three, patience })), network: { latency, loss }, changes: true, until,
    faults: crash > 0 ? [{ at: crash, kind: "crash", node: "n1" }] : [],
  });
  return { run, suspicions: suspicionsIn(run.trace), is: classOf(suspicionsIn(run.trace), { nodes: three, crashedAt: crash > 0 ? { n1: crash } : {} }) };
}

describe("heartbeats", () => {
  it("are a perfect detector where delays have a bound that is known", () => {
    const { is, suspicions } = watched(fixed({ ms: 120 }));
    expect(is).toMatchObject({ name: "P", strongCompleteness: true, strongAccuracy: true });
    expect(suspicions.map(({ by, of, to }) => `${by} ${of} ${to}`).sort()).toEqual(["n2 n1 null", "n3 n1 null"]);
    for (const { from } of suspicions) expect(from - 2_000).toBeLessThan(135);
  });

  it("make mistakes without end where the time-out is too short, and finitely many where it grows", () => {
    const latency = [5, 150] as const;
    const short = watched(fixed({ ms: 100 }), { latency, until: 60_000 }).suspicions;
    expect(short.filter(({ from }) => from > 50_000).length).toBeGreaterThan(20);
    const { suspicions, is } = watched(growing({ ms: 100, step: 25 }), { latency, until: 60_000 });
    // A gap is at most 100 + 145 ms, and six mistakes make the time-out that long.
    for (const [by, of] of [["n2", "n3"], ["n3", "n2"]]) {
      const mistakes = suspicions.filter((one) => one.by === by && one.of === of).length;
      expect(mistakes).toBeGreaterThan(0);
      expect(mistakes).toBeLessThanOrEqual(6);
    }
    expect(["◇P", "S"]).toContain(is.name);
  });

  it("make everybody agree on one leader that is up, once they make no mistakes", () => {
    const { run } = watched(accrual({ threshold: 8 }), { until: 10_000 });
    const leaders = ["n2", "n3"].map((name) => (run.simulation.state(name) as Watcher).leader);
    expect(leaders).toEqual(["n2", "n2"]);
    expect(leaderOf(three, new Set(three))).toBe("n1");
  });

  it("trust a node again that has restarted, and learn it anew", () => {
    const run = simulate({
      nodes: each(three, watcher({ nodes: three, patience: accrual({ threshold: 8, first: 300 }) })), network: { latency: [5, 15] }, changes: true, until: 8_000,
      faults: [{ at: 2_000, kind: "crash", node: "n1" }, { at: 4_000, kind: "restart", node: "n1" }],
    });
    const ends = suspicionsIn(run.trace).filter(({ of, by }) => of === "n1" && by === "n2").map(({ to }) => to);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBeGreaterThan(4_000);
  });
});

describe("questions and answers", () => {
  it("find a crash, and cost two messages for each pair and period", () => {
    const run = simulate({
      nodes: each(three, asker({ nodes: three })), network: { latency: [5, 15] }, changes: true, until: 4_050, faults: [{ at: 2_000, kind: "crash", node: "n3" }],
    });
    const suspicions = suspicionsIn(run.trace);
    expect(suspicions.filter(({ to }) => to === null).map(({ by, of }) => `${by} ${of}`).sort()).toEqual(["n1 n3", "n2 n3"]);
    const before = simulate({ nodes: each(three, asker({ nodes: three })), network: { latency: 1 }, until: 1_950 });
    expect(messageTotal(before.trace).sent).toBe(20 * 6 * 2);
    expect(() => asker({ nodes: three, timeout: 500 })).toThrow("timeout must be a finite number from 0 to 100, got 500");
  });
});

describe("SWIM", () => {
  const group = (n: number, options: Partial<Parameters<typeof swim>[0]> = {}) => each(names(n), swim({ members: names(n), ...options }));
  const view = (run: { simulation: { state(name: string): unknown } }, name: string): Member => run.simulation.state(name) as Member;

  it("declares nobody dead while all are up, also with a loss of 5 %", () => {
    for (let seed = 0; seed < 5; seed++) {
      const run = simulate({ seed, nodes: group(12), network: { latency: [5, 50], loss: 0.05 }, until: 60_000 });
      for (const name of names(12)) expect([...view(run, name).known.values()].filter(({ status }) => status === "dead")).toEqual([]);
    }
  });

  it("tells everybody of a death, soon after the suspicion had its time", () => {
    const run = simulate({ seed: 2, nodes: group(20), network: { latency: [5, 50] }, until: 30_000, faults: [{ at: 5_000, kind: "crash", node: "n7" }] });
    for (const name of names(20)) if (name !== "n7") expect(view(run, name).known.get("n7" as NodeId)?.status).toBe("dead");
  });

  it("costs each member the same, however large the group", () => {
    const cost = (n: number): number => messageTotal(simulate({ nodes: group(n), network: { latency: 10 }, until: 19_999 }).trace).sent / n / 20;
    expect(cost(8)).toBeCloseTo(2, 6);
    expect(cost(64)).toBeCloseTo(2, 6);
  });

  it("asks through helpers where only a link is cut, and without helpers suspects wrongly", () => {
    const cut = (helpers: number) => {
      const run = simulate({
        seed: 4, nodes: group(6, { helpers }), changes: true, until: 40_000,
        network: { latency: [5, 20], links: { "n1>n2": { loss: 1 }, "n2>n1": { loss: 1 } } },
      });
      return suspicionsIn(run.trace).length;
    };
    expect(cut(3)).toBe(0);
    expect(cut(0)).toBeGreaterThan(0);
  });

  it("lets a member deny that it is dead, with a new incarnation", () => {
    const run = simulate({
      seed: 1, nodes: group(6, { helpers: 0 }), network: { latency: [5, 20], loss: 0.3 }, changes: true, until: 60_000,
    });
    expect(suspicionsIn(run.trace).filter(({ to }) => to !== null).length).toBeGreaterThan(0);
    expect(names(6).some((name) => view(run, name).incarnation > 0)).toBe(true);
  });
});
