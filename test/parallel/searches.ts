/** Searches and functions that threads load. */
import { swarm, type SeedOptions } from "../../lib/check.js";
import { ids, stream } from "../../lib/core.js";
import type { Nodes, Run } from "../../lib/sim.js";
import { chair, noFalseMajority, voter } from "../check/roles.js";

export const here: string = import.meta.url;

const voters = ids("v1", "v2", "v3", "v4", "v5");

function ballot(seed: number, countsVoters: boolean): SeedOptions {
  const { duplication = 0, loss = 0 } = swarm(seed, { duplication: [0, 0.05], loss: [0, 0.2] });
  const votes = Object.fromEntries(voters.map((name, i) => [name, voter(i < 2)]));
  return {
    nodes: { c: chair(voters, { countsVoters }), ...votes },
    network: { duplication, loss },
    requests: [{ at: 0, node: "c", request: { kind: "ask" } }],
    properties: [noFalseMajority(2, 5)],
    until: 100,
  };
}

const sometimes = {
  "a message is lost": ({ trace }: Run<Nodes>) => trace.some(({ kind }) => kind === "drop"),
  "a vote comes twice": ({ trace }: Run<Nodes>) => trace.some((event) => event.kind === "deliver" && event.copy > 0),
};

export const sound = { run: (seed: number) => ballot(seed, true), sometimes };

export const broken = { run: (seed: number) => ballot(seed, false), sometimes };

export const vacuous = { ...sound, sometimes: { ...sometimes, "the moon is blue": () => false } };

/** From seed 30 on its options are none. */
export const senseless = { run: (seed: number) => ({ ...ballot(seed, true), ...(seed < 30 ? {} : { network: { loss: 2 } }) }) };

export function draws({ seed }: { readonly seed: number }): { readonly seed: number; readonly drawn: number } {
  if (seed > 90) throw new RangeError(`no seed above 90, got ${seed}`);
  return { seed, drawn: stream(seed, "draws").below(1_000) };
}

export const number = 7;
