/** Searches and functions that threads load. */
import { threadId } from "node:worker_threads";
import { swarm, type SeedOptions } from "../../lib/check.js";
import { twoPhaseSpecification } from "../../lib/commit.js";
import { ids, stream } from "../../lib/core.js";
import { acceptor, brokenWorlds, paxosProperties, proposer } from "../../lib/paxos.js";
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

const acceptors = ids("a1", "a2", "a3");
const p = proposer({ acceptors });

/** Two proposers, and as many worlds as the input allows. */
export const contest = (more: object = {}): object => ({
  nodes: { p1: p, p2: p, a1: acceptor(), a2: acceptor(), a3: acceptor() },
  requests: [
    { node: "p1", request: { kind: "propose", value: "x" } },
    { node: "p2", request: { kind: "propose", value: "y" } },
  ],
  properties: paxosProperties({ acceptors }),
  maxWorlds: 40_000,
  ...more,
});

/** A cluster in which two proposers come to two decisions. */
export const astray: object = brokenWorlds.find(({ name }) => name === "double-counting proposer")!.world;

/** Two-phase commit with managers. */
export const twoPhase = ({ managers }: { readonly managers: number }): object => twoPhaseSpecification({ managers });

/** The thread of the test, which says so itself. */
let testThread = -1;
export function isTestThread(): void {
  testThread = threadId;
}

/** On every thread but the first, somebody ends the thread or throws. */
export const deadly = ({ how }: { readonly how: "exit" | "throw" }): object => ({
  initial: { n: 0, m: 0 },
  next: {
    up: ({ n, m }: { n: number; m: number }) => {
      if (n + m === 30 && threadId !== testThread) {
        if (how === "exit") process.exit(3);
        throw new Error("not on this thread");
      }
      return n < 200 ? { n: n + 1 } : null;
    },
    over: ({ m }: { m: number }) => (m < 200 ? { m: m + 1 } : null),
  },
});

