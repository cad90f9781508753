import { isBefore, noBallot } from "../../consensus/paxos/ballot.js";
import { ids, type NodeId, type Role } from "../../core/role.js";
import { show } from "../../core/parameters.js";
import {
  coordinator,
  type CoordinatorOptions,
  type CoordinatorSignature,
} from "../../commit/four-phase/coordinator.js";
import { leader, type LeaderOptions, type LeaderSignature } from "../../commit/paxos-commit/leader.js";
import type { Choice, InstanceVote, Phase2b } from "../../commit/paxos-commit/messages.js";
import {
  orchestrator,
  type OrchestratorOptions,
  type OrchestratorSignature,
  type Underway,
} from "../../commit/saga/orchestrator.js";
import type { Outcome } from "../../commit/transaction.js";

/*
 * The protocols of chapter 3.2.3 with one rule taken from a learner's answer. A rule sees one transaction at a time.
 */

/**
 * What a coordinator does in four-phase commit that has to lead because all before it are dead: the outcome that it goes for,
 * and whom it tells first. `told`: what it was told that the outcome will be; null if nothing. `after`: how many of those
 * who come after it live.
 */
export type TakeOverRule = (
  told: Outcome | null,
  after: number,
) => { readonly outcome: Outcome; readonly first: "backups" | "participants" };

/** The last vote that an acceptor cast in one instance: its value, and how late the ballot was. Ballot 0 is the resource manager's own. */
export interface LastVote {
  readonly ballot: number;
  readonly value: "prepared" | "aborted";
}

/** For what a leader asks in one instance, given what a majority of the acceptors told of it; null: that one has not voted. */
export type InstanceRule = (votes: readonly (LastVote | null)[]) => "prepared" | "aborted";

/** One vote as a leader of Paxos Commit heard of it. */
export interface CountedVote {
  readonly instance: string;
  readonly acceptor: string;
  readonly ballot: number;
  readonly value: "prepared" | "aborted";
}

/** Whether the outcome is known from these votes. `managers` are the resource managers, each with an instance of its own. */
export type OutcomeRule = (
  managers: readonly string[],
  votes: readonly CountedVote[],
  quorum: number,
) => Outcome | "wait";

/** Where a saga of `steps` steps stands: step `at`, counted from 0, is to be done, or to be undone. */
export interface SagaPlace {
  readonly way: "forward" | "backward";
  readonly at: number;
}

/** What comes next when the node of that step has answered: whether the step is done, or could not be done. */
export type SagaRule = (place: SagaPlace, isDone: boolean, steps: number) => SagaPlace | Outcome;

/** What a commit costs by Paxos Commit and by Faster Paxos Commit with `n` resource managers and for F = `faults`. */
export type AcceptorsCostRule = (n: number, faults: number) => { readonly messages: number; readonly faster: number };

/** Whatever the learner's rule answers, if it is one of these. */
function checked<T>(value: T, allowed: readonly T[], what: string = "answer"): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`the ${what} must be ${allowed.map((one) => show(one)).join(" or ")}, got ${show(value)}`);
}

/** For worlds with a perfect failure detector: whoever is reported dead, the next one asks the rule. */
export function coordinatorTakingOver(rule: TakeOverRule, options: CoordinatorOptions): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      down(self, message, from, out) {
        const hasty: string[] = [];
        for (const [transaction, record] of [...self.log]) {
          if (record.kind !== "enlisted" || self.recovering.has(transaction) || self.stages.has(transaction)) continue;
          const up = record.up.filter((node) => node !== message.node);
          if (up[0] !== self.id || !record.up.includes(message.node)) continue;
          const chosen = rule(record.told, up.length - 1);
          const outcome = checked<Outcome>(chosen?.outcome, ["commit", "abort"], "outcome");
          if (checked(chosen.first, ["backups", "participants"], "first") === "participants") hasty.push(transaction);
          self.log.set(transaction, { ...record, told: outcome });
        }
        sound.receive.down(self, message, from, out);
        for (const transaction of hasty) {
          const record = self.log.get(transaction);
          if (record?.kind !== "enlisted") continue;
          for (const node of record.up) {
            if (node !== self.id)
              sound.receive.informed(self, { kind: "informed", transaction, attempt: record.attempt }, node, out);
          }
        }
      },
    },
  };
}

/** Leaders' ballots as one number each, in their order: 1.1 is the first ballot of `l1`, 2.3 the second of `l3`. */
function numberOf({ round, proposer }: InstanceVote["ballot"]): number {
  const place = /\d+$/.exec(proposer)?.[0] ?? "0";
  return Number(`${round}.${place}`);
}

