import { mortal } from "../../core/mortal.js";
import type { Property, World } from "../../core/property.js";
import { type AnyRole, ids } from "../../core/role.js";
import type { BroadcastOptions } from "./broadcaster.js";
import { causal } from "./causal.js";
import * as broken from "./broken.js";
import { fifo } from "./fifo.js";
import { links } from "./links.js";
import { agrees, agreesUniformly, causalOrder, fifoOrder, integrity, totalOrder } from "./properties.js";
import { bestEffort, lazyReliable, reliable } from "./reliable.js";
import { agreedTimes, lamportOrder, sequencer } from "./total.js";
import { allAckUniform, uniform } from "./uniform.js";

/** A cluster, what is asked of it, and what must hold: options for the explorer. */
export interface BroadcastWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly (Wish | readonly Wish[])[];
  readonly properties: readonly Property[];
  readonly eventually: Readonly<Record<string, (world: World) => boolean>>;
}

interface Wish {
  readonly node: string;
  readonly request: { readonly kind: string };
}

/** A promise that a broadcast does not keep, in the smallest world that shows it. */
export interface BrokenBroadcast {
  /** The broadcast, in words. */
  readonly name: string;
  /** The promise that it does not keep. */
  readonly breaks: string;
  /** `explore(world)` finds a violation. */
  readonly world: BroadcastWorld;
  /** The broadcast that keeps it, in words, and the same world with it. */
  readonly mended: string;
  readonly sound: BroadcastWorld;
}

/**
 * The broadcast family, level by level: what each one does not promise, and a rule broken for the promises that the last
 * levels make. Where a node dies among its messages, it does so on request, and a perfect failure detector tells the
 * others (`mortal` of distlab/core).
 */
export const brokenBroadcasts: readonly BrokenBroadcast[] = [
  pair("best-effort broadcast", "agreement", "reliable broadcast", bestEffort, reliable, crashing("p1", 1), { agreement: agrees }),
  pair("best-effort broadcast", "agreement", "lazy reliable broadcast", bestEffort, lazyReliable, crashing("p1", 1), { agreement: agrees }),
  pair("echoing broadcast", "integrity", "reliable broadcast", broken.echoing, reliable, saying("p1")),
  pair("reliable broadcast", "uniform agreement", "uniform broadcast", reliable, uniform, crashing("p1", 0), { "uniform agreement": agreesUniformly }),
  pair("reliable broadcast", "uniform agreement", "uniform broadcast by all", reliable, allAckUniform, crashing("p1", 0), { "uniform agreement": agreesUniformly }),
  pair("reliable broadcast", "FIFO order", "FIFO broadcast", reliable, fifo, saying("p1", "p1")),
  pair("FIFO broadcast", "causal order", "causal broadcast", plain(fifo), plain(causal), saying("p1", "p2")),
  pair("narrow causal broadcast", "causal order", "causal broadcast", broken.narrowCausal, plain(causal), saying("p1", "p2")),
  pair("causal broadcast", "total order", "a sequencer", plain(causal), sequencer, saying("p1", "p2")),
  pair("hasty agreed times", "total order", "agreed times", broken.hastyTimes, agreedTimes, saying("p1", "p2")),
  pair("Lamport's order over links that reorder", "total order", "Lamport's order", lamportOrder, (options) => links(lamportOrder(options)), saying("p1", "p2")),
];

type Make = (options: BroadcastOptions) => AnyRole;

function plain(make: (options: BroadcastOptions & { readonly relay?: boolean }) => AnyRole): Make {
  return ({ nodes }) => make({ nodes, relay: false });
}

interface Script {
  readonly requests: BroadcastWorld["requests"];
  readonly isDeadly: boolean;
}

/** These nodes say something; a node that comes twice says two things, one after the other. */
function saying(...nodes: readonly string[]): Script {
  const wishes = nodes.map((node, i) => ({ node, request: { kind: "broadcast", text: "abc"[i]! } }));
  const isOne = new Set(nodes).size === 1;
  return { requests: isOne ? [wishes] : wishes, isDeadly: false };
}

/** The node says something, and dies when it would send one message more than these. */
function crashing(node: string, afterSends: number): Script {
  const die = { node, request: { kind: "die", when: { afterSends } } };
  return { requests: [[die, ...(saying(node).requests[0] as readonly Wish[])]], isDeadly: true };
}

function pair(
  name: string, breaks: string, mended: string, make: Make, sound: Make, { requests, isDeadly }: Script,
  eventually: BroadcastWorld["eventually"] = {},
): BrokenBroadcast {
  const nodes = ids("p1", "p2", "p3");
  const all: readonly Property[] = [integrity, fifoOrder, causalOrder, totalOrder];
  const properties = all.filter((property) => property.name === breaks);
  const world = (role: AnyRole): BroadcastWorld => ({
    nodes: Object.fromEntries(nodes.map((node) => [node, isDeadly ? mortal(role, nodes) : role])),
    requests, properties, eventually,
  });
  return { name, breaks, mended, world: world(make({ nodes })), sound: world(sound({ nodes })) };
}
