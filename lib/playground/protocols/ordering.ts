import type { AnyRole, NodeId, Tagged } from "../../core/role.js";
import type { Property } from "../../core/property.js";
import { operationLatencies } from "../../measure/latency.js";
import type { Post } from "../../ordering/broadcast/broadcaster.js";
import { echoing, hastyTimes, narrowCausal } from "../../ordering/broadcast/broken.js";
import { broadcastLevels } from "../../ordering/broadcast/levels.js";
import { links } from "../../ordering/broadcast/links.js";
import { causalOrder, fifoOrder, integrity, logsOf, totalOrder } from "../../ordering/broadcast/properties.js";
import { lamportOrder } from "../../ordering/broadcast/total.js";
import type { ContenderOptions } from "../../ordering/mutex/contender.js";
import { lamportMutex } from "../../ordering/mutex/lamport.js";
import { inOrderOfRequests, oneInside } from "../../ordering/mutex/properties.js";
import { contenderDeferring, ricartAgrawala } from "../../ordering/mutex/ricart-agrawala.js";
import type { TraceEvent } from "../../trace/event.js";
import { choice, number } from "../knob.js";
import { all, numbered, type Cluster, type Protocol, type Waits } from "../protocol.js";

const dashed = (name: string): string => name.replaceAll("'", "").replaceAll(" ", "-").toLowerCase();

/** What can be broadcast by, what it promises, and what it may be made of. The lazy one is not there: it needs a perfect failure detector. */
const levels: Readonly<Record<string, { readonly label: string; readonly make: (options: { readonly nodes: readonly NodeId[] }) => AnyRole; readonly promise: Property | null }>> = {
  ...Object.fromEntries(
    broadcastLevels.filter(({ name }) => name !== "lazy reliable").map(({ name, promises, make }) => [
      dashed(name),
      {
        label: `${name}: ${promises}`,
        make: make as (options: { readonly nodes: readonly NodeId[] }) => AnyRole,
        promise: name === "FIFO" ? fifoOrder : name === "causal" ? causalOrder : promises.startsWith("in one order") ? totalOrder : null,
      },
    ]),
  ),
  echoing: { label: "broken: what comes twice is delivered twice", make: echoing, promise: null },
  "narrow-causal": { label: "broken: causal, but only the sender's last post counts", make: narrowCausal, promise: causalOrder },
  "hasty-times": { label: "broken: agreed times, but the first proposal counts", make: hastyTimes, promise: totalOrder },
  "clocks-over-plain-links": { label: "broken: Lamport's clocks over links that reorder", make: lamportOrder, promise: totalOrder },
};

const orders: Readonly<Record<string, Property>> = { fifo: fifoOrder, causal: causalOrder, total: totalOrder };

const broadcast: Protocol = {
  name: "broadcast",
  title: "Broadcast",
  about: "Nodes broadcast posts, some as answers to others, and deliver them: to all, to all or none, in the order of each sender, of causes, or in one order.",
  chapter: "2.1.2-time-and-order",
  until: 1_000,
  fails: { at: 60, for: 200 },
  // Who comes back has forgotten what it has delivered, so a crash is for good.
  assumes: { fails: ["stop", "pause", "isolate", "partition"] },
  knobs: [
    choice("level", "the broadcast", Object.fromEntries(["reliable", ...Object.keys(levels).filter((name) => name !== "reliable")].map((name) => [name, levels[name]!.label]))),
    choice("must", "every node must deliver in", { promised: "the order that is promised, if any", fifo: "the order of each sender", causal: "an order of causes", total: "one order" }),
    choice("links", "the links", { plain: "lose and reorder as the network does", again: "number messages, and send them again until confirmed" }),
    number("nodes", "nodes", { min: 2, max: 7, value: 3 }),
    number("posts", "posts", { min: 1, max: 30, value: 8 }),
    number("gap", "time between them", { unit: "ms", min: 0, max: 200, value: 8 }),
    choice("answers", "every second post answers the one before", { yes: "yes", no: "no" }),
  ],
  cluster(settings) {
    const names = numbered("p", Number(settings["nodes"]));
    const { make, promise } = levels[String(settings["level"])]!;
    const isClocked = settings["level"] === "lamports-clocks";
    const role = settings["links"] === "plain" ? make({ nodes: names })
      : isClocked ? links(lamportOrder({ nodes: names }), { resendAfter: [40, 60] }) : links(make({ nodes: names }) as never, { resendAfter: [40, 60], fifo: false });
    const wanted = orders[String(settings["must"])] ?? promise;
    return {
      nodes: all(names, role) as Cluster["nodes"],
      requests: Array.from({ length: Number(settings["posts"]) }, (_, i) => ({
        at: i * Number(settings["gap"]),
        node: names[i % names.length]!,
        request: { kind: "broadcast", text: `m${i + 1}`, ...(settings["answers"] === "yes" && i % 2 === 1 ? { after: `m${i}` } : {}) } as Tagged,
      })),
      properties: [integrity, ...(wanted === null ? [] : [wanted])],
      servers: names,
      fields: ["log", "unsaid", "seen", "waiting", "delivered", "pending", "time"],
      waits: deliveries,
      tells({ decisions }) {
        const logs = [...logsOf(decisions)].map(([node, log]) => [node, log.map(({ text }) => text).join(" ")] as const);
        const different = new Set(logs.map(([, log]) => log));
        if (logs.length === names.length && different.size === 1) return [`All deliver ${logs[0]![1]}.`];
        return logs.map(([node, log]) => `${node} delivers ${log}.`);
      },
    };
  },
};

