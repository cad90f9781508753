import { outWith, writingLast } from "../../core/out.js";
import type { AnyRole, NodeId, Out, Role } from "../../core/role.js";
import { type Scripted, scripted, type ScriptedWork } from "../resource.js";
import { coordinator, type CoordinatorOptions, type CoordinatorSignature } from "./coordinator.js";
import { intermediate, type IntermediateOptions, type IntermediateSignature } from "./intermediate.js";
import { participant, type ParticipantOptions, type ParticipantSignature } from "./participant.js";

/*
 * Two-phase commit with one rule broken, a different one in each role. What a rule is for shows in the run that
 * happens without it, and the explorer finds the shortest one. AC1 to AC5 are explained in properties.ts; "the
 * article" is the one that this course follows, and its listing 4.3 has four of these faults at once.
 */

/**
 * A coordinator that keeps nothing on its disk. After a crash it answers "abort" about a transaction of which it has
 * told some that it commits. Breaks AC1.
 */
export function forgetfulCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  return { ...coordinator(options), durable: [] };
}

/**
 * A coordinator that tells its decision first and writes it down afterwards. A crash in between leaves some who have
 * committed, and a log that knows of nothing. Breaks AC1.
 */
export function tellingCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  return writesLast(coordinator(options));
}

/**
 * A coordinator that forgets a commit as soon as one participant has acknowledged it. Presumed abort answers "abort"
 * about what is forgotten, so nothing may be forgotten of which anybody can still ask. Breaks AC1.
 */
export function hastyForgetter(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      ack(self, message, from, out) {
        const stage = self.stages.get(message.transaction);
        if (stage?.kind === "telling" && stage.waiting.has(from)) stage.waiting.clear();
        if (stage?.kind === "telling") stage.waiting.add(from);
        sound.receive.ack(self, message, from, out);
      },
    },
  };
}

/**
 * A coordinator that, when it comes back, tells its decisions once more and then considers the matter closed, whether
 * anybody has heard it or not. A participant may be down at that moment. Breaks AC1.
 */
export function quittingCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    start(self, out) {
      sound.start!(self, out);
      for (const transaction of self.stages.keys()) self.ledger.set(transaction, { kind: "end" });
      self.stages.clear();
      if (self.ledger.size > 0) out.persist();
    },
  };
}

/**
 * A coordinator that answers "commit" about a transaction that it does not know, though it writes its log for presumed
 * abort. Breaks AC1 for each transaction that it has aborted.
 */
export function wronglyPresumingCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      inquiry(self, message, from, out) {
        const record = self.ledger.get(message.transaction);
        if (self.stages.has(message.transaction) || (record && record.kind !== "end")) {
          return sound.receive.inquiry(self, message, from, out);
        }
        out.send(from, { kind: "decision", transaction: message.transaction, outcome: "commit" });
      },
    },
  };
}

/**
 * A coordinator of presumed commit that does not write down whom it is about to ask. If it crashes before it has
 * decided, it will answer "commit" about a transaction that somebody may have vetoed. Breaks AC1 and AC2.
 */
export function uncollectingCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator({ ...options, form: "presumed-commit" });
  return {
    ...sound,
    request: {
      commit(self, request, call, out) {
        sound.request.commit(self, request, call, muted(out, ["persist"]));
        if (self.ledger.get(request.transaction)?.kind === "collecting") self.ledger.delete(request.transaction);
      },
    },
  };
}

/** A coordinator that takes every vote for a yes, as if nobody could object. Breaks AC2. The article's listing never looks at a vote. */
export function deafCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: { ...sound.receive, vote: (self, message, from, out) => sound.receive.vote(self, { ...message, vote: "yes" }, from, out) },
  };
}

/** A coordinator that decides to commit as soon as it has asked, as in the article's listing. Breaks AC2. */
export function optimisticCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    request: {
      commit(self, request, call, out) {
        sound.request.commit(self, request, call, out);
        for (const participant of Object.keys(request.work) as NodeId[]) {
          sound.receive.vote(self, { kind: "vote", transaction: request.transaction, vote: "yes" }, participant, out);
        }
      },
    },
  };
}

/**
 * A coordinator that knows no abort, as in the article's listing: it waits until all have voted yes. Whoever did so in
 * vain waits for ever. Breaks AC5 without any failure.
 */
export function relentlessCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: { ...sound.receive, vote: (self, message, from, out) => (message.vote === "no" ? undefined : sound.receive.vote(self, message, from, out)) },
    timeout: { ...sound.timeout, votes: () => undefined },
  };
}

/** A coordinator that counts votes instead of voters, so that a vote which the network has doubled counts for two. Breaks AC2. */
export function doubleCountingCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      vote(self, message, from, out) {
        const stage = self.stages.get(message.transaction);
        const missing = stage?.kind === "voting" ? stage.participants.find((node) => !stage.votes.has(node)) : undefined;
        sound.receive.vote(self, message, missing ?? from, out);
      },
    },
  };
}

/**
 * A participant that keeps nothing on its disk. After a crash it believes that it has not voted, and that it may still
 * abort alone. Breaks AC1.
 */
export function forgetfulParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  return { ...participant(options), durable: [] } as Role<ParticipantSignature>;
}

/** A participant that votes first and writes that down afterwards. Breaks AC1, as forgetting does. */
export function promisingParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  return writesLast(participant(options) as Role<ParticipantSignature>);
}

