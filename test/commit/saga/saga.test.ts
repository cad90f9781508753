import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import * as broken from "../../../lib/commit/saga/broken.js";
import type { SagaStep } from "../../../lib/commit/saga/messages.js";
import { orchestrator, type Orchestrator, type OrchestratorOptions } from "../../../lib/commit/saga/orchestrator.js";
import { sagaParticipant, type SagaParticipant } from "../../../lib/commit/saga/participant.js";
import { sagaGuarantee } from "../../../lib/commit/saga/properties.js";
import { sagasOf, sagaVersions } from "../../../lib/commit/saga/records.js";
import { atomicity, irrevocability } from "../../../lib/commit/properties.js";
import { ids, type World } from "../../../lib/core.js";
import { serializable } from "../../../lib/history.js";
import { messageTotal } from "../../../lib/measure.js";
import { type ScriptedFault, simulate } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { search } from "../../consensus/paxos/swarm.js";
import { inTrouble } from "./swarm.js";

const [p1, p2, p3] = ids("p1", "p2", "p3");
const step = (node: (typeof p1), amount: number, account = "x"): SagaStep => ({ node: node!, does: { [account]: amount }, undoes: { [account]: -amount } });
const opening = { x: 100 };

/** A cluster of an orchestrator and three participants with 100 in account x. */
function cluster(options: OrchestratorOptions = {}, cast: { orchestrator?: typeof orchestrator; participant?: typeof sagaParticipant } = {}) {
  const participant = (cast.participant ?? sagaParticipant)({ opening });
  return { o: (cast.orchestrator ?? orchestrator)(options), p1: participant, p2: participant, p3: participant };
}

/** Ask for these sagas, t1 and so on, each at its time. */
function run(sagas: readonly (readonly [at: number, ...steps: SagaStep[]])[], { options = {}, faults = [], seed = 1 }: {
  readonly options?: OrchestratorOptions;
  readonly faults?: readonly ScriptedFault[];
  readonly seed?: number;
} = {}) {
  const result = simulate({
    seed, nodes: cluster(options), network: { latency: 10 }, faults, until: 20_000,
    requests: sagas.map(([at, ...steps], i) => ({ at, node: "o", request: { kind: "saga", transaction: `t${i + 1}`, steps } })),
    properties: [atomicity, irrevocability, sagaGuarantee(Object.fromEntries(sagas.map(([, ...steps], i) => [`t${i + 1}`, steps.length])))],
  } as never);
  expect(result.violation).toBeNull();
  const balances = ["p1", "p2", "p3"].map((node) => (result.simulation.state(node as never) as unknown as SagaParticipant).balances.get("x")!.value);
  const answers = only(result.trace, "reply").map(({ result: answer }) => answer);
  return { balances, answers, trace: result.trace };
}

describe("a saga", () => {
  it("does its transactions one after the other, in two messages and two forced writes each", () => {
    const { balances, answers, trace } = run([[0, step(p1, -30), step(p2, -20), step(p3, 50)]]);
    expect([balances, answers]).toEqual([[70, 80, 150], ["commit"]]);
    expect(messageTotal(trace).sent).toBe(6);
    // One for each step at the orchestrator and at the participant, and one for the end.
    expect(only(trace, "write").filter(({ flush }) => flush)).toHaveLength(7);
  });

  it("undoes what it has done, the last first, where a transaction cannot be done", () => {
    const { balances, answers, trace } = run([[0, step(p1, -30), step(p2, 80), step(p3, -110)]]);
    expect([balances, answers]).toEqual([[100, 100, 100], ["abort"]]);
    const performed = only(trace, "deliver").flatMap(({ to, message }) => (message.kind === "perform" ? [`${to} ${(message as unknown as { way: string }).way}`] : []));
    expect(performed).toEqual(["p1 forward", "p2 forward", "p3 forward", "p2 backward", "p1 backward"]);
  });

  it("with forward recovery tries again until it can be done", () => {
    const { balances, answers } = run([[0, step(p1, -30), step(p3, -110)], [700, step(p3, 40)]], { options: { recovery: "forward" } });
    expect([balances, answers]).toEqual([[70, 100, 30], ["commit", "commit"]]);
  });

  it("of nothing commits, and one that is asked for twice is done once", () => {
    expect(run([[0]])).toMatchObject({ answers: ["commit"] });
    const twice = simulate({
      nodes: cluster(), network: { latency: 10 }, until: 2_000,
      requests: [0, 5, 500].map((at) => ({ at, node: "o", request: { kind: "saga", transaction: "t1", steps: [step(p1, -30)] } })),
    } as never);
    expect(only(twice.trace, "reply").map(({ result }) => result)).toEqual(["commit", "commit", "commit"]);
    expect((twice.simulation.state("p1" as never) as unknown as SagaParticipant).balances.get("x")!.value).toBe(70);
  });

  it("goes on after a crash of any node at any moment", () => {
    for (const node of ["o", "p1", "p2", "p3"]) {
      for (let at = 0; at <= 110; at += 5) {
        const faults: readonly ScriptedFault[] = [{ at, kind: "crash", node, forMs: 40 }];
        // A request that comes while the orchestrator is down is lost.
        const through = run([[0, step(p1, -30), step(p2, -20), step(p3, 50)]], { faults });
        if (node !== "o" || at > 0) expect({ node, at, balances: through.balances }).toEqual({ node, at, balances: [70, 80, 150] });
        const back = run([[0, step(p1, -30), step(p2, 80), step(p3, -110)]], { faults });
        expect({ node, at, balances: back.balances }).toEqual({ node, at, balances: [100, 100, 100] });
      }
    }
  });
});

