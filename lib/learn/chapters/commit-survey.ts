import { explore, type ExploreOptions } from "../../check.js";
import {
  atomicity, type CommitProtocol, fourPhase, paxosCommit, quorumCommit, scripted, threePhase, twoPhase,
} from "../../commit.js";
import { checkInterrupt } from "../../core.js";
import { type Nodes, type ScriptedFault, simulate } from "../../sim.js";

/** The worst that came of a fault at any moment: all live participants decide the same; some wait for ever; or they differ. */
export type Ending = "decides" | "waits" | "disagrees";

/** What a commit protocol survives: a row of `survives`. */
export interface Survival {
  readonly protocol: string;
  /** The coordinator crashes and never comes back. */
  readonly coordinatorGone: Ending;
  /** It comes back after a second. */
  readonly coordinatorBack: Ending;
  /** The next in line is gone as well: who would take over, or the first participant. */
  readonly twoGone: Ending;
  /** A participant crashes, and comes back after a second. */
  readonly participantBack: Ending;
  /** The network falls into two halves for two seconds. */
  readonly cut: Ending;
  /** Any time-out may come at any time, though nothing has failed: what the explorer finds in all worlds, within bounds. */
  readonly lateMessages: "agrees" | "disagrees" | "not settled";
  /** How many runs the first five columns are made of. */
  readonly runs: number;
  /** How many worlds the explorer has looked at for the sixth. */
  readonly worlds: number;
}

/** A protocol, and who is next in line behind its first coordinator. */
export interface Candidate {
  readonly protocol: CommitProtocol;
  readonly next: string;
  /** How many participants the explorer is given; by default 2. */
  readonly explored?: number;
}

/** The protocols of the course. */
export const candidates: Readonly<Record<string, Candidate>> = {
  "2PC": { protocol: twoPhase.protocol(), next: "p1" },
  "2PC, cooperative": { protocol: twoPhase.protocol({ cooperative: true }), next: "p1" },
  "3PC": { protocol: threePhase.protocol(), next: "p1" },
  "3PC with quorums": { protocol: quorumCommit.protocol(), next: "p1" },
  "4PC, one backup": { protocol: fourPhase.protocol({ backups: 1 }), next: "b1", explored: 1 },
  "Paxos Commit, F = 1": { protocol: paxosCommit.protocol({ faults: 1 }), next: "a2", explored: 1 },
};

const participants = ["p1", "p2", "p3"];

/**
 * What each protocol survives, found out and not looked up: three participants vote yes, and the fault comes at every moment
 * of the run at which anything happens, and at every write. In the last column the explorer tries every order of events.
 *
 *     show(survives());
 *
 * @throws whatever a protocol throws
 */
export function survives(which: Readonly<Record<string, Candidate>> = candidates): Survival[] {
  return Object.entries(which).map(([name, candidate]) => {
    const { protocol, next } = candidate;
    const { nodes, coordinators } = protocol(Object.fromEntries(participants.map((node) => [node, scripted])));
    const coordinator = coordinators[0]!;
    const moments = momentsOf(nodes, coordinator);
    let runs = 0;

    /** The worst of all moments. */
    const worst = (faults: (at: number) => readonly (readonly ScriptedFault[])[], gone: readonly string[]): Ending => {
      let fate: Ending = "decides";
      for (const script of moments.flatMap(faults)) {
        checkInterrupt();
        runs++;
        const found = fateOf(nodes, coordinator, script, gone);
        if (found === "disagrees") return found;
        if (found === "waits") fate = found;
      }
      return fate;
    };
    const crash = (node: string, at: number, forMs?: number): ScriptedFault[][] =>
      (["now", "before-flush", "after-flush"] as const).map((moment) => [
        { at, kind: "crash", node, moment, ...(forMs === undefined ? {} : { forMs }), ...(moment === "now" ? {} : { withinMs: 30 }) },
      ]);
    const halves =
      [coordinator, "p1", ...Object.keys(nodes).filter((node) => /^[ab]/.test(node) && node !== coordinator).slice(1)];
    const rest = Object.keys(nodes).filter((node) => !halves.includes(node));

    const fates = {
      coordinatorGone: worst((at) => crash(coordinator, at), [coordinator]),
      coordinatorBack: worst((at) => crash(coordinator, at, 1_000), []),
      twoGone: worst((at) => crash(coordinator, at).map((first) => [...first, { at: at + 30, kind: "crash", node: next }]), [coordinator, next]),
      participantBack: worst((at) => crash("p2", at, 1_000), []),
      cut: worst((at) => [[{ at, kind: "partition", groups: [halves, rest], forMs: 2_000 }]], []),
    };
    const verdict = lateMessages(candidate);
    const sixth = { holds: "agrees", violated: "disagrees", unfinished: "not settled" } as const;
    return { protocol: name, ...fates, lateMessages: sixth[verdict.kind], runs, worlds: verdict.worlds };
  });
}

/** What everybody asks for: that all three commit. */
const wish =
  { kind: "commit", transaction: "t1", work: Object.fromEntries(participants.map((node) => [node, "yes"])) } as const;

function run(nodes: Nodes, coordinator: string, faults: readonly ScriptedFault[]): ReturnType<typeof simulate<Nodes>> {
  return simulate<Nodes>({
    nodes,
    network: { latency: [8, 12] },
    disk: { flush: 1 },
    requests: [{ at: 0, node: coordinator, request: wish }] as never,
    faults,
    properties: [atomicity],
    until: 10_000,
  });
}

/** Just after everything that happens in a run without faults. */
function momentsOf(nodes: Nodes, coordinator: string): number[] {
  const { trace } = run(nodes, coordinator, []);
  const last = Math.max(...trace.filter(({ kind }) => kind === "decide").map(({ at }) => at));
  return [...new Set(trace.map(({ at }) => at))].filter((at) => at <= last).map((at) => at + 0.001);
}

function fateOf(nodes: Nodes, coordinator: string, faults: readonly ScriptedFault[], gone: readonly string[]): Ending {
  const { violation, simulation } = run(nodes, coordinator, faults);
  if (violation) return "disagrees";
  const waits = participants.some((node) => !gone.includes(node) && isInDoubt(simulation.state(node)));
  return waits ? "waits" : "decides";
}

/** Whether a participant has voted, and does not know the outcome. Who was never asked has nothing to wait for. */
function isInDoubt(state: object | null): boolean {
  const record = (state as { readonly log?: ReadonlyMap<string, { readonly kind: string }> } | null)?.log?.get("t1");
  return record !== undefined && record.kind !== "commit" && record.kind !== "abort";
}

/** Every order of events in which the coordinator, or whoever may take over, loses patience though nothing has failed. */
function lateMessages({ protocol, explored = 2 }: Candidate): ReturnType<typeof explore> {
  const some = participants.slice(0, explored);
  const { nodes, coordinators } = protocol(Object.fromEntries(some.map((node) => [node, scripted])));
  const work = Object.fromEntries(some.map((node) => [node, "yes"]));
  const asked = { node: coordinators[0]!, request: { kind: "commit", transaction: "t1", work } };
  const options: ExploreOptions<any> = {
    nodes, requests: [asked as never], properties: [atomicity], timers: { [coordinators[0]!]: 1, p1: 2 }, reduce: true, maxWorlds: 100_000,
  };
  return explore(options);
}
