import { searchSeeds, type SeedOptions, swarm } from "../../lib/check.js";
import {
  accounts, type Accounts, commitProperties, fourPhase, type Guarding, locksGoWithDoubt, quorumCommit, type Resource, scripted, threePhase, twoPhase,
} from "../../lib/commit.js";
import { type AnyRole, stream, type Stream } from "../../lib/core.js";
import type { Nodes, Run } from "../../lib/sim.js";
import { only } from "../../lib/trace/event.js";
import { commandFor } from "../support/for-seeds.js";
import { TROUBLE } from "../support/trouble.js";
import { participantNames, resources } from "./clusters.js";

/** When the nemesis ends, in ms. From then on only the network's own losses and doublings are left. */
const CALM = 1_500;

/** By when nobody must be in doubt, in ms. */
const DEADLINE = 15_000;

/** What may go wrong in a network without bounds, half of it in each seed; rates are strikes per second. */
const ANYTHING = { ...TROUBLE, loss: [0.01, 0.25] } as const;

/** What may go wrong in a synchronous network: processes crash. Everything else is faster than their patience. */
const CRASHES = {
  latency: { oneOf: [[1, 10], [0, 5], 10] },
  flush: { oneOf: [2, [0, 4]] },
  crashes: [1, 15],
  writeCrashes: [1, 15],
} as const;

const PATIENCE = 60;

type Cluster = (seed: number) => { readonly nodes: Record<string, AnyRole>; readonly coordinators: readonly string[]; readonly participants: readonly string[] };

/** Two-phase commit in any form, or the one that is asked for, with one or two coordinators, and sometimes a tree. */
export const twoPhaseCluster = (
  { form: asked, ...given }: Partial<Pick<typeof twoPhase, "coordinator" | "participant">> & { readonly form?: twoPhase.Form } = {},
): Cluster => (seed) => {
  const { coordinator, participant } = { ...twoPhase, ...given };
  const shape = stream(seed, "shape");
  const participants = participantNames(1 + shape.below(4));
  const isTree = participants.length > 1 && shape.chance(0.2) && (asked === undefined || asked === "basic" || asked === "presumed-abort");
  const form = asked ?? shape.pick(isTree ? ["basic", "presumed-abort"] as const : twoPhase.forms);
  const cooperative = !isTree && shape.chance(0.4);
  const resource = resourceOf(seed);
  const coordinators = shape.chance(0.3) ? ["c", "d"] : ["c"];
  const nodes: Record<string, AnyRole> = Object.fromEntries(coordinators.map((name) => [name, coordinator({ form, votesWithin: shape.pick([60, 200]) })]));
  for (const name of participants) nodes[name] = participant({ form, cooperative, resource, inquireAfter: [50, 150] });
  if (isTree) nodes["m"] = twoPhase.intermediate({ form: form as "basic", resource, votesWithin: 50 });
  return { nodes, coordinators, participants };
};

export const quorumCluster: Cluster = (seed) => {
  const shape = stream(seed, "shape");
  const n = 1 + shape.below(4);
  const commitQuorum = shape.chance(0.3) ? 1 + shape.below(n) : undefined;
  return { ...quorumCommit.protocol(commitQuorum === undefined ? {} : { commitQuorum })(resources(n, resourceOf(seed))), participants: participantNames(n) };
};

export const threePhaseCluster = (site: typeof threePhase.site = threePhase.site): Cluster => (seed) => {
  const participants = participantNames(1 + stream(seed, "shape").below(4));
  const role = site({ resource: resourceOf(seed), patience: PATIENCE });
  return { nodes: { c: role, ...Object.fromEntries(participants.map((name) => [name, role])) }, coordinators: ["c"], participants };
};

export const fourPhaseCluster: Cluster = (seed) => {
  const shape = stream(seed, "shape");
  const n = 1 + shape.below(3);
  return { ...fourPhase.protocol({ backups: shape.below(4), patience: PATIENCE })(resources(n, resourceOf(seed))), participants: participantNames(n) };
};

function resourceOf(seed: number): Resource<any, any> {
  return isBank(seed) ? accounts({ a: 100, b: 100 }) : scripted;
}

function isBank(seed: number): boolean {
  return stream(seed, "resource").chance(0.5);
}

