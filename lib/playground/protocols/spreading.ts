import { stream } from "../../core/random.js";
import type { AnyRole, NodeId, Tagged } from "../../core/role.js";
import type { Property } from "../../core/property.js";
import { type Table, valueAt } from "../../core/table.js";
import { addingCounter, largestCounter, netCounter, skiplessText, tielessRegister, unionSet } from "../../crdt/broken.js";
import { gCounter, pnCounter } from "../../crdt/counters.js";
import { haveSeenTheSame, strongConvergence } from "../../crdt/properties.js";
import { lwwRegister, mvRegister } from "../../crdt/registers.js";
import { stateReplica, type StateReplica } from "../../crdt/replica.js";
import { gSet, lwwSet, orSet, twoPhaseSet } from "../../crdt/sets.js";
import { rga } from "../../crdt/text.js";
import type { StateType, Versions } from "../../crdt/type.js";
import { swim, type Member } from "../../detectors/swim.js";
import { words } from "../../core/words.js";
import { gossiper, type Gossiper, type Item } from "../../replication/gossip/gossiper.js";
import { multiLeader, type Leader } from "../../replication/multi-leader/multi-leader.js";
import { only } from "../../trace/event.js";
import { choice, number } from "../knob.js";
import { all, numbered, type Cluster, type Protocol } from "../protocol.js";
import { clients, storeClients } from "./consensus.js";

const gossip: Protocol = {
  name: "gossip",
  title: "Gossip",
  about: "A node that has news tells somebody, who tells somebody: rumors, and now and then a comparison of all that two nodes have.",
  chapter: "2.3-storage",
  until: 3_000,
  fails: { at: 50, for: 800 },
  knobs: [
    number("nodes", "nodes", { min: 2, max: 40, value: 12 }),
    number("puts", "pieces of news", { min: 1, max: 10, value: 2 }),
    number("gap", "time between them", { unit: "ms", min: 0, max: 1_000, value: 300 }),
    number("every", "time between two rumors of a node", { unit: "ms", min: 10, max: 500, value: 100 }),
    number("k", "vain contacts after which news is old", { min: 1, max: 8, value: 2 }),
    number("compare", "time between two comparisons of a node, 0 for never", { unit: "ms", min: 0, max: 2_000, value: 0 }),
    choice("direction", "in a comparison", { "push-pull": "both tell each other", push: "who asks tells", pull: "who is asked tells" }),
    choice("removal", "the first piece is removed again", { no: "no", certificate: "yes, with a death certificate", bare: "yes, and forgotten" }),
  ],
  cluster(settings) {
    const names = numbered("n", Number(settings["nodes"]));
    const [puts, gap, every, compare] = ["puts", "gap", "every", "compare"].map((name) => Number(settings[name])) as [number, number, number, number];
    const around = (ms: number): readonly [number, number] => [0.9 * ms, 1.1 * ms];
    const role = gossiper({
      peers: names, mongerEvery: around(every), k: Number(settings["k"]), compareEvery: compare === 0 ? null : around(compare),
      direction: settings["direction"] as "push", certificates: settings["removal"] !== "bare",
    });
    const keys = Array.from({ length: puts }, (_, i) => `news ${i + 1}`);
    return {
      nodes: all(names, role) as Cluster["nodes"],
      requests: [
        ...keys.map((key, i) => ({ at: i * gap, node: names[i % names.length]!, request: { kind: "put", key, value: "told" } as Tagged })),
        ...(settings["removal"] === "no" ? [] : [{ at: puts * gap + 500, node: names[0]!, request: { kind: "remove", key: keys[0] } as Tagged }]),
      ],
      properties: [staysRemoved],
      servers: names,
      fields: ["items", "hot"],
      waits(trace) {
        const told = new Map<string, number>();
        const known = new Set<string>();
        const rows: { ms: number }[] = [];
        for (const event of trace) {
          if (event.kind === "request" && event.request.kind === "put") {
            const { key } = event.request as unknown as { readonly key: string };
            told.set(key, event.at);
            known.add(`${event.node} ${key}`);
          }
          if (event.kind !== "deliver") continue;
          for (const [key] of (event.message as unknown as { readonly items?: readonly (readonly [key: string, item: Item])[] }).items ?? []) {
            if (known.has(`${event.to} ${key}`)) continue;
            known.add(`${event.to} ${key}`);
            rows.push({ ms: event.at - told.get(key)! });
          }
        }
        return { what: "hearing", label: "from the news to a node's hearing of it", rows };
      },
      tells: ({ simulation }) =>
        keys.map((key) => {
          const states = names.map((name) => simulation.state(name) as Gossiper | null);
          const having = states.filter((state) => state !== null && (valueAt(state.items, key)?.value ?? null) !== null).length;
          return `In the end ${having} of ${names.length} nodes have "${key}".`;
        }),
    };
  },
};