describe("what sagas give up", () => {
  const judged = (trace: ReturnType<typeof run>["trace"]) => serializable(sagasOf(trace), { versions: sagaVersions(trace) });

  it("is isolation: a look at all accounts between two steps sees money that is nowhere", () => {
    const look = (node: typeof p1): SagaStep => step(node, 0);
    const { trace } = run([[0, step(p1, -30), step(p2, 30)], [5, look(p2), look(p1)]]);
    const verdict = judged(trace);
    expect(verdict).toMatchObject({ kind: "violated", level: "PL-2" });
    expect(verdict.reason).toBe("Not serializable (G-single): t2 read t1's p1 x, and t1 overwrote the p2 x that t2 had read.");
  });

  it("is isolation: who builds on a step that is undone later has read what was rolled back", () => {
    const { balances, trace, answers } = run([[0, step(p1, 50), step(p2, 10), step(p3, -110)], [25, step(p1, -140)]]);
    // t2 takes money that t1 had put there; then t1 is undone all the same.
    expect([answers, balances]).toEqual([["commit", "abort"], [-40, 100, 100]]);
    const verdict = judged(trace);
    expect(verdict).toMatchObject({ kind: "violated", level: "PL-1", reason: "Not serializable (G1a): t2 reads t1 step 1 in p1 x, which t1 wrote and rolled back." });
  });

  it("is isolation: two that cross overwrite each other in a circle", () => {
    const { trace } = run([[0, step(p1, -1), step(p2, 1)], [5, step(p2, -1), step(p1, 1)]]);
    expect(judged(trace)).toMatchObject({ kind: "violated", level: "none", findings: expect.arrayContaining([expect.objectContaining({ anomaly: "G0" })]) });
  });

  it("is nothing, where they come one after the other", () => {
    const { trace } = run([[0, step(p1, -1), step(p2, 1)], [500, step(p2, -1), step(p1, 1)], [1_000, step(p1, 10), step(p3, -200)]]);
    expect(judged(trace).kind).toBe("holds");
  });
});

describe("every world of a saga", () => {
  const through = [step(p1, -30), step(p2, 30)];
  const back = [step(p1, -30), step(p2, 30), step(p3, -110)];

  function worlds(steps: readonly SagaStep[], bounds: object, cast: Parameters<typeof cluster>[1] = {}) {
    return explore({
      nodes: cluster({}, cast),
      requests: [{ node: "o", request: { kind: "saga", transaction: "t1", steps } }],
      properties: [atomicity, irrevocability, sagaGuarantee({ t1: steps.length })],
      ...bounds,
    } as never);
  }
  const moneyIsThere = {
    "no money is gone": ({ nodes }: World) => {
      const isUnderway = nodes.some(({ state }) => [...((state as Orchestrator | null)?.log?.values() ?? [])].some(({ kind }) => kind === "forward" || kind === "backward"));
      return !isUnderway && nodes.reduce((sum, { state }) => sum + ((state as SagaParticipant | null)?.balances?.get("x")?.value ?? 0), 0) === 300;
    },
  };

  it("is all or undone, with messages doubled and with crashes of any node", () => {
    const counts = [
      worlds(through, { duplicates: 1, eventually: moneyIsThere }),
      worlds(back, { duplicates: 1, eventually: moneyIsThere }),
      worlds(through, { crashes: 1 }),
      worlds(back, { crashes: 1 }),
      worlds(back, { timers: 1, crashes: { o: 1 } }),
    ].map(({ kind, worlds: count }) => `${kind} ${count}`);
    expect(counts).toEqual(["holds 21", "holds 81", "holds 64", "holds 166", "holds 725"]);
  });

  it.each([
    ["undoes the first step first", back, {}, { orchestrator: broken.forwardUndoer }, 8, "t1: step 1 was undone before step 2"],
    ["leaves what was done where a step cannot be done", back, {}, { orchestrator: broken.quittingOrchestrator }, 7, "o says abort of t1, of which 2 of 3 steps are done"],
  ] as const)("shows an orchestrator that %s", (_, steps, bounds, cast, length, problem) => {
    const verdict = worlds(steps, bounds, cast);
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect({ steps: verdict.schedule.length, problem: verdict.problem }).toEqual({ steps: length, problem });
  });

  it.each([
    ["does again what it is asked again", through, { duplicates: 1 }, { participant: broken.repeatingParticipant }],
    ["has forgotten its sagas after a crash", through, { crashes: { o: 1 } }, { orchestrator: broken.forgetfulOrchestrator }],
  ] as const)("shows a role that %s: in the end the money is not what it was", (_, steps, bounds, cast) => {
    const verdict = worlds(steps, { ...bounds, eventually: moneyIsThere }, cast);
    expect(verdict.kind).toBe("violated");
    expect(worlds(steps, { ...bounds, eventually: moneyIsThere }).kind).toBe("holds");
  });
});

describe("many sagas in trouble", () => {
  it("end, and no money is gone", () => {
    search(20, inTrouble);
  });
});

describe("options", () => {
  it("are checked", () => {
    expect(() => orchestrator({ recovery: "sideways" as never })).toThrow('recovery must be one of "backward", "forward", got "sideways"');
    expect(() => orchestrator({ resendAfter: -1 })).toThrow("resendAfter must be a finite number of at least 0, got -1");
    expect(() => sagaParticipant({ accounts: {} } as never)).toThrow('sagaParticipant has no option "accounts"');
  });
});
