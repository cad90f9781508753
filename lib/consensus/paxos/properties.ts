import type { Observation, Property } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { agreement, validity } from "../agreement.js";
import type { Acceptor } from "./acceptor.js";
import { type Ballot, isBefore, nameOf, noBallot } from "./ballot.js";
import type { Accept, Accepted, Nack, Prepare, Promised, Value, Vote } from "./messages.js";
import { type Quorums, quorumsOf } from "./quorums.js";

/*
 * Why Paxos is safe, in properties that hold after every step; sections are those of "Paxos Made Simple" (Lamport, 2001). Their memories are filled from messages as they
 * leave a node, because only what has left binds it: a promise that was still on its way to the disk when the
 * node crashed was never given. (So the votes that a `server` casts for its own ballot are not seen. The
 * properties hold for servers too, but see less; the last two need to see all votes.)
 */

type Message = Prepare | Promised | Accept | Accepted | Nack;

/** The message that was sent, if that is what happened. */
function sent(happened: Observation): Message | null {
  return happened.kind === "send" ? (happened.message as Message) : null;
}

/** What a memory holds that has found something wrong: there it stays. */
interface Found {
  readonly problem: string | null;
}

/**
 * The promise of an acceptor never goes back: not in its messages, and not in what it knows, also after a
 * crash: "an acceptor must remember this information even if it fails and then restarts". (Section 2.2.)
 */
export const promisesKept: Property<ReadonlyMap<NodeId, Ballot>> = {
  name: "promises kept",
  memory: new Map(),
  observe(promises, happened) {
    const message = sent(happened);
    if (message?.kind !== "promised") return promises;
    const { from } = happened as Observation & { readonly kind: "send" };
    const before = promises.get(from) ?? noBallot;
    return isBefore(before, message.ballot) ? new Map(promises).set(from, message.ballot) : promises;
  },
  check({ nodes }, promises) {
    for (const { id, state } of nodes) {
      const promise = promises.get(id);
      if (!promise || !state || !("promised" in state)) continue;
      const { promised } = state as Acceptor;
      if (isBefore(promised, promise)) return `${id} promised ballot ${nameOf(promise)}, and now knows of ${promised.round === 0 ? "none" : nameOf(promised)}`;
    }
    return null;
  },
};

interface Pledges extends Found {
  readonly promises: ReadonlyMap<NodeId, Ballot>;
}

/** P1a: an acceptor votes in ballot n only if it has not joined a later one. (Section 2.2.) */
export const noVoteBelowPromise: Property<Pledges> = {
  name: "no vote below a promise",
  memory: { promises: new Map(), problem: null },
  observe(memory, happened) {
    const message = sent(happened);
    if (message?.kind !== "promised" && message?.kind !== "accepted") return memory;
    const { from } = happened as Observation & { readonly kind: "send" };
    const promise = memory.promises.get(from) ?? noBallot;
    if (message.kind === "promised") {
      if (!isBefore(promise, message.ballot)) return memory;
      return { ...memory, promises: new Map(memory.promises).set(from, message.ballot) };
    }
    if (!isBefore(message.ballot, promise) || memory.problem) return memory;
    return { ...memory, problem: `${from} voted in ballot ${nameOf(message.ballot)} after it had joined ${nameOf(promise)}` };
  },
  check: (_, { problem }) => problem,
};

interface Ballots extends Found {
  readonly values: ReadonlyMap<string, Value>;
}

/** A ballot has one value: all that is asked for in it and all votes cast in it are equal. (Numbers are unique, section 2.2.) */
export const oneValuePerBallot: Property<Ballots> = {
  name: "one value per ballot",
  memory: { values: new Map(), problem: null },
  observe(memory, happened) {
    const message = sent(happened);
    if (message?.kind !== "accept" && message?.kind !== "accepted") return memory;
    const ballot = nameOf(message.ballot);
    const value = memory.values.get(ballot);
    if (value === undefined) return { ...memory, values: new Map(memory.values).set(ballot, message.value) };
    if (value === message.value || memory.problem) return memory;
    return { ...memory, problem: `ballot ${ballot} has two values, "${value}" and "${message.value}"` };
  },
  check: (_, { problem }) => problem,
};

/** A value that was asked for in a ballot, and the acceptors that voted for it there. */
interface Proposal {
  readonly ballot: Ballot;
  readonly value: Value;
  readonly voters: ReadonlySet<NodeId>;
}

interface Ledger extends Found {
  readonly proposals: ReadonlyMap<string, Proposal>;
}

const emptyLedger: Ledger = { proposals: new Map(), problem: null };

/** How many acceptors there are, and how many make a quorum. */
export interface Electorate {
  readonly acceptors: readonly NodeId[];
  readonly quorums?: Partial<Quorums>;
}

/**
 * P2b: if a value is chosen, every proposal in a higher ballot is for that value, and so is every vote there.
 * (Section 2.2; the order of the two in time does not matter.)
 */
export function chosenStays({ acceptors, quorums }: Electorate): Property<Ledger> {
  const quorum = quorumsOf(acceptors.length, quorums).accept;
  return {
    name: "what is chosen stays chosen",
    memory: emptyLedger,
    observe(ledger, happened) {
      const proposals = entered(ledger.proposals, happened);
      if (proposals === ledger.proposals) return ledger;
      return { proposals, problem: ledger.problem ?? rivalOfChosen(proposals, quorum) };
    },
    check: (_, { problem }) => problem,
  };
}

