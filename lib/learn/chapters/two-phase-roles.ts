import { show } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { coordinator, type CoordinatorOptions, type CoordinatorSignature, type Stage } from "../../commit/two-phase/coordinator.js";
import { attempt, participant, type Participant, type ParticipantOptions, type ParticipantSignature } from "../../commit/two-phase/participant.js";
import { scripted, type Resource, type Scripted } from "../../commit/resource.js";
import type { Outcome, TransactionId, Vote } from "../../commit/transaction.js";

/*
 * Two-phase commit with one rule taken from a learner's answer. A rule sees one transaction at a time.
 */

/** Whether a coordinator decides, and what: `isOver` says that its time for votes is over, and who has not voted yet is missing in `votes`. */
export type DecideRule = (participants: readonly string[], votes: ReadonlyMap<string, Vote>, isOver: boolean) => Outcome | "wait";

/** What a participant's log says of a transaction. */
export type Known = "nothing" | "prepared" | Outcome;

/** What a participant knows of a transaction; what it enters here is on its disk after `out.persist()`. */
export interface Entry {
  record: Known;
}

/** What a participant answers when it is asked to prepare. `can` says whether its resource is able to do its share, both ways. */
export type PrepareRule = (entry: Entry, can: boolean, out: { persist(): void }) => "yes" | "no";

/** What a coordinator of presumed abort knows of a transaction. Of one that is aborted or all over it knows nothing. */
export type CoordinatorKnows = "nothing" | "voting" | "commit";

/** What a coordinator of presumed abort answers to a participant in doubt; null: no answer now. */
export type InquiryRule = (knows: CoordinatorKnows) => Outcome | null;

/** What a participant answers to another one in doubt; null: no answer. */
export type AdviceRule = (entry: Entry, out: { persist(): void }) => Outcome | null;

/** What can be done where the coordinator is down for good, and these are the logs of all participants that can be reached. */
export type FateRule = (logs: readonly Known[]) => Outcome | "blocked";

/** What a commit of presumed abort costs with `n` participants, of which `readers` only read. */
export type ReadersCostRule = (n: number, readers: number) => { readonly messages: number; readonly forced: number };

/** Whatever the learner's rule answers, if it is one of these. */
function checked<T>(value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`the answer must be ${allowed.map((one) => show(one)).join(" or ")}, got ${show(value)}`);
}

export function coordinatorDeciding(rule: DecideRule, options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  const ask = ({ participants, votes }: Stage & { kind: "voting" }, isOver: boolean): Outcome | "wait" =>
    checked(rule(participants, new Map(votes), isOver), ["commit", "abort", "wait"]);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      vote(self, message, from, out) {
        const { transaction } = message;
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "voting" || !stage.participants.includes(from) || stage.votes.has(from)) return;
        stage.votes.set(from, message.vote);
        switch (ask(stage, false)) {
          case "abort":
            return sound.timeout.votes(self, { kind: "votes", transaction }, out);
          case "commit":
            return makeCommit(sound, self, transaction, stage, out);
          case "wait":
            return;
        }
      },
    },
    timeout: {
      ...sound.timeout,
      votes(self, timer, out) {
        const stage = self.stages.get(timer.transaction);
        if (stage?.kind !== "voting") return;
        switch (ask(stage, true)) {
          case "abort":
            return sound.timeout.votes(self, timer, out);
          case "commit":
            return makeCommit(sound, self, timer.transaction, stage, out);
          case "wait":
            return;
        }
      },
    },
  };
}

/** Have the coordinator commit, whatever it was told: as if all who have not said that they only read had voted yes. */
function makeCommit(
  sound: Role<CoordinatorSignature>,
  self: Parameters<Role<CoordinatorSignature>["receive"]["vote"]>[0],
  transaction: TransactionId,
  { participants, votes }: Stage & { kind: "voting" },
  out: Parameters<Role<CoordinatorSignature>["receive"]["vote"]>[3],
): void {
  for (const node of participants) if (votes.get(node) !== "read-only") votes.set(node, "yes");
  const last = participants[participants.length - 1]!;
  const vote = votes.get(last)!;
  votes.delete(last);
  sound.receive.vote(self, { kind: "vote", transaction, vote }, last, out);
}

