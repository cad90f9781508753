import type { Ended, Violation } from "./options.js";

/** What a run has come to when it ends. */
interface Outcome {
  readonly now: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly stepLimit: number;
  readonly violation: Violation | null;
}

/** Why a run ended, in a sentence. */
export function reasonOf(kind: Ended["kind"], outcome: Outcome): string {
  const at = `${Math.round(outcome.now * 1000) / 1000} ms`;
  const stuck = noProgress(outcome);
  switch (kind) {
    case "quiet":
      return `nothing is left to do after ${at}${stuck}`;
    case "until":
      return `stopped at ${at}, as asked`;
    case "time-limit":
      return `stopped at the time limit of ${at}${stuck || ", still busy"}`;
    case "event-limit":
      return `stopped at the limit of ${outcome.stepLimit} steps, at ${at}: the run does not come to rest${stuck}`;
    case "violation": {
      const { property, problem, step } = outcome.violation!;
      return `${property} is violated at ${at}, step ${step}: ${problem}`;
    }
  }
}

function noProgress({ sent, delivered, lost }: Outcome): string {
  if (sent === 0 || delivered > 0) return "";
  return `; no progress: ${lost === sent ? "every message is lost" : "no message was handled"} (${sent} sent, 0 delivered)`;
}