function rivalOfChosen(proposals: Ledger["proposals"], quorum: number): string | null {
  for (const chosen of proposals.values()) {
    if (chosen.voters.size < quorum) continue;
    for (const { ballot, value } of proposals.values()) {
      if (value === chosen.value || !isBefore(chosen.ballot, ballot)) continue;
      return `"${chosen.value}" was chosen in ballot ${nameOf(chosen.ballot)}, but ballot ${nameOf(ballot)} is for "${value}"`;
    }
  }
  return null;
}

/**
 * P2c, from which P2b follows: whenever a value v is asked for in ballot n, there is a quorum of acceptors of
 * which either none has voted in a ballot below n, or v is the value of the latest of their votes below n.
 * (Section 2.2.) It is the rule of phase 2a, seen from outside; it needs to see all votes, so it is not for
 * acceptors that share a node with a proposer.
 */
export function safeProposals({ acceptors, quorums }: Electorate): Property<Ledger> {
  const quorum = quorumsOf(acceptors.length, quorums).prepare;
  return {
    name: "every proposal is safe",
    memory: emptyLedger,
    observe(ledger, happened) {
      const proposals = entered(ledger.proposals, happened);
      if (proposals === ledger.proposals) return ledger;
      const message = sent(happened);
      const isUnsafe = message?.kind === "accept" && !ledger.problem && !isSafe(message, ledger.proposals, acceptors, quorum);
      const problem = isUnsafe
        ? `ballot ${nameOf(message.ballot)} asks for "${message.value}", but the votes that any quorum has cast before it do not allow that`
        : ledger.problem;
      return { proposals, problem };
    },
    check: (_, { problem }) => problem,
  };
}

function isSafe({ ballot, value }: Accept, proposals: Ledger["proposals"], acceptors: readonly NodeId[], quorum: number): boolean {
  const lastVotes = acceptors.map((acceptor) => lastVoteBefore(ballot, acceptor, proposals));
  // A quorum that never voted, or one whose latest vote is in a ballot that was for this value.
  const limits = [null, ...lastVotes.filter((vote) => vote?.value === value)];
  return limits.some((limit) => {
    const agreeing = lastVotes.filter((vote) => !vote || (limit && !isBefore(limit.ballot, vote.ballot)));
    return agreeing.length >= quorum;
  });
}

function lastVoteBefore(ballot: Ballot, acceptor: NodeId, proposals: Ledger["proposals"]): Proposal | null {
  let last: Proposal | null = null;
  for (const proposal of proposals.values()) {
    if (!proposal.voters.has(acceptor) || !isBefore(proposal.ballot, ballot)) continue;
    if (!last || isBefore(last.ballot, proposal.ballot)) last = proposal;
  }
  return last;
}

/**
 * "A process never learns that a value has been chosen unless it actually has been." (Section 2.1.) Like
 * `safeProposals`, it needs to see all votes.
 */
export function onlyChosenIsLearned({ acceptors, quorums }: Electorate): Property<Ledger["proposals"]> {
  const quorum = quorumsOf(acceptors.length, quorums).accept;
  return {
    name: "only what is chosen is learned",
    memory: new Map(),
    observe: entered,
    check({ decisions }, proposals) {
      const isChosen = (value: unknown): boolean => {
        for (const proposal of proposals.values()) if (proposal.value === value && proposal.voters.size >= quorum) return true;
        return false;
      };
      const mistaken = decisions.find(({ outcome }) => !isChosen(outcome));
      return mistaken ? `${mistaken.node} learned "${String(mistaken.outcome)}", which no quorum has voted for` : null;
    },
  };
}

/**
 * The proposals with what has happened entered. A vote shows when it is told to a learner, and when it is told
 * with a promise: a crash between the write and the message may have kept it from the learners.
 */
function entered(proposals: Ledger["proposals"], happened: Observation): Ledger["proposals"] {
  const message = sent(happened);
  if (!message) return proposals;
  const { from } = happened as Observation & { readonly kind: "send" };
  switch (message.kind) {
    case "accept":
      return withVoter(proposals, message, null);
    case "accepted":
      return withVoter(proposals, message, from);
    case "promised":
      return message.vote ? withVoter(proposals, message.vote, from) : proposals;
    default:
      return proposals;
  }
}

function withVoter(proposals: Ledger["proposals"], { ballot, value }: Vote, voter: NodeId | null): Ledger["proposals"] {
  const key = JSON.stringify([nameOf(ballot), value]);
  const known = proposals.get(key);
  if (known && (voter === null || known.voters.has(voter))) return proposals;
  const voters = new Set(known?.voters);
  if (voter !== null) voters.add(voter);
  return new Map(proposals).set(key, { ballot, value, voters });
}

/**
 * All that must hold of Paxos at every moment. For acceptors with nodes of their own; where servers play all the
 * parts, name them as `servers`.
 */
export function paxosProperties(
  electorate: Electorate | { readonly servers: readonly NodeId[]; readonly quorums?: Partial<Quorums> },
): readonly Property[] {
  const always = [agreement, validity, promisesKept, noVoteBelowPromise, oneValuePerBallot];
  if ("acceptors" in electorate) return [...always, chosenStays(electorate), safeProposals(electorate), onlyChosenIsLearned(electorate)];
  const { servers, ...rest } = electorate;
  return [...always, chosenStays({ acceptors: servers, ...rest })];
}
