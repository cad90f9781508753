import type { Role } from "../../core/role.js";
import { orchestrator, type OrchestratorOptions, type OrchestratorSignature } from "./orchestrator.js";
import { sagaParticipant, type SagaParticipantOptions, type SagaParticipantSignature } from "./participant.js";

/* Sagas with one rule broken, a different one in each role. */

/** An orchestrator that keeps nothing on its disk: after a crash nobody ends what it has begun. */
export function forgetfulOrchestrator(options: OrchestratorOptions = {}): Role<OrchestratorSignature> {
  return { ...orchestrator(options), durable: [] };
}

/** An orchestrator that undoes the first step first. */
export function forwardUndoer(options: OrchestratorOptions = {}): Role<OrchestratorSignature> {
  const sound = orchestrator(options);
  return {
    ...sound,
    receive: {
      performed(self, message, from, out) {
        const { transaction, index, way, isDone } = message;
        const record = self.log.get(transaction);
        if ((record?.kind !== "forward" && record?.kind !== "backward") || record.kind !== way || record.at !== index)
          return;
        if (way === "forward" && isDone) return sound.receive.performed(self, message, from, out);
        const steps = way === "forward" ? record.steps.slice(0, index) : record.steps;
        const next = way === "forward" ? 0 : index + 1;
        self.log.set(transaction, { kind: "backward", steps, at: Math.min(next, steps.length - 1), attempt: 1 });
        if (next >= steps.length) {
          self.log.set(transaction, { kind: "backward", steps, at: 0, attempt: 1 });
          return sound.receive.performed(
            self,
            { ...message, index: 0, way: "backward", attempt: 1, isDone: true },
            from,
            out,
          );
        }
        out.persist();
        sound.timeout.resend(self, { kind: "resend", transaction }, out);
      },
    },
  };
}

/** An orchestrator that gives up where a step cannot be done, and leaves what was done. */
export function quittingOrchestrator(options: OrchestratorOptions = {}): Role<OrchestratorSignature> {
  const sound = orchestrator(options);
  return {
    ...sound,
    receive: {
      performed(self, message, from, out) {
        const record = self.log.get(message.transaction);
        if (message.isDone || record?.kind !== "forward" || record.at !== message.index)
          return sound.receive.performed(self, message, from, out);
        self.log.set(message.transaction, { kind: "abort" });
        out.persist();
        out.decide({ transaction: message.transaction, outcome: "abort" });
      },
    },
  };
}

/** A participant that does again what it is asked again. */
export function repeatingParticipant(options: SagaParticipantOptions): Role<SagaParticipantSignature> {
  const sound = sagaParticipant(options);
  return {
    ...sound,
    receive: {
      perform(self, message, from, out) {
        self.done.clear();
        sound.receive.perform(self, message, from, out);
      },
    },
  };
}