/** What a node has removed does not come back to it, unless somebody writes it anew. */
const staysRemoved: Property<readonly (readonly [node: string, key: string])[]> = {
  name: "what is removed stays removed",
  memory: [],
  observe(removed, happened) {
    if (happened.kind !== "request" || happened.request.kind !== "remove") return removed;
    return [...removed, [happened.node, (happened.request as unknown as { readonly key: string }).key]];
  },
  check({ nodes }, removed) {
    for (const [node, key] of removed) {
      const items = (nodes.find(({ id }) => id === node)?.state as { readonly items: Table<Item> } | null | undefined)?.items;
      if (items !== undefined && (valueAt(items, key)?.value ?? null) !== null) return `"${key}" is back at ${node}, where it was removed`;
    }
    return null;
  },
};

/** What is replicated, and what its users do. */
const types: Readonly<Record<string, { readonly label: string; readonly type: StateType; readonly does: "sets" | "grows" | "counts" | "assigns" | "writes" }>> = {
  "or-set": { label: "OR-Set: unseen additions stay", type: orSet, does: "sets" },
  "lww-set": { label: "LWW-Set: the last one wins", type: lwwSet, does: "sets" },
  "two-phase-set": { label: "2P-Set: removed for good", type: twoPhaseSet, does: "sets" },
  "g-set": { label: "G-Set: it only grows", type: gSet, does: "grows" },
  "g-counter": { label: "G-Counter: it only grows", type: gCounter, does: "counts" },
  "pn-counter": { label: "PN-Counter: up and down", type: pnCounter, does: "counts" },
  "lww-register": { label: "LWW-Register: the last one wins", type: lwwRegister, does: "assigns" },
  "mv-register": { label: "MV-Register: all concurrent ones", type: mvRegister, does: "assigns" },
  text: { label: "RGA: a text", type: rga, does: "writes" },
  "adding-counter": { label: "broken: a counter that adds what it is told", type: addingCounter, does: "counts" },
  "largest-counter": { label: "broken: a counter that keeps the larger number", type: largestCounter, does: "counts" },
  "net-counter": { label: "broken: a counter that merges sums", type: netCounter, does: "counts" },
  "tieless-register": { label: "broken: a register without a rule for ties", type: tielessRegister, does: "assigns" },
  "union-set": { label: "broken: a set merged by union", type: unionSet, does: "sets" },
  "skipless-text": { label: "broken: a text without an order of neighbours", type: skiplessText, does: "writes" },
};