/** From the wish to broadcast a post to each delivery of it. */
function deliveries(trace: readonly TraceEvent[]): Waits {
  const asked = new Map<string, number>();
  const rows: { ms: number }[] = [];
  for (const event of trace) {
    if (event.kind === "request") asked.set((event.request as unknown as Post).text, event.at);
    if (event.kind === "decide") rows.push({ ms: event.at - asked.get((event.outcome as Post).text)! });
  }
  return { what: "delivery", label: "from the wish to broadcast to a delivery", rows };
}

/** Ways into the critical section. */
const contenders: Readonly<Record<string, (options: ContenderOptions) => AnyRole>> = {
  "ricart-agrawala": ricartAgrawala,
  lamport: (options) => links(lamportMutex(options)),
  "always-consenting": (options) => contenderDeferring((own) => own.kind === "inside", options),
  "lamport-over-plain-links": lamportMutex,
};

const mutex: Protocol = {
  name: "mutual-exclusion",
  title: "Mutual exclusion",
  about: "Nodes want to enter a critical section, one at a time, in the order of their logical clocks; nobody is in charge.",
  chapter: "2.1.2-time-and-order",
  until: 1_000,
  fails: { at: 30, for: 100 },
  assumes: { lossless: true, fails: ["pause"] },
  knobs: [
    choice("algorithm", "algorithm", {
      "ricart-agrawala": "Ricart and Agrawala", lamport: "Lamport", "always-consenting": "broken: who waits consents to everybody",
      "lamport-over-plain-links": "broken: Lamport, over links that reorder",
    }),
    number("nodes", "nodes", { min: 2, max: 8, value: 3 }),
    number("each", "how often each enters", { min: 1, max: 10, value: 3 }),
    number("gap", "time between two wishes of one", { unit: "ms", min: 0, max: 500, value: 15 }),
    number("stay", "time inside", { unit: "ms", min: 0, max: 200, value: 5 }),
  ],
  cluster(settings) {
    const names = numbered("p", Number(settings["nodes"]));
    const algorithm = String(settings["algorithm"]);
    return {
      nodes: all(names, contenders[algorithm]!({ nodes: names, stay: Number(settings["stay"]) })) as Cluster["nodes"],
      requests: names.flatMap((node, k) =>
        Array.from({ length: Number(settings["each"]) }, (_, i) => ({ at: i * Number(settings["gap"]) + k, node, request: { kind: "enter" } as Tagged })),
      ),
      properties: algorithm.startsWith("lamport") ? [oneInside, inOrderOfRequests] : [oneInside],
      servers: names,
      leads: ({ state }) => (state as { phase?: { kind: string } } | null)?.phase?.kind === "inside",
      fields: ["phase", "time", "queue", "heard", "consents", "deferred", "calls"],
      waits: (trace) => ({ what: "visit", label: "from the wish to enter to the leaving", rows: operationLatencies(trace) }),
    };
  },
};

/** Order without a leader. */
export const ordering: readonly Protocol[] = [broadcast, mutex];
