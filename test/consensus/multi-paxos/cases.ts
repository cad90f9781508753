import type { Command, P1b, P2a, Performed, Serve } from "../../../lib/multi-paxos.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";

/*
 * Cases that make a search worth something. Each says of a run whether it occurred.
 */

type Case = (run: Run<Nodes>) => boolean;

/** Cases by what occurs in them. */
export type Cases = { readonly [what: string]: Case };

const sent = <Message>(run: Run<Nodes>, kind: string): readonly Message[] =>
  only(run.trace, "send").flatMap(({ message }) => (message.kind === kind ? [message as unknown as Message] : []));

const arrived = (run: Run<Nodes>, kind: string): boolean => only(run.trace, "deliver").some(({ message }) => message.kind === kind);

const performed = (run: Run<Nodes>): readonly Performed<unknown>[] => run.decisions.map(({ outcome }) => outcome as Performed<unknown>);

const commands = (run: Run<Nodes>, kind: Command<unknown>["kind"]): readonly Performed<unknown>[] =>
  performed(run).filter(({ command }) => command.kind === kind);

const leadersChange: Case = (run) => new Set(sent<P2a<unknown>>(run, "p2a").map(({ ballot }) => ballot.proposer)).size > 1;

/** A promise that binds its leader to what another one asked for. */
const boundPromise: Case = (run) =>
  sent<P1b<unknown>>(run, "p1b").some(({ ballot, pvalues }) => pvalues.some((pvalue) => pvalue.ballot.proposer !== ballot.proposer));

const lostWrite: Case = (run) => only(run.trace, "crash").some(({ lostWrites }) => lostWrites > 0);

const duplicate: Case = (run) => only(run.trace, "deliver").some(({ copy }) => copy > 0);

const always: Cases = {
  "leaders change": leadersChange,
  "a leader is bound to what another began": boundPromise,
  "a hole is filled with a no-op": (run) => commands(run, "no-op").length > 0,
  "a command is decided in two slots": (run) => performed(run).some(({ isPerformed }) => !isPerformed),
  "a leader is beaten": (run) => arrived(run, "preempted"),
  "a replica takes the state of another": (run) => arrived(run, "snapshot"),
  "a replica is told what it missed": (run) => arrived(run, "log"),
  "acceptors forget": (run) => arrived(run, "forget"),
  "a promise tells of forgotten slots": (run) => sent<P1b<unknown>>(run, "p1b").some(({ start }) => start.slot > 1),
  "a write is lost": lostWrite,
  "a doubled message arrives": duplicate,
};

/** What must occur among many clusters of replicas, leaders and acceptors. */
export const ofRoles: Cases = always;

/** What must occur among many clusters of servers. */
export const ofServers: Cases = {
  ...always,
  "a command is sent to the leader by another server": (run) => arrived(run, "forward"),
  "a read is answered under a lease": (run) => sent<Serve>(run, "serve").some(({ slot }) => slot !== null),
  "a read finds no lease": (run) => sent<Serve>(run, "serve").some(({ slot }) => slot === null),
  "the servers change": (run) => commands(run, "reconfigure").length > 0,
  "a server that joined leads": (run) => {
    const first = new Set(sent<P1b<unknown>>(run, "p1b").flatMap(({ start }) => start.configurations[0]!.from === 1 ? start.configurations[0]!.acceptors : []));
    return first.size > 0 && sent<P2a<unknown>>(run, "p2a").some(({ ballot }) => ballot.proposer !== "" && !first.has(ballot.proposer));
  },
};