export function leaderChoosing(rule: InstanceRule, options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  const quorum = Math.floor(options.acceptors.length / 2) + 1;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase1b(self, message, from, out) {
        const pursuit = self.pursuits.get(message.transaction);
        if (
          !pursuit?.promises ||
          pursuit.promises.size + 1 < quorum ||
          isBefore(message.ballot, pursuit.ballot) ||
          isBefore(pursuit.ballot, message.ballot)
        ) {
          return sound.receive.phase1b(self, message, from, out);
        }
        pursuit.promises.set(from, message.votes);
        const promises = [...pursuit.promises.values()];
        // The sound rule takes the latest vote, so it is shown one, the learner's choice.
        const votes = Object.fromEntries(
          pursuit.participants.map((instance) => {
            const told = promises.map(({ [instance]: vote }) =>
              vote ? { ballot: numberOf(vote.ballot), value: vote.value } : null,
            );
            return [instance, { ballot: noBallot, value: checked<Choice>(rule(told), ["prepared", "aborted"]) }];
          }),
        );
        for (const node of pursuit.promises.keys()) pursuit.promises.set(node, {});
        sound.receive.phase1b(self, { ...message, votes }, from, out);
      },
    },
  };
}

/** A vote of each of these for the same value in every instance, as the sound leader needs it to learn an outcome. */
function convincing(
  participants: readonly NodeId[],
  acceptors: readonly NodeId[],
  { message, outcome }: { readonly message: Phase2b; readonly outcome: Outcome },
): readonly (readonly [NodeId, Phase2b])[] {
  const value = outcome === "commit" ? ("prepared" as const) : ("aborted" as const);
  return acceptors.map(
    (node) =>
      [node, { ...message, values: Object.fromEntries(participants.map((instance) => [instance, value])) }] as const,
  );
}

export function leaderCounting(rule: OutcomeRule, options: LeaderOptions): Role<LeaderSignature> {
  const sound = leader(options);
  const quorum = Math.floor(options.acceptors.length / 2) + 1;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      phase2b(self, message, from, out) {
        const pursuit = self.pursuits.get(message.transaction);
        if (!pursuit || pursuit.outcome) return;
        const { participants, tally } = pursuit;
        // Noted in the order in which they come, also twice: whom a message is from is for the learner to see.
        for (const [instance, value] of Object.entries(message.values) as [NodeId, Choice][]) {
          const ballots =
            tally.get(instance) ?? new Map<string, { readonly value: Choice; readonly voters: Set<NodeId> }>();
          tally.set(instance, ballots);
          ballots.set(`${numberOf(message.ballot)} ${from} ${ballots.size}`, { value, voters: new Set([from]) });
        }
        const votes: CountedVote[] = [...tally].flatMap(([instance, ballots]) =>
          Array.from(ballots, ([key, { value, voters }]) => ({
            instance,
            acceptor: [...voters][0]!,
            ballot: Number(key.split(" ")[0]),
            value,
          })),
        );
        const outcome = checked<Outcome | "wait">(rule(participants, votes, quorum), ["commit", "abort", "wait"]);
        if (outcome === "wait") return;
        tally.clear();
        for (const [node, one] of convincing(participants, options.acceptors, { message, outcome }))
          sound.receive.phase2b(self, one, node, out);
      },
    },
  };
}

export function orchestratorWith(rule: SagaRule, options: OrchestratorOptions = {}): Role<OrchestratorSignature> {
  const sound = orchestrator(options);
  return {
    ...sound,
    receive: {
      performed(self, message, from, out) {
        const { transaction, index, way, attempt, isDone } = message;
        const record = self.log.get(transaction);
        if (
          (record?.kind !== "forward" && record?.kind !== "backward") ||
          record.kind !== way ||
          record.at !== index ||
          record.attempt !== attempt
        )
          return;
        const { steps } = record;
        const next = rule({ way, at: index }, isDone, steps.length);
        // The sound orchestrator goes on from the place before the one that was chosen.
        const before: Pick<Underway, "kind" | "at"> =
          next === "commit"
            ? { kind: "forward", at: steps.length - 1 }
            : next === "abort"
              ? { kind: "backward", at: 0 }
              : placeBefore(next, steps.length);
        self.log.set(transaction, { ...before, steps, attempt: 1 });
        sound.receive.performed(
          self,
          { ...message, way: before.kind, index: before.at, attempt: 1, isDone: true },
          from,
          out,
        );
      },
    },
  };
}

function placeBefore(next: SagaPlace, steps: number): Pick<Underway, "kind" | "at"> {
  const way = checked<SagaPlace["way"]>(next?.way, ["forward", "backward"], 'field "way"');
  if (!Number.isInteger(next.at) || next.at < 0 || next.at >= steps)
    throw new RangeError(`the field "at" must be a step from 0 to ${steps - 1}, got ${show(next.at)}`);
  return { kind: way, at: way === "forward" ? next.at - 1 : next.at + 1 };
}

/** The acceptors and leaders of the exercises. */
export const acceptors: readonly NodeId[] = ids("a1", "a2", "a3");
