import { expect } from "vitest";
import { type Accounts, accounts } from "../../lib/commit/resource.js";
import { atomicity, commitNeedsAllVotes, irrevocability, voteIn } from "../../lib/commit/properties.js";
import { protocol as twoPhase } from "../../lib/commit/two-phase/protocol.js";
import { type ScriptedFault, simulate } from "../../lib/sim.js";
import { membersOf, replicated, spokenIn } from "../../lib/transactions/replicated.js";

export const resources = { p1: accounts({ x: 100 }), p2: accounts({ x: 100 }) };
export const transfer = { kind: "commit", transaction: "t1", work: { p1: { x: -30 }, p2: { x: 30 } } };
/** When the client asks: by then the groups have leaders. */
export const START = 1_000;

export const { nodes: single } = twoPhase({ form: "presumed-abort" })(resources);
export const groups = replicated(single, ["c", "p1", "p2"]);

/** A transfer asked of the coordinator's group, whoever leads it. */
export function run(faults: readonly ScriptedFault[], until: number = 6_000, seed: number = 1) {
  return simulate({
    seed, nodes: groups, network: { latency: 10 }, faults, until,
    clients: { client: { operations: [transfer], to: membersOf("c"), from: START, timeoutMs: 500, retries: 10 } },
    properties: [atomicity, irrevocability, commitNeedsAllVotes((happened) => voteIn(spokenIn(happened)))],
  } as never);
}

/** What the servers of a group that are up know of the participant's accounts. */
export function dataOf({ simulation }: ReturnType<typeof run>, name: string): readonly Accounts[] {
  return membersOf(name).flatMap((id) => {
    const state = simulation.state(id as never) as unknown as { machine: { self: { data: Accounts } } } | null;
    return state ? [state.machine.self.data] : [];
  });
}

/** Every server crashes for good, at moments this far apart: nobody holds a lock in the end. How many answers there were of each sort. */
export function outcomesOfCrashes(apart: number): ReadonlyMap<string, number> {
  const outcomes = new Map<string, number>();
  for (const victim of Object.keys(groups)) {
    for (let at = START; at <= START + 160; at += apart) {
      const result = run([{ at, kind: "crash", node: victim }]);
      expect({ victim, at, violation: result.violation }).toEqual({ victim, at, violation: null });
      const data = [...dataOf(result, "p1"), ...dataOf(result, "p2")];
      expect({ victim, at, locks: data.filter(({ pending }) => pending.size > 0).length }).toEqual({ victim, at, locks: 0 });
      const answer = result.history[0]!.result as string;
      outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
    }
  }
  return outcomes;
}