/** A cluster in trouble: some transactions at random times, with faults of the seed's own. */
export function inTrouble(seed: number, cluster: Cluster, network: "any" | "synchronous"): SeedOptions {
  const { nodes, coordinators, participants } = cluster(seed);
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = swarm(seed, network === "any" ? ANYTHING : CRASHES) as Partial<ReturnType<typeof swarm<typeof ANYTHING>>>;
  const draw = stream(seed, "transactions");
  const requests = Array.from({ length: 1 + draw.below(6) }, (_, i) => ({
    at: draw.within([0, 800]),
    node: draw.pick(coordinators),
    request: { kind: "commit", transaction: `t${i + 1}`, work: workOf(draw, participants, isBank(seed), "m" in nodes) },
  }));
  // The moments that matter are few: in every third transaction its coordinator crashes on the way.
  // Some of what it has just sent never leaves: it crashes in the middle of telling the others.
  const faults = requests.flatMap(({ at, node }) => {
    const crashAt = at + draw.within([5, 60]);
    const forMs = draw.within([2, 600]);
    const others = draw.shuffle(Object.keys(nodes).filter((name) => name !== node));
    const unheard = others.slice(0, draw.below(others.length));
    if (!draw.chance(1 / 3)) return [];
    const cut = { at: Math.max(0, crashAt - 12), kind: "cut", from: [node], to: unheard, forMs: 12, name: `the last words at ${at}` } as const;
    return [...(unheard.length > 0 ? [cut] : []), { at: crashAt, kind: "crash", node, forMs } as const];
  });
  return {
    nodes,
    faults,
    network: { latency, loss, duplication },
    disk: { flush },
    requests,
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [2, 200] } },
    properties: [...commitProperties(), locksGoWithDoubt(resourceOf(seed), [...participants, "m"])],
    freeze: true,
    until: DEADLINE,
  };
}

function workOf(draw: Stream, participants: readonly string[], bank: boolean, tree: boolean): Record<string, unknown> {
  const some = draw.shuffle(participants).slice(0, 1 + draw.below(participants.length));
  const amount = draw.pick([0, 10, 60, 150]);
  const share = (i: number): unknown => {
    if (!bank) return draw.pick(["yes", "yes", "yes", "yes", "yes", "yes", "no", "read-only", "throw"]);
    // Money moves from the first to the second; the others look.
    return { [draw.pick(["a", "b"])]: some.length < 2 ? 0 : i === 0 ? -amount : i === 1 ? amount : 0 };
  };
  const work = Object.fromEntries(some.map((name, i) => [name, share(i)]));
  if (!tree || some.length < 2) return work;
  const [first, ...below] = some as [string, ...string[]];
  return { [first]: work[first], m: { own: bank ? { a: 0 } : "yes", below: Object.fromEntries(below.map((name) => [name, work[name]])) } };
}

/** At the end nobody is in doubt, and no money is lost or made. */
export function isOver(run: Run<Nodes>): string | null {
  const { simulation } = run;
  let sum = 0;
  let banks = 0;
  for (const id of active(run)) {
    const state = simulation.state(id) as (Partial<Guarding> & { log?: Map<string, { kind: string }>; stages?: Map<string, unknown> }) | null;
    if (!state) return `${id} is down`;
    if (!id.startsWith("b")) {
      for (const [transaction, { kind }] of state.log ?? []) {
        if (kind !== "commit" && kind !== "abort" && kind !== "read-only") return `${id} is ${kind} in ${transaction} at the end`;
      }
      if (state.stages && state.stages.size > 0) return `${id} is still busy with ${[...state.stages.keys()].join(", ")}`;
    }
    if (state.data && "balances" in state.data) {
      banks++;
      for (const balance of (state.data as Accounts).balances.values()) sum += balance;
    }
  }
  return sum === 200 * banks ? null : `${banks} banks have ${sum} at the end`;
}

/** Those who have sent anything; the others know nothing. */
function active(run: Run<Nodes>): string[] {
  return [...new Set(only(run.trace, "send").map(({ from }) => from))];
}

/** The same where it may block: once all of the coordinator and its backups have crashed. */
export function isOverUnlessAllHaveFallen(run: Run<Nodes>): string | null {
  const order = active(run).filter((id) => id === "c" || id.startsWith("b"));
  const fallen = new Set<string>(only(run.trace, "crash").map(({ node }) => node));
  return order.every((id) => fallen.has(id)) ? null : isOver(run);
}

/** Search the seeds, or only the one that the environment names. */
export function search(
  seeds: number,
  run: (seed: number) => SeedOptions,
  sometimes: { readonly [name: string]: (run: Run<Nodes>) => boolean },
  atEnd: (run: Run<Nodes>) => string | null = isOver,
): void {
  const alone = process.env["SEED"];
  const verdict = searchSeeds({
    seeds: alone === undefined ? seeds : [Number(alone)],
    run,
    atEnd,
    sometimes: alone === undefined ? sometimes : {},
    command: commandFor,
  });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}

