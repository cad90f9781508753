import type { Decision, Observation, Property } from "../core/property.js";
import type { NodeId } from "../core/role.js";
import type { Guarding } from "./protocol.js";
import type { Resource } from "./resource.js";
import { type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote } from "./transaction.js";

/*
 * What atomic commitment demands, as Bernstein, Hadzilacos and Goodman number it ("Concurrency Control and
 * Recovery in Database Systems", 1987, section 7.3; the numbers here are those of Babaoglu and Toueg,
 * "Non-Blocking Atomic Commitment", 1993). AC1 to AC4 say what must never happen and are properties. AC5 says
 * what must happen in the end: `undecided` names whom it has not happened to.
 */

/** What is known of the outcomes that some list of decisions announces. */
interface Ledger {
  /** How many of the decisions are entered. */
  entered: number;
  readonly firsts: Map<TransactionId, Decision>;
  /** The first decision of each transaction for each outcome. */
  readonly by: Readonly<Record<Outcome, Map<TransactionId, Decision>>>;
  /** The first decision that differs from the first of its transaction, and that one. */
  clash: readonly [first: Decision, other: Decision] | null;
  readonly own: Map<string, Outcome>;
  readonly turns: { readonly node: NodeId; readonly transaction: TransactionId; readonly to: Outcome }[];
}

/** A simulation's list grows, and is asked about after each step: what was entered before need not be again. */
const ledgers = new WeakMap<readonly Decision[], Ledger>();

function ledgerOf(decisions: readonly Decision[]): Ledger {
  let ledger = ledgers.get(decisions);
  if (!ledger) {
    const by = { commit: new Map(), abort: new Map() };
    ledger = { entered: 0, firsts: new Map(), by, clash: null, own: new Map(), turns: [] };
    ledgers.set(decisions, ledger);
  }
  for (; ledger.entered < decisions.length; ledger.entered++) {
    const decision = decisions[ledger.entered]!;
    const { transaction, outcome } = decision.outcome as Decided;
    if (!ledger.by[outcome].has(transaction)) ledger.by[outcome].set(transaction, decision);
    const first = ledger.firsts.get(transaction);
    if (!first) ledger.firsts.set(transaction, decision);
    else if ((first.outcome as Decided).outcome !== outcome) ledger.clash ??= [first, decision];
    const key = JSON.stringify([decision.node, transaction]);
    const before = ledger.own.get(key);
    if (before === undefined) ledger.own.set(key, outcome);
    else if (before !== outcome) ledger.turns.push({ node: decision.node, transaction, to: outcome });
  }
  return ledger;
}

/** AC1: no two processes decide differently, also if one of them has crashed since. */
export const atomicity: Property<undefined> = {
  name: "AC1: all decide the same",
  check({ decisions }) {
    const { clash } = ledgerOf(decisions);
    if (!clash) return null;
    const [first, other] = clash;
    const { transaction, outcome } = first.outcome as Decided;
    return `${first.node} decided to ${outcome} ${transaction}, but ${other.node} decided to ${(other.outcome as Decided).outcome} it`;
  },
};

/** AC4: a process does not change its mind, also not after a crash. (Also a case of AC1; this one names it.) */
export const irrevocability: Property<undefined> = {
  name: "AC4: a decision stands",
  check({ decisions }) {
    const [turn] = ledgerOf(decisions).turns;
    if (!turn) return null;
    const from = turn.to === "commit" ? "abort" : "commit";
    return `${turn.node} had decided to ${from} ${turn.transaction}, and now decides to ${turn.to} it`;
  },
};

/** A vote that a participant has cast for others to see. */
export interface CastVote {
  readonly transaction: TransactionId;
  readonly node: NodeId;
  readonly vote: Vote;
}

/** The vote that is sent here, if one is: in most protocols a message with the fields `transaction` and `vote`. */
export function voteIn(happened: Observation): CastVote | null {
  if (happened.kind !== "send") return null;
  const { transaction, vote } = happened.message as { readonly transaction?: TransactionId; readonly vote?: Vote };
  return transaction === undefined || vote === undefined ? null : { transaction, node: happened.from, vote };
}

interface Polls {
  /** Whose votes each transaction needs, as its client said. */
  readonly needed: ReadonlyMap<TransactionId, readonly NodeId[]>;
  /** Who has voted yes or read-only. A participant's first vote counts. */
  readonly votes: ReadonlyMap<string, Vote>;
}

/**
 * AC2: a process decides to commit only if all participants have voted yes. A protocol whose votes look different
 * says how to see one. (Votes that a node casts for itself travel in no message. Whoever has a vote to hide so
 * cannot be judged by this property.)
 */
