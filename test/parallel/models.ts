/** Models to explore and to search, which threads load. */
import { threadId } from "node:worker_threads";
import { twoPhaseSpecification } from "../../lib/commit/specifications/two-phase.js";
import { acceptor } from "../../lib/consensus/paxos/acceptor.js";
import { brokenWorlds } from "../../lib/consensus/paxos/broken-worlds.js";
import { paxosProperties } from "../../lib/consensus/paxos/properties.js";
import { proposer } from "../../lib/consensus/paxos/proposer.js";
import { ids } from "../../lib/core/role.js";

export const here: string = import.meta.url;

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

