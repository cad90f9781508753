import type { NodeId, Tagged } from "../../core/role.js";
import { chain as chainRole } from "../../replication/chain/chain.js";
import { master } from "../../replication/group/master.js";
import { acknowledgedKept } from "../../replication/group/properties.js";
import { primaryBackup as primaryBackupRole } from "../../replication/primary-backup/primary-backup.js";
import { abdNode } from "../../replication/register/node.js";
import { oneValuePerStamp } from "../../replication/register/properties.js";
import { choice, number, type Knob, type Settings } from "../knob.js";
import { all, numbered, type Protocol } from "../protocol.js";
import { clients, storeClients } from "./consensus.js";

const halfReads: readonly Knob[] = clients.map((knob) => (knob.name === "reads" ? ({ ...knob, value: 50 } as Knob) : knob));

const register: Protocol = {
  name: "register",
  title: "A register on a majority",
  about: "Clients read and write without a leader: whoever is asked asks a majority (Attiya, Bar-Noy and Dolev).",
  chapter: "2.1-consistency",
  until: 3_000,
  fails: { at: 1_000, for: 1_000 },
  knobs: [
    number("servers", "servers", { min: 1, max: 9, value: 5 }),
    choice("writeBack", "a read stores what it has found", { always: "always", "if needed": "where it may be new to others", never: "never" }),
    ...halfReads,
  ],
  cluster(settings) {
    const names = numbered("s", Number(settings["servers"]));
    return {
      nodes: all(names, abdNode({ replicas: names, writeBack: settings["writeBack"] as "always" })),
      clients: storeClients(settings, {
        read: (key) => ({ kind: "read", key }) as Tagged,
        write: (key, value) => ({ kind: "write", key, value }) as Tagged,
      }),
      properties: [oneValuePerStamp],
      servers: names,
    };
  },
};

/** A group whose members a master replaces. */
function group(about: Pick<Protocol, "name" | "title" | "about">, own: readonly Knob[], roleOf: (members: readonly NodeId[], settings: Settings) => object): Protocol {
  return {
    ...about,
    chapter: "2.3-storage",
    until: 3_000,
    fails: { at: 1_000, for: 1_000 },
    knobs: [number("replicas", "replicas", { min: 1, max: 9, value: 3 }), ...own, ...halfReads],
    cluster(settings) {
      const names = numbered("r", Number(settings["replicas"]));
      return {
        nodes: { ...all(names, roleOf(names, settings)), m: master({ members: names }) } as never,
        clients: storeClients(settings, {
          read: (key) => ({ kind: "get", key }) as Tagged,
          write: (key, value) => ({ kind: "put", key, value }) as Tagged,
        }),
        properties: settings["acks"] === undefined || settings["acks"] === "all" ? [acknowledgedKept] : [],
        servers: names,
        leads: ({ id, state }) => (state as { configuration?: { members?: readonly NodeId[] } } | null)?.configuration?.members?.[0] === id,
      };
    },
  };
}

const primaryBackup = group(
  { name: "primary-backup", title: "Primary and backups", about: "One replica takes all writes and sends them to the others; a master replaces it when it falls silent." },
  [choice("acks", "a write is acknowledged when it is at", { all: "all backups", "1": "one of them", "0": "the primary alone" })],
  (members, { acks }) =>
    primaryBackupRole({ members, master: "m" as NodeId, check: "lease", acks: acks === "all" ? "all" : Math.min(Number(acks), members.length - 1) }),
);

const chain = group(
  { name: "chain", title: "Chain replication", about: "A write goes from head to tail, and is acknowledged there; a master mends the chain." },
  [choice("answers", "who answers reads", { tail: "the tail", any: "anybody, after a question to the tail where it must (CRAQ)" })],
  (members, { answers }) => chainRole({ members, master: "m" as NodeId, check: "lease", reads: answers as "tail" }),
);

/** Copies, and who may answer. */
export const replication: readonly Protocol[] = [register, primaryBackup, chain];