const crdt: Protocol = {
  name: "crdt",
  title: "CRDTs",
  about: "Replicas take updates at once, without asking anybody, tell each other their states now and then, and merge what they hear.",
  chapter: "2.1.4-crdts",
  until: 2_000,
  fails: { at: 100, for: 600 },
  knobs: [
    choice("type", "what is replicated", Object.fromEntries(Object.entries(types).map(([name, { label }]) => [name, label]))),
    number("replicas", "replicas", { min: 2, max: 7, value: 3 }),
    number("updates", "updates at each", { min: 1, max: 20, value: 4 }),
    number("gap", "time between two of them", { unit: "ms", min: 1, max: 500, value: 60 }),
    number("every", "time between two states that a replica sends", { unit: "ms", min: 10, max: 1_000, value: 100 }),
    choice("eager", "after an update", { no: "a replica waits for its time", yes: "it sends its state at once" }),
  ],
  cluster(settings) {
    const names = numbered("r", Number(settings["replicas"]));
    const { type, does } = types[String(settings["type"])]!;
    const [updates, gap, every] = ["updates", "gap", "every"].map((name) => Number(settings[name])) as [number, number, number];
    const role = stateReplica(type as StateType<unknown, Tagged, unknown>, { nodes: names, every: [0.8 * every, 1.2 * every], eager: settings["eager"] === "yes" });
    return {
      nodes: all(names, role as AnyRole) as Cluster["nodes"],
      requests: names.flatMap((node, k) => {
        const chance = stream(Number(settings["seed"]), `updates of ${node}`);
        return Array.from({ length: updates }, (_, i) => {
          const adds = chance.chance(0.7);
          const item = chance.pick(["a", "b", "c"]);
          const update = {
            sets: { kind: adds ? "add" : "remove", item },
            grows: { kind: "add", item: `${node}.${i + 1}` },
            counts: { kind: adds || !["pn-counter", "net-counter"].includes(String(settings["type"])) ? "add" : "subtract", amount: 1 + chance.below(3) },
            assigns: { kind: "assign", value: `${node}.${i + 1}` },
            writes: { kind: "insert", at: 0, text: "abcdefg"[k]! },
          }[does];
          return { at: i * gap + chance.below(gap), node, request: { kind: "update", update } as Tagged };
        });
      }),
      properties: [strongConvergence(type.value), ...(does === "counts" ? [countsWhatItHasSeen] : [])],
      servers: names,
      fields: ["shows", "data", "seen"],
      waits(trace) {
        const made: { readonly replica: NodeId; readonly nth: number; readonly at: number }[] = [];
        const counts = new Map<NodeId, number>();
        const heard = new Set<string>();
        const rows: { ms: number }[] = [];
        for (const event of trace) {
          if (event.kind === "request") {
            const nth = (counts.get(event.node) ?? 0) + 1;
            counts.set(event.node, nth);
            made.push({ replica: event.node, nth, at: event.at });
          }
          if (event.kind !== "deliver") continue;
          const { seen } = event.message as unknown as { readonly seen: Versions };
          for (const { replica, nth, at } of made) {
            const name = `${event.to} ${replica} ${nth}`;
            if (replica === event.to || (seen[replica] ?? 0) < nth || heard.has(name)) continue;
            heard.add(name);
            rows.push({ ms: event.at - at });
          }
        }
        return { what: "hearing", label: "from an update to another replica's hearing of it", rows };
      },
      tells({ simulation }) {
        const states = names.map((id) => ({ id, role: type.name, state: simulation.state(id) as StateReplica | null }));
        const shown = states.map(({ id, state }) => `${id} shows ${state === null ? "nothing, being down" : words(state.shows)}`);
        return haveSeenTheSame(states) ? [`All have seen all: ${shown.join(", ")}.`] : [`Not all have seen all: ${shown.join(", ")}.`];
      },
    };
  },
};

/** A counter shows the sum of the updates that it has seen. Without, replicas could agree on a sum that is wrong. */
const countsWhatItHasSeen: Property<Readonly<Record<string, readonly number[]>>> = {
  name: "counts what it has seen",
  memory: {},
  observe(updates, happened) {
    if (happened.kind !== "request") return updates;
    const { kind, amount } = (happened.request as unknown as { readonly update: { readonly kind: string; readonly amount: number } }).update;
    return { ...updates, [happened.node]: [...(updates[happened.node] ?? []), kind === "add" ? amount : -amount] };
  },
  check({ nodes }, updates) {
    for (const { id, state } of nodes) {
      if (state === null) continue;
      const { seen, shows } = state as StateReplica;
      const sum = Object.entries(updates).flatMap(([node, list]) => list.slice(0, seen[node] ?? 0)).reduce((total, one) => total + one, 0);
      if (shows !== sum) return `${id} shows ${String(shows)}, and what it has seen makes ${sum}`;
    }
    return null;
  },
};