/**
 * A participant that acknowledges a commit which it has not forced to its disk. The coordinator forgets, a crash takes
 * the record, and now the participant asks and is told "abort". Breaks AC1.
 */
export function hastyAcknowledger(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = participant(options) as Role<ParticipantSignature>;
  return {
    ...sound,
    receive: { ...sound.receive, decision: (self, message, from, out) => sound.receive.decision(self, message, from, muted(out, ["persist"])) },
  };
}

/**
 * A participant that loses patience when it is in doubt, and aborts. It had promised to commit if told so. Breaks AC1. So
 * does every variant of it that also passes on what it has heard, as long as a crash can come before that: the
 * non-blocking protocol that forwards decisions by plain broadcast is wrong for that reason (Babaoglu and Toueg 1993).
 */
export function impatientParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = participant(options) as Role<ParticipantSignature>;
  return {
    ...sound,
    timeout: {
      inquire(self, { transaction }, out) {
        if (self.log.get(transaction)?.kind === "prepared") {
          sound.receive.advice(self, { kind: "advice", transaction, outcome: "abort" }, self.id, out);
        }
      },
    },
  };
}

/** The same participant, but it passes on to all others what the coordinator tells it. Still breaks AC1. */
export function relayingParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = impatientParticipant({ ...options, cooperative: true });
  return {
    ...sound,
    receive: {
      ...sound.receive,
      decision(self, message, from, out) {
        const { transaction, outcome } = message;
        const before = self.log.get(transaction);
        sound.receive.decision(self, message, from, out);
        if (before?.kind !== "prepared") return;
        for (const node of before.participants) {
          if (node !== self.id) out.send(node, { kind: "advice", transaction, outcome });
        }
      },
    },
  };
}

/**
 * A participant that answers another one's question with "abort" though it is in doubt itself. It is not free to say
 * so any more. Breaks AC1.
 */
export function faithlessParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = participant({ ...options, cooperative: true }) as Role<ParticipantSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      consult(self, message, from, out) {
        if (self.log.get(message.transaction)?.kind !== "prepared") return sound.receive.consult(self, message, from, out);
        out.send(from, { kind: "advice", transaction: message.transaction, outcome: "abort" });
      },
    },
  };
}

/**
 * A participant that only reads, and does not write down that it has voted, though others may consult it. After a crash
 * it tells them that it has not voted, and that they can abort. Breaks AC1.
 */
export function forgetfulReader(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = participant({ ...options, cooperative: true }) as Role<ParticipantSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepare(self, message, from, out) {
        const isReader = message.work === "read-only";
        sound.receive.prepare(self, message, from, isReader ? muted(out, ["persist"]) : out);
      },
    },
  };
}

/**
 * A participant whose veto is not on disk when it leaves. A crash, and a copy of the question, may find it of another
 * mind: it votes yes for a transaction that it has aborted. Breaks AC1. (R* does without this write, because its
 * sessions deliver no message twice.)
 */
export function waveringParticipant<Data extends object, Work>(options: ParticipantOptions<Data, Work> = {}): Role<ParticipantSignature<Data>> {
  const sound = participant(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepare(self, message, from, out) {
        const persist = (): void => (self.log.get(message.transaction)?.kind === "abort" ? undefined : out.persist());
        sound.receive.prepare(self, message, from, outWith(out, { persist }));
      },
    },
  };
}

/**
 * A participant whose resource may fail in the middle of preparing. The error is caught and the vote is no, but nobody
 * gives back the locks that were taken before it, and the next transaction meets them.
 */
export function carelessParticipant(options: ParticipantOptions = {}): Role<ParticipantSignature> {
  const sound = participant(options) as Role<ParticipantSignature>;
  const { resource = scripted } = options;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepare(self, message, from, out) {
        sound.receive.prepare(self, message, from, out);
        if (self.log.get(message.transaction)?.kind !== "abort") return;
        try {
          resource.prepare(self.data as Scripted, message.transaction, message.work as ScriptedWork);
        } catch {
          // as if it had never been tried
        }
      },
    },
  };
}

/**
 * An intermediate node that tells those below it that their branch has aborted, because its log knows nothing of it, and
 * does not write that down. A copy of the question may still come from above, and now it asks them all again. Breaks AC1.
 */
export function forgetfulIntermediate(options: IntermediateOptions = {}): Role<IntermediateSignature> {
  const sound = intermediate(options) as Role<IntermediateSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      inquiry(self, message, from, out) {
        const { transaction } = message;
        if (self.log.has(transaction) || self.stages.has(transaction)) return sound.receive.inquiry(self, message, from, out);
        out.send(from, { kind: "decision", transaction, outcome: "abort" });
      },
    },
  };
}

/** The role, with what its rules write coming after all else that they ask for. */
function writesLast<R extends AnyRole>(role: R): R {
  const late = <Rule extends (...args: any[]) => void>(rule: Rule): Rule =>
    ((...args: any[]) => {
      const out = args.pop() as Out<any>;
      writingLast(out, (late) => rule(...args, late));
    }) as Rule;
  const all = (rules: Record<string, (...args: any[]) => void>): typeof rules =>
    Object.fromEntries(Object.entries(rules).map(([kind, rule]) => [kind, late(rule)]));
  return { ...role, receive: all(role.receive as never), timeout: all(role.timeout as never), request: all(role.request as never) };
}

/** The effects, without those of these names. */
function muted<O extends Out<any>>(out: O, names: readonly (keyof Out<any>)[]): O {
  return outWith(out, Object.fromEntries(names.map((name) => [name, () => undefined])));
}
