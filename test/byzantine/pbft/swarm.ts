import {
  client, dictatingPrimary, equivocatingPrimary, forgetfulLeaver, forgingReplica, inventingLeaver, lyingReplier, misnamingPrimary, pbftProperties, replayingReplica,
  replica, silentPrimary, silentReplica,
} from "../../../lib/byzantine.js";
import { searchSeeds, swarm } from "../../../lib/check.js";
import type { AnyRole, NodeId } from "../../../lib/core/role.js";
import { append, get, judge, optionsOf, r2, r3, replicas } from "./run.js";

type Options = ReturnType<typeof optionsOf>;
const liars: Readonly<Record<string, (options: Options) => AnyRole>> = {
  silentPrimary, silentReplica, misnamingPrimary, forgingReplica, replayingReplica, inventingLeaver, forgetfulLeaver, dictatingPrimary,
  lyingReplier: (options) => lyingReplier(options, "never written"),
  oneDeceived: (options) => equivocatingPrimary(options, [r3]),
  twoDeceived: (options) => equivocatingPrimary(options, [r2, r3]),
};

/** Many runs with one liar, or one crash, and a network that loses, doubles and cuts; the answers judged at the end. */
export function swarmOf(seeds: number) {
  return searchSeeds({
    seeds,
    run(seed) {
      const mix = swarm(seed, {
        loss: [0, 0.15], duplication: [0, 0.2], latency: { oneOf: [10, [2, 20], [1, 80]] }, liar: { oneOf: Object.keys(liars) }, where: { oneOf: replicas },
        cut: { oneOf: replicas }, crashes: [2, 12], checkpointEvery: { oneOf: [3, 5] }, maxBatch: { oneOf: [4] }, tentative: { oneOf: [true] }, readOnly: { oneOf: [true] },
      });
      const given = optionsOf({ checkpointEvery: mix.checkpointEvery ?? 100, maxBatch: mix.maxBatch ?? 1, inFlight: mix.maxBatch ? 1 : 10, tentative: mix.tentative ?? false, durable: mix.crashes !== undefined });
      const role = replica(given);
      const where: NodeId = mix.where ?? replicas[0]!;
      const lying = mix.liar ? { [where]: liars[mix.liar]!(given) } : {};
      const c = client({ replicas, readOnly: mix.readOnly ?? false });
      const faults = mix.cut ? [{ at: 150, kind: "isolate" as const, node: mix.cut, forMs: 1_500 }] : [];
      return {
        nodes: { r0: role, r1: role, r2: role, r3: role, ...lying, c1: c, c2: c } as Record<string, AnyRole>,
        network: { latency: (mix.latency ?? 10) as never, loss: mix.loss ?? 0, duplication: mix.duplication ?? 0 },
        requests: Array.from({ length: 14 }, (_, i) => ({ at: 50 * i, node: i % 2 > 0 ? "c1" : "c2", request: i % 3 === 2 ? get : append(String(i)) })),
        faults, nemesis: { until: 900, nodes: [...replicas], crashes: mix.crashes ?? 0, writeCrashes: mix.crashes ?? 0 },
        properties: pbftProperties({ liars: mix.liar ? [where] : [] }), limits: { time: 60_000, events: 150_000 },
      };
    },
    atEnd: (run) => judge(run).problem,
    sometimes: {
      "the view changes": ({ trace }) => trace.some((event) => event.kind === "deliver" && event.message.kind === "newView"),
      "the view changes twice": ({ trace }) => trace.some((event) => event.kind === "deliver" && event.message.kind === "newView" && (event.message as { view?: number }).view === 2),
      "something prepared is carried into a view": ({ trace }) =>
        trace.some((event) => event.kind === "deliver" && event.message.kind === "newView" && (event.message as unknown as { prePrepares: unknown[] }).prePrepares.length > 0),
      "a checkpoint becomes stable": ({ simulation }) => (simulation.state("r2") as { stable?: number } | null)?.stable! > 0,
      "a replica comes back with what it knew": ({ trace }) => trace.some(({ kind }) => kind === "restart"),
      "a state is fetched": ({ trace }) => trace.some((event) => event.kind === "deliver" && event.message.kind === "state"),
    },
  });
}
