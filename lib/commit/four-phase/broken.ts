import type { NodeId, Role } from "../../core/role.js";
import { coordinator, type CoordinatorOptions, type CoordinatorSignature } from "./coordinator.js";

/*
 * Four-phase commit with one rule broken, a different one in each role. What a rule is for shows in the run that happens
 * without it.
 */

/**
 * A coordinator that tells the participants the outcome while its backups still learn of it. If it dies, they may choose
 * the other one. Breaks AC1: that is what phase 3 is for.
 */
export function hastyCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      vote(self, message, from, out) {
        sound.receive.vote(self, message, from, out);
        const record = self.log.get(message.transaction);
        if (record?.kind !== "enlisted" || self.stages.get(message.transaction)?.kind !== "informing") return;
        for (const node of record.up) {
          if (node !== self.id) {
            sound.receive.informed(self, { kind: "informed", transaction: message.transaction, attempt: 0 }, node, out);
          }
        }
      },
    },
  };
}

/**
 * A backup that was told the outcome, and tells it the participants as soon as it leads. The backups after it need not
 * know it, and the next of them may choose the other one. Breaks AC1. (So "knows the decision: go to phase 4" is not
 * the whole rule.)
 */
export function hastyBackup(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      down(self, message, from, out) {
        sound.receive.down(self, message, from, out);
        for (const [transaction, record] of [...self.log]) {
          if (record.kind !== "enlisted" || self.stages.get(transaction)?.kind !== "informing" || record.order[0] === self.id) {
            continue;
          }
          for (const node of record.up) {
            if (node !== self.id) {
              sound.receive.informed(self, { kind: "informed", transaction, attempt: record.attempt }, node, out);
            }
          }
        }
      },
    },
  };
}

/** A backup that takes down whatever it is told last, also by a leader that is dead. Breaks AC1: that message is late. */
export function unnumberedBackup(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      inform(self, message, leader, out) {
        const record = self.log.get(message.transaction);
        const attempt = record?.kind === "enlisted" ? Math.max(record.attempt, message.attempt) : message.attempt;
        sound.receive.inform(self, { ...message, attempt }, leader, out);
      },
    },
  };
}

/** A coordinator that leads again when it comes back, and aborts what it does not know the end of. Breaks AC1: somebody else has led since. */
export function returningCoordinator(options: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  const sound = coordinator(options);
  return {
    ...sound,
    start(self, out) {
      sound.start!(self, out);
      for (const transaction of [...self.recovering]) {
        const record = self.log.get(transaction);
        if (record?.kind !== "enlisted" || record.order[0] !== self.id) continue;
        sound.receive.decision(self, { kind: "decision", transaction, outcome: "abort" }, self.id, out);
        for (const node of record.participants as readonly NodeId[]) {
          out.send(node, { kind: "decision", transaction, outcome: "abort" });
        }
      }
    },
  };
}
