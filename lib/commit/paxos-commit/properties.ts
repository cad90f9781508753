import { type Ballot, isBefore, isSame, nameOf } from "../../consensus/paxos/ballot.js";
import type { Observation, Property } from "../../core/property.js";
import { majority } from "../../core/quorum.js";
import type { NodeId } from "../../core/role.js";
import { type CastVote, commitProperties, voteIn } from "../properties.js";
import type { Decided, TransactionId } from "../transaction.js";
import type { Choice, Phase1b, Phase2a, Phase2b } from "./messages.js";

/**
 * A vote as Paxos Commit casts it: the first message of the resource manager's own instance. For
 * `commitNeedsAllVotes`.
 */
export function voteInBallot0(happened: Observation): CastVote | null {
  if (happened.kind !== "send") return null;
  if (happened.message.kind !== "phase2a") return voteIn(happened);
  const { transaction, ballot, values } = happened.message as Phase2a;
  const value = values[happened.from];
  if (ballot.round > 0 || value === undefined) return null;
  return { transaction, node: happened.from, vote: value === "prepared" ? "yes" : "no" };
}

/** What was asked for in one ballot of one instance, and who has voted for it. */
interface Asked {
  readonly instance: string;
  readonly ballot: Ballot;
  readonly value: Choice;
  readonly voters: ReadonlySet<NodeId>;
}

/** By transaction, and then by instance, ballot and value. */
interface Ledger {
  readonly asked: ReadonlyMap<TransactionId, ReadonlyMap<string, Asked>>;
  readonly problem: string | null;
}

const emptyLedger: Ledger = { asked: new Map(), problem: null };

/** The values that are asked for and voted for here, each with its voter if it is a vote. */
function entriesIn(
  message: Phase1b | Phase2a | Phase2b,
  from: NodeId,
): readonly (Omit<Asked, "voters"> & { readonly voter: NodeId | null })[] {
  if (message.kind === "phase1b") {
    return Object.entries(message.votes).map(([instance, { ballot, value }]) => ({
      instance,
      ballot,
      value,
      voter: from,
    }));
  }
  const { ballot } = message;
  const voter = message.kind === "phase2b" ? from : null;
  return Object.entries(message.values).map(([instance, value]) => ({ instance, ballot, value, voter }));
}

/** The ledger with what has happened entered. A vote shows when it is told, to whomever. */
function entered(ledger: Ledger, happened: Observation, quorum: number): Ledger {
  if (happened.kind !== "send") return ledger;
  const message = happened.message as Phase1b | Phase2a | Phase2b;
  if (message.kind !== "phase1b" && message.kind !== "phase2a" && message.kind !== "phase2b") return ledger;
  const { transaction } = message;
  const before = ledger.asked.get(transaction) ?? new Map<string, Asked>();
  let after: Map<string, Asked> | null = null;
  let { problem } = ledger;
  for (const { voter, ...entry } of entriesIn(message, happened.from)) {
    const key = JSON.stringify([entry.instance, nameOf(entry.ballot), entry.value]);
    const known = (after ?? before).get(key);
    if (known && (voter === null || known.voters.has(voter))) continue;
    const now: Asked = { ...entry, voters: new Set([...(known?.voters ?? []), ...(voter === null ? [] : [voter])]) };
    after = new Map(after ?? before).set(key, now);
    problem ??= rivalOf(now, transaction, after.values(), quorum);
  }
  return after === null ? ledger : { asked: new Map(ledger.asked).set(transaction, after), problem };
}

/**
 * What cannot be beside a value that is asked for: another one in the same ballot, or in a later ballot than one that
 * has chosen.
 */