type Case = (run: Run<Nodes>) => boolean;

const sent = (kind: string, fits: (message: any) => boolean = () => true): Case => (run) =>
  only(run.trace, "send").some(({ message }) => message.kind === kind && fits(message));

const decided = (outcome: string): Case => (run) => run.decisions.some((decision) => (decision.outcome as { outcome: string }).outcome === outcome);

/** A node crashes after it has sent such a message, and before it has decided. */
const crashBetween = (kind: string, fits: (message: any) => boolean = () => true): Case => (run) => {
  const open = new Set<string>();
  return run.trace.some((event) => {
    if (event.kind === "send" && event.message.kind === kind && fits(event.message)) open.add(event.from);
    else if (event.kind === "decide") open.delete(event.node);
    else if (event.kind === "crash") return open.has(event.node);
    return false;
  });
};

/** A message of the one kind is sent in the step in which one of the other arrives. */
const answered = (question: string, answer: string): Case => (run) => {
  const steps = new Set(only(run.trace, "deliver").filter(({ message }) => message.kind === question).map(({ step }) => step));
  return only(run.trace, "send").some(({ message, step }) => message.kind === answer && steps.has(step));
};

const bothEnds = { "commits": decided("commit"), "aborts": decided("abort") };

/** Cases that make a search worth something. */
export const inTwoPhase = {
  ...bothEnds,
  "the coordinator crashes between asking and deciding": crashBetween("prepare"),
  "a participant crashes in doubt": crashBetween("vote", ({ vote }) => vote === "yes"),
  "a participant asks and is told": answered("inquiry", "decision"),
  "a participant is told by another": sent("advice"),
  "a participant vetoes": sent("vote", ({ vote }) => vote === "no"),
  "a participant only reads": sent("vote", ({ vote }) => vote === "read-only"),
  "a decision is told again": (run: Run<Nodes>) => {
    const told = only(run.trace, "send").filter(({ message }) => message.kind === "decision").map(({ from, to, message }) => `${from} ${to} ${(message as unknown as { transaction: string }).transaction}`);
    return new Set(told).size < told.length;
  },
};

export const inThreePhase = {
  ...bothEnds,
  "the coordinator crashes between asking and deciding": crashBetween("canCommit"),
  "a participant crashes when it knows that all have voted yes": crashBetween("preAck"),
  "a participant takes over": sent("stateRequest"),
  "the second in the order takes over": sent("stateRequest", ({ attempt }) => attempt > 1),
  "who takes over commits": (run: Run<Nodes>) => {
    const leaders = new Set(only(run.trace, "send").filter(({ message }) => message.kind === "stateRequest").map(({ from }) => from));
    return only(run.trace, "send").some(({ from, message }) => leaders.has(from) && message.kind === "decision" && (message as unknown as { outcome: string }).outcome === "commit");
  },
  "all have crashed, and tell each other": sent("told"),
};

export const inQuorumCommit = {
  ...bothEnds,
  "the coordinator crashes between asking and deciding": crashBetween("canCommit"),
  "somebody polls": sent("stateRequest"),
  "somebody prepares an abort": sent("prepare", ({ towards }) => towards === "abort"),
};

/** What is too rare for a few seeds. */
export const seldom = {
  threePhase: { "who takes over tells others first that all have voted yes": sent("preCommit", ({ attempt }) => attempt > 0) },
  quorumCommit: {
    "a participant prepares the commit": (run: Run<Nodes>) =>
      only(run.trace, "send").some(({ from, message }) => from !== "c" && message.kind === "prepare" && (message as unknown as { towards: string }).towards === "commit"),
  },
};

export const inFourPhase = {
  ...bothEnds,
  "the coordinator crashes between asking and deciding": crashBetween("prepare"),
  "a backup takes over": (run: Run<Nodes>) => only(run.trace, "decide").some(({ node }) => node === "b1"),
  "the second backup takes over": (run: Run<Nodes>) => only(run.trace, "decide").some(({ node }) => node === "b2"),
  "a backup that takes over commits": (run: Run<Nodes>) => only(run.trace, "decide").some(({ node, outcome }) => node.startsWith("b") && (outcome as { outcome: string }).outcome === "commit"),
  "a participant calls for the next": sent("inquiry"),
  "somebody comes back and asks": sent("ask"),
};

