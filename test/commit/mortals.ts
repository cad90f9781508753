import { type Ask, explore, type ExploreOptions, type Verdict } from "../../lib/check.js";
import { commitProperties, fourPhase, type Mortal, mortal, type ScriptedWork, threePhase } from "../../lib/commit.js";
import { type AnyRole, ids, type World } from "../../lib/core.js";
import { participantNames } from "./clusters.js";

/*
 * Every world of protocols for a synchronous network: nodes die on request, and a perfect failure detector tells the others.
 */

type Asked = { readonly node: string; readonly request: { readonly kind: string } };

/** The client's wish, with a vote for each participant. */
export function wish(...votes: readonly ScriptedWork[]): Asked {
  const work = Object.fromEntries(participantNames(votes.length).map((name, i) => [name, votes[i]]));
  return { node: "c", request: { kind: "commit", transaction: "t1", work } as Asked["request"] };
}

export function die(node: string, when: "now" | "at the next write" = "now"): Asked {
  return { node, request: { kind: "die", when } as Asked["request"] };
}

export function rise(node: string): Asked {
  return { node, request: { kind: "rise" } };
}

/** It dies and comes back. */
export function blink(node: string, when: "now" | "at the next write" = "now"): readonly Asked[] {
  return [die(node, when), rise(node)];
}

export function threePhaseNodes(n: number): Record<string, AnyRole> {
  const names = ids("c", ...participantNames(n));
  const each = mortal(threePhase.site(), names);
  return Object.fromEntries(names.map((name) => [name, each]));
}

export function fourPhaseNodes(k: number, n: number): Record<string, AnyRole> {
  const backups = ids(...Array.from({ length: k }, (_, i) => `b${i + 1}`));
  const order = [...ids("c"), ...backups];
  const leading = mortal(fourPhase.coordinator({ backups }), order);
  const participant = mortal(fourPhase.participant(), order);
  return { ...Object.fromEntries(order.map((name) => [name, leading])), ...Object.fromEntries(participantNames(n).map((name) => [name, participant])) };
}

/** Whether nobody who lives is in doubt: what AC5 asks for in the end. */
export function nobodyAliveIsInDoubt({ nodes }: World): boolean {
  return nodes.every(({ state }) => {
    const { inner } = state as Mortal;
    const log = (inner as { log?: ReadonlyMap<string, { readonly kind: string }> } | null)?.log;
    return [...(log?.values() ?? [])].every(({ kind }) => kind === "commit" || kind === "abort");
  });
}

/** Every world of the cluster, with AC1, AC2 and AC4; and with AC5 if it is wanted. */
export function everyWorld(nodes: Record<string, AnyRole>, requests: readonly (Asked | readonly Asked[])[], more: Partial<ExploreOptions<any>> = {}): Verdict {
  return explore({ nodes, requests: requests as readonly Ask<any>[], properties: commitProperties(), reduce: true, maxWorlds: 20_000_000, ...more });
}

export const inTheEnd = { eventually: { "AC5: nobody who lives is in doubt": nobodyAliveIsInDoubt } };