function rivalOf(asked: Asked, transaction: TransactionId, all: Iterable<Asked>, quorum: number): string | null {
  for (const other of all) {
    if (other.instance !== asked.instance || other.value === asked.value) continue;
    const where = `${transaction}, instance ${asked.instance}`;
    if (isSame(other.ballot, asked.ballot))
      return `${where}: ballot ${nameOf(asked.ballot)} has two values, "${other.value}" and "${asked.value}"`;
    const [first, second] = isBefore(asked.ballot, other.ballot) ? [asked, other] : [other, asked];
    if (first.voters.size < quorum) continue;
    const [before, after] = [nameOf(first.ballot), nameOf(second.ballot)];
    return `${where}: "${first.value}" was chosen in ballot ${before}, but ballot ${after} is for "${second.value}"`;
  }
  return null;
}

interface Values {
  readonly values: ReadonlyMap<string, Choice>;
  readonly problem: string | null;
}

/** A ballot of an instance has one value: all that is asked for in it is equal, whoever asks and how often. */
export const oneValuePerInstance: Property<Values> = {
  name: "one value per ballot of an instance",
  memory: { values: new Map(), problem: null },
  observe(memory, happened) {
    if (happened.kind !== "send" || happened.message.kind !== "phase2a") return memory;
    const { transaction, ballot, values } = happened.message as Phase2a;
    let next = memory;
    for (const [instance, value] of Object.entries(values)) {
      const key = JSON.stringify([transaction, instance, nameOf(ballot)]);
      const other = next.values.get(key);
      if (other === undefined) next = { ...next, values: new Map(next.values).set(key, value) };
      else if (other !== value) {
        next = {
          ...next,
          problem:
            next.problem ??
            `${transaction}, instance ${instance}: ballot ${nameOf(ballot)} has two values, "${other}" and "${value}"`,
        };
      }
    }
    return next;
  },
  check: (_, { problem }) => problem,
};

/** Who the acceptors are. */
export interface Acceptors {
  readonly acceptors: readonly NodeId[];
}

/**
 * Each instance is a Paxos: a ballot of it has one value, and once a value is chosen, every later ballot is for that
 * value. ("Paxos Made Simple", section 2.2: P2b.)
 */
export function instancesStayChosen({ acceptors }: Acceptors): Property<Ledger> {
  const quorum = majority(acceptors.length);
  return {
    name: "what an instance chooses stays chosen",
    memory: emptyLedger,
    observe: (ledger, happened) => entered(ledger, happened, quorum),
    check: (_, { problem }) => problem,
  };
}

/**
 * Nobody decides to commit before each instance has chosen "prepared". (Section 4.2. To abort, a resource manager needs
 * nobody.) It needs to see all votes, so it is not for acceptors that share a node with a leader or resource manager.
 */
export function commitIsChosen({ acceptors }: Acceptors): Property<Ledger> {
  const quorum = majority(acceptors.length);
  return {
    name: "commit is chosen in every instance",
    memory: emptyLedger,
    observe(ledger, happened) {
      if (happened.kind !== "decide") {
        const next = entered(ledger, happened, quorum);
        return next === ledger ? ledger : { ...next, problem: ledger.problem };
      }
      const { transaction, outcome } = happened.outcome as Decided;
      if (outcome !== "commit" || ledger.problem !== null) return ledger;
      const asked = [...(ledger.asked.get(transaction)?.values() ?? [])];
      const isChosen = (instance: string): boolean =>
        asked.some((each) => each.instance === instance && each.value === "prepared" && each.voters.size >= quorum);
      const open = asked.find(({ instance }) => !isChosen(instance));
      if (!open) return ledger;
      return {
        ...ledger,
        problem: `${happened.node} decided to commit ${transaction}, but the instance ${open.instance} has not chosen "prepared"`,
      };
    },
    check: (_, { problem }) => problem,
  };
}

/**
 * All that must hold of Paxos Commit at every moment, whatever is lost, doubled or crashed. For acceptors with nodes
 * of their own.
 */
export function paxosCommitProperties(acceptors: Acceptors): readonly Property[] {
  return [
    ...commitProperties({ votes: voteInBallot0 }),
    oneValuePerInstance,
    instancesStayChosen(acceptors),
    commitIsChosen(acceptors),
  ];
}
