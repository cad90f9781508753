import type { CommitProtocol, Outcome, Resource, ScriptedWork } from "../../lib/commit.js";
import { scripted } from "../../lib/commit.js";
import type { AnyRole } from "../../lib/core.js";
import { simulate } from "../../lib/sim.js";
import { only } from "../../lib/trace/event.js";

/** `p1` to `pn`. */
export function participantNames(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `p${i + 1}`);
}

/** The same resource for each. */
export function resources(n: number, resource: Resource = scripted): Record<string, Resource> {
  return Object.fromEntries(participantNames(n).map((name) => [name, resource]));
}

/** Everybody votes yes, except that for an abort the last one votes no. */
export function work(n: number, outcome: Outcome = "commit"): Record<string, ScriptedWork> {
  return Object.fromEntries(participantNames(n).map((name, i) => [name, outcome === "abort" && i === n - 1 ? "no" : "yes"]));
}

/** Every message takes this long, so that the time of a decision counts message delays. */
const DELAY = 10;

/** What one transaction costs in a run without faults. */
export function costOf(protocol: CommitProtocol, n: number, outcome: Outcome) {
  const { nodes, coordinators } = protocol(resources(n));
  return measured(nodes, { node: coordinators[0]!, request: { kind: "commit", transaction: "t1", work: work(n, outcome) } }, participantNames(n), outcome);
}

/** The same, for any cluster and request. */
export function measured(
  nodes: Readonly<Record<string, AnyRole>>,
  asked: { readonly node: string; readonly request: unknown },
  participants: readonly string[],
  outcome: Outcome,
) {
  const run = simulate({ nodes, network: { latency: DELAY }, requests: [{ at: 0, ...asked }] as never, until: 10_000 });
  const decisions = only(run.trace, "decide");
  for (const { outcome: decided } of decisions) if ((decided as { outcome: Outcome }).outcome !== outcome) throw new Error(`decided ${JSON.stringify(decided)}`);
  const missing = participants.filter((name) => !decisions.some(({ node }) => node === name));
  if (missing.length > 0) throw new Error(`${missing.join(", ")} did not decide`);
  const writes = only(run.trace, "write");
  const knowsAt = decisions.filter(({ node }) => participants.includes(node)).map(({ at }) => at);
  return {
    messages: only(run.trace, "send").length,
    delays: Math.max(...knowsAt) / DELAY,
    forced: writes.filter(({ flush }) => flush).length,
    lazy: writes.filter(({ flush }) => !flush).length,
  };
}