export function commitNeedsAllVotes(seen: (happened: Observation) => CastVote | null = voteIn): Property<Polls> {
  return {
    name: "AC2: commit needs every vote",
    memory: { needed: new Map(), votes: new Map() },
    observe(polls, happened) {
      const asked = askedIn(happened);
      if (asked && !polls.needed.has(asked.transaction)) {
        polls = { ...polls, needed: new Map(polls.needed).set(asked.transaction, participantsOf(asked.work)) };
      }
      const cast = seen(happened);
      if (!cast) return polls;
      const key = JSON.stringify([cast.transaction, cast.node]);
      return polls.votes.has(key) ? polls : { ...polls, votes: new Map(polls.votes).set(key, cast.vote) };
    },
    check({ decisions }, { needed, votes }) {
      for (const [transaction, decision] of ledgerOf(decisions).by.commit) {
        for (const participant of needed.get(transaction) ?? []) {
          const vote = votes.get(JSON.stringify([transaction, participant]));
          if (vote === "yes" || vote === "read-only") continue;
          return `${decision.node} decided to commit ${transaction}, but ${participant} ${vote === "no" ? "voted no" : "has not voted"}`;
        }
      }
      return null;
    },
  };
}

/** The transaction that a client, or a node in its place, asks for here. */
function askedIn(happened: Observation): { readonly transaction: TransactionId; readonly work: Shares } | null {
  const what = happened.kind === "request" ? happened.request : happened.kind === "send" ? happened.message : null;
  if (what?.kind !== "commit" && what?.kind !== "begin") return null;
  return what as unknown as { readonly transaction: TransactionId; readonly work: Shares };
}

/** The transactions that somebody has vetoed; and whether any node has crashed. */
interface Causes {
  readonly vetoed: ReadonlySet<TransactionId>;
  readonly crashed: boolean;
}

/**
 * AC3: if all vote yes and nothing fails, the outcome is commit. For runs in which only crashes go wrong: a process that
 * gives up waiting has seen a failure too, if the network or the disk was slow, and no observer can tell.
 */
export function abortNeedsCause(seen: (happened: Observation) => CastVote | null = voteIn): Property<Causes> {
  return {
    name: "AC3: abort needs a cause",
    memory: { vetoed: new Set(), crashed: false },
    observe(causes, happened) {
      if (happened.kind === "crash") return causes.crashed ? causes : { ...causes, crashed: true };
      const cast = seen(happened);
      if (cast?.vote !== "no" || causes.vetoed.has(cast.transaction)) return causes;
      return { ...causes, vetoed: new Set(causes.vetoed).add(cast.transaction) };
    },
    check({ decisions }, { vetoed, crashed }) {
      if (crashed) return null;
      for (const [transaction, { node }] of ledgerOf(decisions).by.abort) {
        if (!vetoed.has(transaction)) {
          return `${node} decided to abort ${transaction}, though nobody voted no and nothing crashed`;
        }
      }
      return null;
    },
  };
}

/** Who of the participants has not decided. AC5 asks that in the end, once failures are repaired, nobody is left. */
export function undecided(
  decisions: readonly Decision[],
  participants: Readonly<Record<TransactionId, readonly string[]>>,
): readonly { readonly transaction: TransactionId; readonly node: string }[] {
  const { own } = ledgerOf(decisions);
  return Object.entries(participants).flatMap(([transaction, nodes]) =>
    nodes.filter((node) => !own.has(JSON.stringify([node, transaction]))).map((node) => ({ transaction, node })),
  );
}

/** What each node has decided since it last booted. */
type Lately = ReadonlyMap<NodeId, ReadonlyMap<TransactionId, Outcome>>;

/**
 * Who has decided has given back its locks. For participants that all guard this kind of resource: those named, or all
 * nodes that guard anything. (A crash may take a decision back from memory and disk, though not from the world: who wakes
 * up in doubt again holds its locks again.)
 */
export function locksGoWithDoubt(resource: Resource, participants?: readonly string[]): Property<Lately> {
  return {
    name: "locks are held in doubt only",
    memory: new Map(),
    observe(lately, happened) {
      if (happened.kind === "crash") {
        if (!lately.has(happened.node)) return lately;
        const rest = new Map(lately);
        rest.delete(happened.node);
        return rest;
      }
      if (happened.kind !== "decide") return lately;
      const { transaction, outcome } = happened.outcome as Decided;
      const known = lately.get(happened.node);
      if (known?.has(transaction)) return lately;
      return new Map(lately).set(happened.node, new Map(known).set(transaction, outcome));
    },
    check({ nodes }, lately) {
      for (const { id, state } of nodes) {
        const known = lately.get(id);
        if (!known || !state || !("data" in state) || (participants && !participants.includes(id))) continue;
        for (const transaction of resource.holders((state as Guarding).data)) {
          const outcome = known.get(transaction);
          if (outcome) return `${id} decided to ${outcome} ${transaction}, and still holds its locks`;
        }
      }
      return null;
    },
  };
}

/** AC1 to AC4 in one list. `calm` says that nothing but crashes goes wrong, so that AC3 can be judged. */
export function commitProperties({ calm = false, votes = voteIn }: {
  readonly calm?: boolean;
  readonly votes?: (happened: Observation) => CastVote | null;
} = {}): readonly Property[] {
  return [atomicity, irrevocability, commitNeedsAllVotes(votes), ...(calm ? [abortNeedsCause(votes)] : [])];
}
