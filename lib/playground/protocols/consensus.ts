import { colocate } from "../../core/colocate.js";
import type { AnyRole, Tagged } from "../../core/role.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import { acceptor as multiPaxosAcceptor } from "../../consensus/multi-paxos/acceptor.js";
import * as brokenLogs from "../../consensus/multi-paxos/broken.js";
import { leader as multiPaxosLeader } from "../../consensus/multi-paxos/leader.js";
import { multiPaxosProperties } from "../../consensus/multi-paxos/properties.js";
import { replica as multiPaxosReplica } from "../../consensus/multi-paxos/replica.js";
import { serverOf, type Parts } from "../../consensus/multi-paxos/server.js";
import { acceptor } from "../../consensus/paxos/acceptor.js";
import * as brokenDecrees from "../../consensus/paxos/broken.js";
import { paxosProperties } from "../../consensus/paxos/properties.js";
import { proposer } from "../../consensus/paxos/proposer.js";
import * as brokenServers from "../../consensus/raft/broken.js";
import type { ServerOptions as RaftOptions } from "../../consensus/raft/options.js";
import { raftProperties } from "../../consensus/raft/properties.js";
import { server as raftServer } from "../../consensus/raft/server.js";
import { keyValueMap } from "../../history/models.js";
import { linearizableAnswers } from "../../history/property.js";
import { choice, number, type Knob, type Settings } from "../knob.js";
import { all, brokenKnob, brokenParts, firstAnswers, numbered, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";

const servers = number("servers", "servers", { min: 1, max: 9, value: 5 });

const brokenPaxos: BrokenRules<{ readonly accepts?: typeof acceptor; readonly proposes?: typeof proposer }> = {
  gullible: { label: "acceptors vote without a look at their promises", accepts: brokenDecrees.gullibleAcceptor },
  forgetful: { label: "acceptors forget in a crash what they have promised and voted", accepts: brokenDecrees.forgetfulAcceptor },
  minority: { label: "fewer than a majority are enough", proposes: brokenDecrees.minorityProposer },
  stubborn: { label: "a proposer asks for its own value, whatever it is told", proposes: brokenDecrees.stubbornProposer },
  greatest: { label: "a proposer asks for the greatest value, not for the latest", proposes: brokenDecrees.greatestValueProposer },
  doubling: { label: "a proposer counts messages, not acceptors", proposes: brokenDecrees.doubleCountingProposer },
};

const paxos: Protocol = {
  name: "paxos",
  title: "Paxos",
  about: "Several servers want different values; a quorum chooses one.",
  chapter: "3.1.1-paxos",
  until: 1_000,
  fails: { at: 12, for: 300 },
  knobs: [
    servers,
    number("proposers", "servers that propose", { min: 1, max: 9, value: 2 }),
    number("gap", "time between their proposals", { unit: "ms", min: 0, max: 200, value: 5 }),
    brokenKnob(brokenPaxos),
  ],
  cluster(settings) {
    const { servers: count, proposers, gap } = settings;
    const { accepts = acceptor, proposes = proposer } = brokenParts(brokenPaxos, settings);
    const names = numbered("s", Number(count));
    if (Number(proposers) > names.length) throw new RangeError(`proposers must be at most the ${names.length} servers, got ${proposers}`);
    return {
      nodes: all(names, colocate("server", proposes({ acceptors: names, informs: names }), accepts())),
      requests: names.slice(0, Number(proposers)).map((node, i) => ({ at: i * Number(gap), node, request: { kind: "propose", value: `value of ${node}` } })),
      properties: paxosProperties({ servers: names }),
      servers: names,
      leads: ({ state }) => /accepting|preparing/.test(String((state as { phase?: { kind?: string } } | null)?.phase?.kind)),
    };
  },
};

/** The knobs of clients. */
export const clients: readonly Knob[] = [
  number("clients", "clients", { min: 1, max: 8, value: 2 }),
  number("think", "time between an answer and the next command", { unit: "ms", min: 5, max: 1_000, value: 100 }),
  number("reads", "share of reads", { unit: "%", min: 0, max: 100, value: 0 }),
];

/** Clients that put and get a few keys of a replicated store, one operation at a time each. */
export function storeClients(
  { clients: count, think, reads }: Settings,
  { read, write }: { read(key: string): Tagged; write(key: string, value: string): Tagged },
): NonNullable<Cluster["clients"]> {
  return Object.fromEntries(
    numbered("c", Number(count)).map((name) => [
      name,
      {
        operations: (chance, serial) => {
          const key = `k${chance.below(4) + 1}`;
          return chance.chance(Number(reads) / 100) ? read(key) : write(key, `${name}.${serial}`);
        },
        load: { kind: "closed", think: Number(think) },
        timeoutMs: 400,
        backoff: [10, 50],
        retries: 20,
      },
    ]),
  ) as NonNullable<Cluster["clients"]>;
}

const brokenMultiPaxos: BrokenRules<Partial<Parts>> = {
  gullible: { label: "acceptors vote without a look at their ballots", acceptor: brokenLogs.gullibleAcceptor },
  forgetful: { label: "acceptors forget in a crash what they have joined and voted", acceptor: brokenLogs.forgetfulAcceptor },
  stubborn: { label: "a new leader does not look at what was voted before", leader: brokenLogs.stubbornLeader },
  hasty: { label: "a replica performs commands as they come, not slot by slot", replica: brokenLogs.hastyReplica },
  repeating: { label: "a replica performs a command again that was decided twice", replica: brokenLogs.forgetfulReplica },
  local: { label: "a replica answers reads from what it knows", replica: brokenLogs.localReader },
};

const answersOfOneStore = linearizableAnswers(keyValueMap(), {
  request: ({ request }) => (request as unknown as { readonly operation: Tagged }).operation,
});

const multiPaxos: Protocol = {
  name: "multi-paxos",
  title: "Multi-Paxos",
  about: "A leader passes the commands of clients through a log that all servers share.",
  chapter: "3.1.1.2-multi-paxos",
  until: 3_000,
  fails: { at: 1_000, for: 1_000 },
  knobs: [servers, ...clients, brokenKnob(brokenMultiPaxos)],
  cluster(settings) {
    const names = numbered("s", Number(settings["servers"]));
    const parts = { replica: multiPaxosReplica, leader: multiPaxosLeader, acceptor: multiPaxosAcceptor, ...brokenParts(brokenMultiPaxos, settings) };
    return {
      nodes: all(names, serverOf(parts, { servers: names, machine: keyValueStore })),
      clients: storeClients(settings, {
        read: (key) => ({ kind: "read", operation: { kind: "get", key } }) as Tagged,
        write: (key, value) => ({ kind: "command", operation: { kind: "put", key, value } }) as Tagged,
      }),
      properties: [...multiPaxosProperties, firstAnswers(answersOfOneStore)],
      servers: names,
      fields: ["phase", "ballot", "promised", "accepted", "slotIn", "slotOut", "proposals", "decisions", "state"],
      leads: ({ state }) => (state as { phase?: string } | null)?.phase === "active",
    };
  },
};

const brokenRaft: BrokenRules<{ readonly serves: (options: RaftOptions) => AnyRole }> = {
  generous: { label: "a voter votes for whoever asks", serves: brokenServers.generousVoter },
  forgetful: { label: "a voter forgets its vote in a crash", serves: brokenServers.forgetfulVoter },
  gullible: { label: "a voter does not look at the candidate's log", serves: brokenServers.gullibleVoter },
  logless: { label: "a server loses its log in a crash", serves: brokenServers.loglessServer },
  truncating: { label: "a follower cuts off its log where nothing contradicts it", serves: brokenServers.truncatingFollower },
  rewriting: { label: "a leader replaces its last entry", serves: brokenServers.rewritingLeader },
  wavering: { label: "a follower goes back to an earlier commit index", serves: brokenServers.waveringFollower },
  trusting: { label: "a leader answers reads without asking whether it still leads", serves: brokenServers.trustingLeader },
};

const raft: Protocol = {
  name: "raft",
  title: "Raft",
  about: "The servers elect a leader, which replicates the commands of clients.",
  chapter: "3.1.2-raft",
  until: 3_000,
  fails: { at: 1_000, for: 1_000 },
  knobs: [
    servers,
    ...clients,
    number("timeout", "shortest election time-out", { unit: "ms", min: 20, max: 2_000, value: 150 }),
    number("spread", "range of election time-outs", { unit: "ms", min: 0, max: 2_000, value: 150 }),
    number("heartbeat", "time between heartbeats", { unit: "ms", min: 5, max: 500, value: 50 }),
    choice("preVote", "PreVote", { off: "off", on: "on" }),
    choice("answers", "reads are answered", { readIndex: "after a round of heartbeats", log: "through the log", lease: "under a lease", local: "from what the server has (stale)" }),
    brokenKnob(brokenRaft),
  ],
  cluster(settings) {
    const names = numbered("s", Number(settings["servers"]));
    const timeout = Number(settings["timeout"]);
    const { serves = raftServer } = brokenParts(brokenRaft, settings);
    const role = serves({
      servers: names,
      machine: keyValueStore,
      electionTimeout: [timeout, timeout + Number(settings["spread"])],
      heartbeatInterval: Number(settings["heartbeat"]),
      preVote: settings["preVote"] === "on",
      reads: settings["answers"] as "log",
      // A lease is safe only where who hears a leader elects no other.
      leaderStickiness: settings["answers"] === "lease",
    });
    return {
      nodes: all(names, role),
      clients: storeClients(settings, {
        read: (key) => ({ kind: "read", query: { kind: "get", key } }) as Tagged,
        write: (key, value) => ({ kind: "command", command: { kind: "put", key, value } }) as Tagged,
      }),
      properties: raftProperties,
      servers: names,
      fields: ["role", "currentTerm", "votedFor", "log", "commitIndex", "lastApplied", "nextIndex", "matchIndex", "machine"],
      leads: ({ state }) => (state as { role?: string } | null)?.role === "leader",
    };
  },
};

/** Agreement on one value, and on a log of them. */
export const consensus: readonly Protocol[] = [paxos, multiPaxos, raft];
