import { describe, expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { paxosCommitSpecification } from "../../../lib/commit/specifications/paxos-commit.js";
import { transactionCommitSpecification } from "../../../lib/commit/specifications/transaction-commit.js";
import { twoPhaseSpecification } from "../../../lib/commit/specifications/two-phase.js";
import { canonical, type Specification } from "../../../lib/core.js";
import { statesOf } from "../../consensus/specifications/naive.js";

/*
 * "TLC reports" are the numbers that the collection "TLA+ Examples" keeps beside each model, and that of six resource
 * managers is in the module TwoPhase itself. States generated are our transitions and the initial state; its depth
 * counts the states of the longest way, ours the steps.
 */

/** The steps of TCommit, as texts, for as many resource managers. */
function allowedSteps(managers: number): ReadonlySet<string> {
  const { steps } = statesOf(transactionCommitSpecification({ managers }));
  return new Set(steps.map(([before, , after]) => `${canonical(before.rmState)} ${canonical(after.rmState)}`));
}

/** The steps of a specification that are not TCommit's: there must be none (the theorem TPSpec => TC!TCSpec, and PaxosCommit's). */
function strangeSteps<State extends { readonly rmState: object }>(specification: Specification<State>, managers: number): readonly string[] {
  const allowed = allowedSteps(managers);
  const { steps } = statesOf(specification);
  return steps.flatMap(([before, action, after]) => {
    const [from, to] = [canonical(before.rmState), canonical(after.rmState)];
    return from === to || allowed.has(`${from} ${to}`) ? [] : [`${action}: ${from} ${to}`];
  });
}

describe("TCommit as a specification", () => {
  it("has the 34 states that TLC reports for three resource managers, of 94 generated, at a depth of 7", () => {
    expect(search(transactionCommitSpecification())).toMatchObject({ kind: "holds", states: 34, transitions: 93, depth: 6 });
  });
});

describe("TwoPhase as a specification", () => {
  it("has the 288 states that TLC reports for three resource managers, of 1,146 generated, at a depth of 11", () => {
    expect(search(twoPhaseSpecification())).toMatchObject({ kind: "holds", states: 288, transitions: 1_145, depth: 10 });
  });

  it("implements TCommit", () => {
    expect(strangeSteps(twoPhaseSpecification(), 3)).toEqual([]);
  });

  it("needs the rule that a manager which is prepared does not abort by itself", () => {
    const sound = twoPhaseSpecification();
    const broken = {
      ...sound.next,
      "RMChooseToAbort(r1)": ({ rmState }: { rmState: Readonly<Record<string, string>> }) =>
        rmState["r1"] === "prepared" ? { rmState: { ...rmState, r1: "aborted" as const } } : null,
    };
    expect(search({ ...sound, next: broken as never })).toMatchObject({ kind: "violated", property: "TCConsistent" });
  });
});

describe("PaxosCommit as a specification", () => {
  it.each([
    { bounds: { ballots: 1 }, states: 545, transitions: 4_108, depth: 11 },
    { bounds: { managers: 1 }, states: 1_461, transitions: 8_843, depth: 14 },
    { bounds: { acceptors: 1 }, states: 1_425, transitions: 9_611, depth: 15 },
  ])("has $states states within $bounds, found in two ways (our count)", ({ bounds, ...counts }) => {
    expect(search(paxosCommitSpecification(bounds))).toMatchObject({ kind: "holds", ...counts });
    const { states, steps } = statesOf(paxosCommitSpecification(bounds));
    expect({ states: states.length, transitions: steps.length }).toEqual({ states: counts.states, transitions: counts.transitions });
  });

  it("implements TCommit", () => {
    expect(strangeSteps(paxosCommitSpecification({ acceptors: 1 }), 2)).toEqual([]);
    expect(strangeSteps(paxosCommitSpecification({ ballots: 1 }), 2)).toEqual([]);
  });

  it("needs the rule that a leader asks for what was voted for already", () => {
    const sound = paxosCommitSpecification({ acceptors: 1 });
    const broken = {
      ...sound.next,
      // A leader that always asks for "aborted", whatever it is told.
      "Phase2a(1, r1)": ({ msgs }: { msgs: ReadonlySet<string> }) =>
        [...msgs].some((m) => m.startsWith("1b r1 1 ")) && ![...msgs].some((m) => m.startsWith("2a r1 1 "))
          ? { msgs: new Set([...msgs, "2a r1 1 aborted"].sort()) }
          : null,
    };
    expect(search({ ...sound, next: broken })).toMatchObject({ kind: "violated", property: "TCConsistent" });
  });
});