export function coordinatorAnswering(rule: InquiryRule, options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator({ ...options, form: "presumed-abort" });
  return {
    ...sound,
    receive: {
      ...sound.receive,
      inquiry(self, { transaction }, from, out) {
        const stage = self.stages.get(transaction);
        const knows = stage?.kind === "voting" ? "voting" : stage?.outcome === "commit" ? "commit" : "nothing";
        const outcome = checked<Outcome | null>(rule(knows), ["commit", "abort", null]);
        if (outcome !== null) out.send(from, { kind: "decision", transaction, outcome });
      },
    },
  };
}

type ParticipantRole<Data extends object> = Role<ParticipantSignature<Data>>;

/** A participant's record as a learner sees and sets it. `prepare` puts the resource into the state that goes with a yes. */
function entryOf<Data extends object>(
  self: Participant<Data>, transaction: TransactionId, about: { readonly coordinator: NodeId; readonly participants: readonly NodeId[]; readonly prepare?: () => void },
): Entry {
  return {
    get record() {
      const kind = self.log.get(transaction)?.kind;
      return kind === undefined || kind === "read-only" ? "nothing" : kind;
    },
    set record(kind) {
      switch (checked(kind, ["nothing", "prepared", "commit", "abort"])) {
        case "nothing":
          self.log.delete(transaction);
          break;
        case "prepared":
          about.prepare?.();
          self.log.set(transaction, { kind: "prepared", coordinator: about.coordinator, participants: about.participants });
          break;
        default:
          self.log.set(transaction, { kind: kind as Outcome });
      }
    },
  };
}

export function participantPreparing<Data extends object = Scripted, Work = unknown>(
  rule: PrepareRule, options: ParticipantOptions<Data, Work> = {},
): ParticipantRole<Data> {
  const sound = participant(options);
  const resource = options.resource ?? (scripted as unknown as Resource<Data, Work>);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepare(self, { transaction, participants, work }, coordinator, out) {
        const before = self.log.get(transaction)?.kind;
        if (before === "commit") return; // it is over; that is not the learner's part
        const tried = attempt(resource, self.data, transaction, work as Work);
        const entry = entryOf(self, transaction, { coordinator, participants, prepare: () => void (before === undefined && (self.data = tried.data)) });
        const vote = checked<"yes" | "no">(rule(entry, tried.vote === "yes", { persist: () => out.persist() }), ["yes", "no"]);
        const after = self.log.get(transaction)?.kind;
        if (after === "prepared") out.setTimer({ kind: "inquire", transaction }, options.inquireAfter ?? [100, 200]);
        if (after === "abort" && before !== "abort") out.decide({ transaction, outcome: "abort" });
        out.send(coordinator, { kind: "vote", transaction, vote });
      },
    },
  };
}

export function participantAdvising(rule: AdviceRule, options: ParticipantOptions = {}): ParticipantRole<Scripted> {
  const sound = participant({ ...options, cooperative: true });
  return {
    ...sound,
    receive: {
      ...sound.receive,
      consult(self, { transaction }, from, out) {
        const before = self.log.get(transaction)?.kind;
        const entry = entryOf(self, transaction, { coordinator: from, participants: [self.id, from] });
        const outcome = checked<Outcome | null>(rule(entry, { persist: () => out.persist() }), ["commit", "abort", null]);
        const after = self.log.get(transaction)?.kind;
        if (before === undefined && after === "abort") out.decide({ transaction, outcome: "abort" });
        if (outcome !== null) out.send(from, { kind: "advice", transaction, outcome });
      },
    },
  };
}
