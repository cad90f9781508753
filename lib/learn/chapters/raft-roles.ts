import { show } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { entriesOf, logOf, type Log } from "../../consensus/raft/log.js";
import type { RequestVote } from "../../consensus/raft/messages.js";
import type { ServerOptions } from "../../consensus/raft/options.js";
import { server, serverWith } from "../../consensus/raft/server.js";
import type { Server, ServerSignature } from "../../consensus/raft/state.js";
import { adoptTerm } from "../../consensus/raft/term.js";
import { settingsOf } from "../../consensus/raft/settings.js";

/*
 * Raft's server with one rule taken from a learner's answer. Logs are given as the terms of their entries: the first number is
 * the term of entry 1.
 */

/** The last entry of a log: its index and term, both 0 for an empty log. */
export interface LastEntry {
  readonly index: number;
  readonly term: number;
}

/** Whether a candidate, whose log ends so, may have the vote of a server whose log ends so. */
export type UpToDateRule = (candidate: LastEntry, own: LastEntry) => boolean;

/** From which index on a follower must cut off its log before it takes these entries, which follow entry `prevLogIndex`; null: nowhere. */
export type CutRule = (log: readonly number[], prevLogIndex: number, entries: readonly number[]) => number | null;

/** Up to which index a leader may commit; 0: nothing. `matchIndex` has an entry for each server, the leader included. */
export type CommitRule = (log: readonly number[], matchIndex: readonly number[], currentTerm: number) => number;

/** Where the logs part, as a follower that has refused tells it: see `Conflict` of distlab/raft. */
export interface Hint {
  /** The term of the follower's entry that does not match; null if its log is too short to have one there. */
  readonly term: number | null;
  /** The first index of that term, or the first that is missing. */
  readonly index: number;
}

/** Which entry a leader sends next to a follower that has refused what follows entry `prevLogIndex`. */
export type BackUpRule = (log: readonly number[], prevLogIndex: number, hint: Hint) => number;

/** What a voter knows of itself. */
export interface Voter {
  readonly currentTerm: number;
  votedFor: NodeId | null;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
}

/** Whether to grant the vote; and what to note, and to write with `out.persist()`, before anybody hears of it. */
export type GrantRule = (self: Voter, request: RequestVote, out: { persist(): void }) => boolean;

/** The election time-outs, in ms, for five servers whose messages take so long one way, in ms. */
export type TimeoutRule = (latency: readonly [least: number, most: number]) => readonly [least: number, most: number];

type ServerRole = Role<ServerSignature>;

/** Whatever the learner's rule answers, if it is of the right type. */
function checked<T>(value: T, is: (value: T) => boolean, what: string): T {
  if (!is(value)) throw new TypeError(`the answer must be ${what}, got ${show(value)}`);
  return value;
}

const termsOf = (log: Log): number[] => entriesOf(log).map(({ term }) => term);
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isIndex = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

export function serverVotingFor(rule: UpToDateRule, options: ServerOptions): ServerRole {
  return serverWith(
    { isUpToDate: (index, term, log) => checked(rule({ index, term }, { index: log.lastIndex, term: log.lastTerm }), isFlag, "true or false") },
    options,
  );
}

export function serverCutting(rule: CutRule, options: ServerOptions): ServerRole {
  return serverWith(
    {
      cutFrom(log, prevLogIndex, entries) {
        const from = rule(termsOf(log), prevLogIndex, entries.map(({ term }) => term));
        return checked(from, (value) => value === null || (isIndex(value) && (value as number) > 0), "an index from 1, or null");
      },
    },
    options,
  );
}

export function serverCommitting(rule: CommitRule, options: ServerOptions): ServerRole {
  return serverWith(
    {
      mayCommit({ id, log, matchIndex, currentTerm }, index) {
        const match = options.servers.map((name) => (name === id ? log.lastIndex : (matchIndex.get(name) ?? 0)));
        return checked(rule(termsOf(log), match, currentTerm), isIndex, "an index, or 0") >= index;
      },
    },
    options,
  );
}

export function serverGranting(rule: GrantRule, options: ServerOptions): ServerRole {
  const sound = server(options);
  const settings = settingsOf(options, {});
  return {
    ...sound,
    receive: {
      ...sound.receive,
      requestVote(self, message, from, out) {
        // That a later term is adopted is not the learner's part.
        if (adoptTerm(settings, self, message.term, out)) out.persist();
        const { currentTerm, log } = self;
        const voter: Voter = {
          currentTerm,
          lastLogIndex: log.lastIndex,
          lastLogTerm: log.lastTerm,
          get votedFor() {
            return self.votedFor;
          },
          set votedFor(candidate) {
            self.votedFor = candidate;
          },
        };
        const voteGranted = checked(rule(voter, message, { persist: () => out.persist() }), isFlag, "true or false");
        if (voteGranted) out.setTimer({ kind: "election" }, settings.electionTimeout);
        out.send(from, { kind: "requestVoteReply", term: currentTerm, voteGranted });
      },
    },
  };
}

/** A server that has these entries on its disk when the run begins, and has seen this term. */
export function startingWith(terms: readonly number[], currentTerm: number, role: ServerRole): ServerRole {
  const log = logOf(terms.map((term, i) => ({ index: i + 1, term, kind: "no-op" as const })));
  return { ...role, init: (id): Server => Object.assign(role.init(id), { currentTerm, log }) };
}
