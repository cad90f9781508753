import { type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { atomicity, irrevocability } from "../../../lib/commit/properties.js";
import type { SagaStep } from "../../../lib/commit/saga/messages.js";
import { orchestrator } from "../../../lib/commit/saga/orchestrator.js";
import { sagaParticipant, type SagaParticipant } from "../../../lib/commit/saga/participant.js";
import { sagaGuarantee } from "../../../lib/commit/saga/properties.js";
import { ids, type NodeId, stream } from "../../../lib/core.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { TROUBLE, without } from "../../support/trouble.js";

/** This module, for threads to load. */
export const here: string = import.meta.url;

/** When the nemesis ends, and by when all must have their answer, in ms. */
const CALM = 1_500;
const DEADLINE = 60_000;

const KNOBS = {
  ...without(TROUBLE, "skews", "oneWayCuts", "bridges", "swizzles"),
  latency: { oneOf: [[1, 20], [0, 5], { kind: "exponential", mean: 10 }] },
} as const;

const participants = ids("p1", "p2", "p3");
const sound = { orchestrator, participant: sagaParticipant };

/** Six sagas that move money between three participants with 100 each. In half of them the last step cannot be done. */
export function cluster(seed: number, cast: Partial<typeof sound> = {}): SeedOptions {
  const roles = { ...sound, ...cast };
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = swarm(seed, KNOBS);
  const chance = stream(seed, "sagas");
  const step = (node: NodeId, amount: number): SagaStep => ({ node, does: { x: amount }, undoes: { x: -amount } });
  const sagas = Array.from({ length: 6 }, () => {
    const [from, to] = chance.shuffle(participants) as [NodeId, NodeId];
    const amount = chance.below(90);
    return [step(from, -amount), step(to, amount), step(chance.pick(participants), chance.chance(0.5) ? 0 : -1_000)];
  });
  const clients = sagas.map((steps, i) => [
    `client${i + 1}`,
    { operations: [{ kind: "saga", transaction: `t${i + 1}`, steps }], to: "o", from: i * 20, timeoutMs: 500, retries: 200 },
  ] as const);
  return {
    nodes: { o: roles.orchestrator(), ...Object.fromEntries(participants.map((name) => [name, roles.participant({ opening: { x: 100 } })])) },
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(clients) as never,
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [10, 200] } },
    freeze: true,
    until: DEADLINE,
    properties: [atomicity, irrevocability, sagaGuarantee(Object.fromEntries(sagas.map((steps, i) => [`t${i + 1}`, steps.length])))],
  };
}

/** At the end everybody has an answer, and no money is lost or made. */
export function isOver(run: Run<Nodes>): string | null {
  const waiting = run.history.filter(({ returnedAt }) => returnedAt === null).map(({ client }) => client);
  if (waiting.length > 0) return `${waiting.join(", ")} got no answer`;
  const sum = participants.reduce((all, name) => all + (run.simulation.state(name) as unknown as SagaParticipant).balances.get("x")!.value, 0);
  return sum === 300 ? null : `there were 300 in all accounts, and now there are ${sum}`;
}

const performs = (run: Run<Nodes>, way: string): boolean =>
  only(run.trace, "send").some(({ message }) => message.kind === "perform" && (message as unknown as { way: string }).way === way);

/** The whole search. */
export const inTrouble: SeedSearch<SeedOptions> = {
  run: (seed) => cluster(seed),
  atEnd: isOver,
  sometimes: {
    "a saga is done": (run) => run.history.some(({ result }) => result === "commit"),
    "a saga is undone": (run) => performs(run, "backward"),
    "the orchestrator crashes": (run) => only(run.trace, "crash").some(({ node }) => node === "o"),
    "a write is lost": (run) => only(run.trace, "crash").some(({ lostWrites }) => lostWrites > 0),
    "a doubled message arrives": (run) => only(run.trace, "deliver").some(({ copy }) => copy > 0),
  },
};
