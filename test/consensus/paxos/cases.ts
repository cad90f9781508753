import type { Nodes, Run } from "../../../lib/sim.js";
import type { Ballot } from "../../../lib/paxos.js";
import { isBefore, noBallot } from "../../../lib/paxos.js";
import { only } from "../../../lib/trace/event.js";

/*
 * Cases that make a search worth something. Each says of a run whether it occurred.
 */

type Case = (run: Run<Nodes>) => boolean;

/** Cases by what occurs in them. */
export type Cases = { readonly [what: string]: Case };

/** The messages of one kind, as they left their senders. */
function sent(run: Run<Nodes>, kind: string) {
  return only(run.trace, "send").filter(({ message }) => message.kind === kind) as unknown as readonly {
    readonly at: number;
    readonly step: number;
    readonly from: string;
    readonly to: string;
    readonly message: { readonly ballot: Ballot; readonly value: string };
  }[];
}

const rivalBallots: Case = (run) => {
  const joined = new Map<string, string>();
  return sent(run, "promised").some(({ from, message }) => {
    const before = joined.get(from) ?? message.ballot.proposer;
    joined.set(from, message.ballot.proposer);
    return before !== message.ballot.proposer;
  });
};

/** The clients' wishes are all different, so that a value tells whose it is. */
const adoptedVote: Case = (run) => {
  const wishes = new Map<string, Set<string>>();
  for (const { node, request } of only(run.trace, "request")) {
    const { value } = request as unknown as { value: string };
    wishes.set(node, (wishes.get(node) ?? new Set()).add(value));
  }
  return sent(run, "accept").some(({ from, message }) => !wishes.get(from)?.has(message.value));
};

const crashBetweenPromiseAndVote: Case = (run) => {
  const promised = new Map<string, { readonly ballot: Ballot; hasCrashed: boolean }>();
  return run.trace.some((event) => {
    if (event.kind === "crash") {
      const promise = promised.get(event.node);
      if (promise) promise.hasCrashed = true;
    }
    if (event.kind !== "send") return false;
    const { ballot } = event.message as unknown as { readonly ballot: Ballot };
    if (event.message.kind === "promised") promised.set(event.from, { ballot, hasCrashed: false });
    if (event.message.kind !== "accepted") return false;
    const promise = promised.get(event.from);
    promised.delete(event.from);
    return promise !== undefined && promise.hasCrashed && !isBefore(promise.ballot, ballot) && !isBefore(ballot, promise.ballot);
  });
};

const lostWrite: Case = (run) => only(run.trace, "crash").some(({ lostWrites }) => lostWrites > 0);

const duplicate: Case = (run) => only(run.trace, "deliver").some(({ copy }) => copy > 0);

const decisionInPartition: Case = (run) => {
  let cuts = 0;
  return run.trace.some((event) => {
    if (event.kind === "cut") cuts += 1;
    if (event.kind === "heal") cuts -= 1;
    return event.kind === "decide" && cuts > 0;
  });
};

const decisionAfterPartition: Case = (run) => {
  const [heal] = only(run.trace, "heal");
  const [decision] = only(run.trace, "decide");
  return heal !== undefined && decision !== undefined && heal.at < decision.at;
};

const proposerRestarts: Case = (run) => {
  const restarted = new Set(only(run.trace, "restart").map(({ node }) => node));
  const rounds = new Map<string, number>();
  return sent(run, "prepare").some(({ from, message }) => {
    const isLater = restarted.has(from as never) && message.ballot.round > (rounds.get(from) ?? Infinity);
    rounds.set(from, message.ballot.round);
    return isLater && only(run.trace, "crash").some(({ node }) => node === from);
  });
};

const nack: Case = (run) => sent(run, "nack").length > 0;

/** A question arrives for a ballot below what its receiver has promised. */
const lateBallot: Case = (run) => {
  const promises = new Map<string, Ballot>();
  return run.trace.some((event) => {
    if (event.kind === "send" && event.message.kind === "promised") {
      promises.set(event.from, (event.message as unknown as { ballot: Ballot }).ballot);
    }
    if (event.kind !== "deliver" || (event.message.kind !== "prepare" && event.message.kind !== "accept")) return false;
    return isBefore((event.message as unknown as { ballot: Ballot }).ballot, promises.get(event.to) ?? noBallot);
  });
};

const learnerDecides: Case = (run) => only(run.trace, "decide").some(({ node }) => node.startsWith("l"));

const learnsTwice: Case = (run) => {
  const nodes = run.decisions.map(({ node }) => node);
  return new Set(nodes).size < nodes.length;
};

/** What must occur among many clusters of proposers, acceptors and learners. */
export const ofRoles: Cases = {
  "an acceptor joins ballots of rivals": rivalBallots,
  "a proposer asks for the value of another": adoptedVote,
  "an acceptor crashes between its promise and its vote": crashBetweenPromiseAndVote,
  "a write is lost": lostWrite,
  "a doubled message arrives": duplicate,
  "a decision comes while a link is cut": decisionInPartition,
  "a decision comes only after a partition has healed": decisionAfterPartition,
  "a proposer restarts and opens a later ballot": proposerRestarts,
  "somebody says no": nack,
  "a late ballot is passed over": lateBallot,
  "learners learn": learnerDecides,
  "a node learns twice, before and after a crash": learnsTwice,
};

/** What must occur among many clusters of servers. */
export const ofServers: Cases = {
  "a server joins ballots of rivals": rivalBallots,
  "a write is lost": lostWrite,
  "a doubled message arrives": duplicate,
  "a decision comes only after a partition has healed": decisionAfterPartition,
  "a node learns twice, before and after a crash": learnsTwice,
};