const leaders: Protocol = {
  name: "multi-leader",
  title: "Several leaders",
  about: "Each leader takes writes of its clients at once and sends them to the others later; two writes that did not know each other are a conflict.",
  chapter: "2.3-storage",
  until: 3_000,
  fails: { at: 1_000, for: 1_000 },
  knobs: [
    number("leaders", "leaders", { min: 1, max: 7, value: 3 }),
    choice("topology", "who talks to whom", { "all-to-all": "all to all", circle: "in a circle", star: "all with the first" }),
    choice("conflicts", "of two writes that did not know each other", { siblings: "both stay", "last-writer-wins": "the later one by the clock stays" }),
    number("ship", "time for which a leader collects changes", { unit: "ms", min: 1, max: 500, value: 20 }),
    ...clients.map((knob) => (knob.name === "reads" ? { ...knob, value: 50 } : knob.name === "clients" ? { ...knob, value: 3 } : knob) as typeof knob),
  ],
  cluster(settings) {
    const names = numbered("l", Number(settings["leaders"]));
    const ship = Number(settings["ship"]);
    const role = multiLeader({
      leaders: names, topology: settings["topology"] as "circle", conflicts: settings["conflicts"] as "siblings", shipEvery: [0.75 * ship, 1.25 * ship],
    });
    const asking = storeClients(settings, { read: (key) => ({ kind: "get", key }) as Tagged, write: (key, value) => ({ kind: "put", key, value }) as Tagged });
    return {
      nodes: all(names, role) as Cluster["nodes"],
      clients: Object.fromEntries(Object.entries(asking).map(([name, client], i) => [name, { ...(client as object), to: [names[i % names.length]!] }])) as never,
      servers: names,
      fields: ["items", "seen", "conflicts", "log"],
      tells({ simulation, history }) {
        const states = names.map((name) => simulation.state(name) as Leader | null);
        const twofold = history.filter(({ result }) => Array.isArray(result) && result.length > 1).length;
        const conflicts = Math.max(...states.map((state) => state?.conflicts ?? 0));
        return [`A leader met ${conflicts} conflicts at most. ${twofold} reads found several values.`];
      },
    };
  },
};

const group: Protocol = {
  name: "swim",
  title: "SWIM",
  about: "Members of a group test one another, one in each period, with others to help where no answer comes; suspicions spread with the tests, and can be denied.",
  chapter: "2.1.3-limits",
  until: 4_000,
  fails: { at: 500, for: 1_500, first: "stop" },
  knobs: [
    number("members", "members", { min: 2, max: 20, value: 6 }),
    number("period", "a period, in which each tests one", { unit: "ms", min: 50, max: 2_000, value: 200 }),
    number("timeout", "wait for an answer before others are asked", { unit: "ms", min: 1, max: 1_000, value: 60 }),
    number("helpers", "others that are asked", { min: 0, max: 6, value: 2 }),
    number("suspicion", "periods in which a suspicion can be denied", { min: 0, max: 20, value: 4 }),
    number("carries", "pieces of news on a message", { min: 1, max: 12, value: 6 }),
  ],
  cluster(settings) {
    const names = numbered("m", Number(settings["members"]));
    const [period, timeout, helpers, suspicion, carries] = ["period", "timeout", "helpers", "suspicion", "carries"].map((name) => Number(settings[name])) as [number, number, number, number, number];
    if (timeout > period) throw new RangeError(`timeout must be at most the period, ${period} ms, got ${timeout}`);
    return {
      nodes: all(names, swim({ members: names, period, timeout, helpers, suspicion, carries })) as Cluster["nodes"],
      servers: names,
      fields: ["incarnation", "target", "isAnswered", "known", "suspects"],
      waits(trace) {
        const failed = trace.find(({ kind }) => kind === "crash" || kind === "pause" || kind === "cut")?.at ?? 0;
        const since = new Set<NodeId>();
        const rows: { ms: number }[] = [];
        for (const { node, at, fields } of only(trace, "change")) {
          if (at < failed || since.has(node) || ((fields["suspects"] as ReadonlySet<NodeId> | undefined)?.size ?? 0) === 0) continue;
          since.add(node);
          rows.push({ ms: at - failed });
        }
        return { what: "suspicion", label: "from the failure to a member's first suspicion", rows };
      },
      tells({ simulation }) {
        const states = names.flatMap((name) => simulation.state(name) as Member | null ?? []);
        const by = new Map<NodeId, number>();
        for (const { suspects } of states) for (const member of suspects) by.set(member, (by.get(member) ?? 0) + 1);
        if (by.size === 0) return ["In the end nobody is suspected."];
        return [...by].map(([member, count]) => `In the end ${member} is suspected or taken for dead by ${count} of the ${states.length} members that are up.`);
      },
    };
  },
};

/** News, and copies that agree in the end. */
export const spreading: readonly Protocol[] = [gossip, crdt, leaders];

/** Who is there. */
export const detectors: readonly Protocol[] = [group];

