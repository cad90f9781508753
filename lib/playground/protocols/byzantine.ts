import type { AnyRole, NodeId, Tagged } from "../../core/role.js";
import { hotStuff } from "../../byzantine/hotstuff/replica.js";
import { client } from "../../byzantine/pbft/client.js";
import {
  dictatingPrimary, equivocatingPrimary, fewViewChanges, forgetfulLeaver, inventingLeaver, lyingReplier, noPrepares, replayingReplica, shortQuorums, silentPrimary, silentReplica,
} from "../../byzantine/pbft/liars.js";
import { onlyAsked, pbftProperties, sameOrder } from "../../byzantine/pbft/properties.js";
import { replica, replicaWith } from "../../byzantine/pbft/replica.js";
import type { Rules } from "../../byzantine/pbft/rules.js";
import type { ReplicaOptions } from "../../byzantine/pbft/settings.js";
import type { Replica } from "../../byzantine/pbft/state.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import { choice, number, type Settings } from "../knob.js";
import { all, brokenKnob, brokenParts, numbered, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";

type Options = ReplicaOptions<any, any, any>;

/** What a lying replica does, and otherwise what honest ones do. */
const lies: Readonly<Record<string, (options: Options, honest: ReturnType<typeof replica>) => AnyRole>> = {
  silent: silentReplica,
  "silent-primary": silentPrimary,
  equivocating: (options, honest) => equivocatingPrimary(options, options.replicas.slice(Math.ceil(options.replicas.length / 2)), honest),
  repeating: replayingReplica,
  inventing: (options) => lyingReplier(options, "never written"),
  hiding: forgetfulLeaver,
  pretending: inventingLeaver,
  dictating: dictatingPrimary,
};

/** Rules that all honest replicas break, so that a liar can make use of it. */
const brokenPbft: BrokenRules<{ readonly rules: Partial<Rules> }> = {
  "short-quorums": { label: "quorums of 2f, as if nobody lied", rules: shortQuorums },
  "no-prepares": { label: "no prepare phase", rules: noPrepares },
  "few-view-changes": { label: "a view begins when 2f have left the one before", rules: fewViewChanges },
};

const brokenHotStuff: BrokenRules<{ readonly quorum: (replicas: number) => number }> = {
  halves: { label: "half of the votes make a certificate", quorum: (replicas) => Math.ceil(replicas / 2) },
};

const replicas = number("replicas", "replicas", { min: 1, max: 7, value: 4 });
const asks = [
  number("clients", "clients", { min: 1, max: 4, value: 2 }),
  number("each", "requests of each", { min: 1, max: 10, value: 4 }),
  number("gap", "time between its requests", { unit: "ms", min: 0, max: 500, value: 80 }),
  number("patience", "how long a replica waits for a leader", { unit: "ms", min: 60, max: 2_000, value: 300 }),
];

/** Clients are nodes of their own here, which believe what enough replicas say; each writes to a key of its own, and reads. */
function asking(settings: Settings, names: readonly NodeId[], contact: "primary" | "all"): Required<Pick<Cluster, "nodes" | "requests">> {
  const clients = numbered("c", Number(settings["clients"]));
  const requests = clients.flatMap((node, k) =>
    Array.from({ length: Number(settings["each"]) }, (_, i) => {
      const operation = i % 4 === 3 ? { kind: "get", key: "x" } : { kind: "append", key: "x", value: `${"abcdef"[k]}${i + 1} ` };
      return { at: i * Number(settings["gap"]) + 5 * k, node, request: { kind: "operate", operation } as Tagged };
    }),
  );
  return { nodes: all(clients, client({ replicas: names, contact })) as Cluster["nodes"], requests };
}

const pbft: Protocol = {
  name: "pbft",
  title: "PBFT",
  about: "Replicas agree on the order of requests, although some of them lie.",
  chapter: "5.4-security",
  until: 3_000,
  fails: { at: 100, for: 1_000 },
  knobs: [
    replicas,
    number("liars", "how many of them lie", { min: 0, max: 3, value: 0 }),
    choice("lie", "and how", {
      equivocating: "tell two stories as the primary", "silent-primary": "say nothing as the primary", silent: "say nothing at all",
      repeating: "say everything twice", inventing: "invent answers to clients", hiding: "hide what they have prepared",
      pretending: "claim what was never prepared", dictating: "begin a view with something else than was prepared",
    }),
    ...asks,
    number("batch", "requests that may share a number", { min: 1, max: 20, value: 1 }),
    choice("tentative", "what is only prepared is executed", { off: "no", on: "yes" }),
    brokenKnob(brokenPbft),
  ],
  cluster(settings) {
    const names = numbered("r", Number(settings["replicas"]));
    const count = Number(settings["liars"]);
    if (count > names.length) throw new RangeError(`liars must be at most the ${names.length} replicas, got ${count}`);
    const batch = Number(settings["batch"]);
    const options: Options = {
      replicas: names, machine: keyValueStore, patience: Number(settings["patience"]), maxBatch: batch, ...(batch > 1 ? { inFlight: 1 } : {}),
      tentative: settings["tentative"] === "on", checkpointEvery: 10,
      // Whoever comes back must know what it has said.
      durable: settings["fault"] === "crash" || settings["fault"] === "random",
    };
    const liars = names.slice(0, count);
    const { rules = {} } = brokenParts(brokenPbft, settings);
    const { nodes, requests } = asking(settings, names, "primary");
    const honest = replicaWith(rules, options);
    return {
      nodes: { ...all(names, honest), ...all(liars, lies[String(settings["lie"])]!(options, honest)), ...nodes },
      requests,
      properties: pbftProperties({ liars }),
      servers: names,
      fields: ["view", "isActive", "executed", "stable", "slots", "prepared", "waiting", "state"],
      leads: ({ id, state }) => {
        const { view, isActive } = (state ?? {}) as Partial<Replica>;
        return isActive === true && names[(view ?? 0) % names.length] === id;
      },
    };
  },
};

const linear: Protocol = {
  name: "hotstuff",
  title: "HotStuff",
  about: "The same with messages in proportion to the replicas: votes go to the leader, who makes one certificate of them.",
  chapter: "5.4-security",
  until: 3_000,
  fails: { at: 100, for: 1_000 },
  knobs: [replicas, ...asks, number("batch", "requests that may share a block", { min: 1, max: 20, value: 1 }), brokenKnob(brokenHotStuff)],
  cluster(settings) {
    const names = numbered("r", Number(settings["replicas"]));
    const { quorum } = brokenParts(brokenHotStuff, settings);
    const role = hotStuff({
      replicas: names, machine: keyValueStore, patience: Number(settings["patience"]), maxBatch: Number(settings["batch"]), ...(quorum === undefined ? {} : { quorum: quorum(names.length) }),
    });
    const { nodes, requests } = asking(settings, names, "all");
    return {
      nodes: { ...all(names, role), ...nodes },
      requests,
      properties: [sameOrder(), onlyAsked()],
      servers: names,
      fields: ["view", "height", "prepared", "locked", "waiting", "state"],
      leads: ({ id, state }) => names[((state as { view?: number } | null)?.view ?? 0) % names.length] === id,
    };
  },
};

/** Agreement in spite of liars. */
export const byzantine: readonly Protocol[] = [pbft, linear];
