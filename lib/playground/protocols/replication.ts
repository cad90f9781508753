import { colocate } from "../../core/colocate.js";
import type { NodeId, Tagged } from "../../core/role.js";
import { byKey } from "../../history/model.js";
import { keyValueMap, register as registerModel } from "../../history/models.js";
import { linearizableAnswers } from "../../history/property.js";
import { committedChain, hastyMaster, uncheckedChain } from "../../replication/group/broken.js";
import { chain as chainRole } from "../../replication/chain/chain.js";
import { master } from "../../replication/group/master.js";
import { acknowledgedKept } from "../../replication/group/properties.js";
import { primaryBackup as primaryBackupRole } from "../../replication/primary-backup/primary-backup.js";
import { abdClient } from "../../replication/register/client.js";
import {
  blindWriter, forgetfulReplica, lonelyReader, namelessWriter, overwritingReplica,
} from "../../replication/register/broken.js";
import { abdReplica } from "../../replication/register/replica.js";
import { oneValuePerStamp } from "../../replication/register/properties.js";
import { choice, number, type Knob, type Settings } from "../knob.js";
import { all, brokenKnob, brokenParts, firstAnswers, numbered, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";
import { clients, storeClients } from "./consensus.js";

const halfReads: readonly Knob[] = clients.map((knob) => (knob.name === "reads" ? ({ ...knob, value: 50 } as Knob) : knob));

const brokenRegister: BrokenRules<{ readonly asks?: typeof abdClient; readonly keeps?: typeof abdReplica }> = {
  lonely: { label: "a read asks one server", asks: lonelyReader },
  blind: { label: "a write does not ask what is newest", asks: blindWriter },
  nameless: { label: "two writes can be equally new", asks: namelessWriter },
  forgetful: { label: "servers keep nothing on their disks", keeps: forgetfulReplica },
  overwriting: { label: "servers keep what came last, not what is newest", keeps: overwritingReplica },
};

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
    brokenKnob(brokenRegister),
  ],
  cluster(settings) {
    const names = numbered("s", Number(settings["servers"]));
    const { asks = abdClient, keeps = abdReplica } = brokenParts(brokenRegister, settings);
    return {
      nodes: all(names, colocate("server", keeps(), asks({ replicas: names, writeBack: settings["writeBack"] as "always" }))),
      // No client asks twice for the same: a write that is made twice, under two stamps, comes back after others.
      clients: withoutRetries(
        storeClients(settings, {
          read: (key) => ({ kind: "read", key }) as Tagged,
          write: (key, value) => ({ kind: "write", key, value }) as Tagged,
        }),
      ),
      properties: [oneValuePerStamp, firstAnswers(linearizableAnswers(byKey(registerModel())))],
      servers: names,
    };
  },
};

function withoutRetries(clients: NonNullable<Cluster["clients"]>): NonNullable<Cluster["clients"]> {
  return Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, { ...client, retries: 0 }])) as NonNullable<Cluster["clients"]>;
}

/** A group whose members a master replaces. */
function group(
  about: Pick<Protocol, "name" | "title" | "about">,
  own: readonly Knob[],
  rules: BrokenRules<{ readonly leads?: typeof master }>,
  roleOf: (members: readonly NodeId[], settings: Settings) => object,
): Protocol {
  return {
    ...about,
    chapter: "2.3-storage",
    until: 3_000,
    fails: { at: 1_000, for: 1_000 },
    knobs: [number("replicas", "replicas", { min: 1, max: 9, value: 3 }), ...own, ...halfReads, ...(Object.keys(rules).length === 0 ? [] : [brokenKnob(rules)])],
    cluster(settings) {
      const names = numbered("r", Number(settings["replicas"]));
      const { leads = master } = brokenParts(rules, settings);
      return {
        nodes: { ...all(names, roleOf(names, settings)), m: leads({ members: names }) } as never,
        clients: storeClients(settings, {
          read: (key) => ({ kind: "get", key }) as Tagged,
          write: (key, value) => ({ kind: "put", key, value }) as Tagged,
        }),
        properties: settings["acks"] === undefined || settings["acks"] === "all" ? [acknowledgedKept, firstAnswers(linearizableAnswers(keyValueMap()))] : [],
        servers: names,
        leads: ({ id, state }) => (state as { configuration?: { members?: readonly NodeId[] } } | null)?.configuration?.members?.[0] === id,
      };
    },
  };
}

const primaryBackup = group(
  { name: "primary-backup", title: "Primary and backups", about: "One replica takes all writes and sends them to the others; a master replaces it when it falls silent." },
  [choice("acks", "a write is acknowledged when it is at", { all: "all backups", "1": "one of them", "0": "the primary alone" })],
  {},
  (members, { acks }) =>
    primaryBackupRole({ members, master: "m" as NodeId, check: "lease", acks: acks === "all" ? "all" : Math.min(Number(acks), members.length - 1) }),
);

const brokenChains: BrokenRules<{ readonly leads?: typeof master; readonly keeps?: typeof chainRole }> = {
  unchecked: { label: "whoever is asked answers reads from what it has", keeps: uncheckedChain },
  committed: { label: "whoever is asked answers reads from what it knows to be committed", keeps: committedChain },
  newcomers: { label: "the master takes a newcomer for a member like others", leads: hastyMaster },
};

const chain = group(
  { name: "chain", title: "Chain replication", about: "A write goes from head to tail, and is acknowledged there; a master mends the chain." },
  [choice("answers", "who answers reads", { tail: "the tail", any: "anybody, after a question to the tail where it must (CRAQ)" })],
  brokenChains,
  (members, settings) => {
    const { keeps = chainRole } = brokenParts(brokenChains, settings);
    return keeps({ members, master: "m" as NodeId, check: "lease", reads: settings["answers"] as "tail" });
  },
);

/** Copies, and who may answer. */
export const replication: readonly Protocol[] = [register, primaryBackup, chain];
