import type { AnyRole, Call, Effect, NodeId, Tagged } from "../../lib/core.js";
import { step } from "../../lib/core.js";

/** Effects as short texts: "vote yes to c", "force", "decide commit". */
export function texts(effects: readonly Effect[] | null): string[] {
  return (effects ?? []).map((effect) => {
    switch (effect.kind) {
      case "send": {
        const { kind, vote, outcome, state, towards, attempt } = effect.message as unknown as Record<string, string | number | undefined>;
        const more = [vote ?? outcome ?? state ?? towards, attempt].filter((word) => word !== undefined).join(" ");
        return `${kind}${more ? ` ${more}` : ""} to ${effect.to}`;
      }
      case "write":
        return effect.flush ? "force" : "write";
      case "decide":
        return `decide ${(effect.outcome as { outcome: string }).outcome}`;
      case "reply":
        return `reply ${typeof effect.result === "string" ? effect.result : (effect.result as { refused: string }).refused}`;
      case "setTimer":
        return `set ${effect.timer.kind}`;
      case "cancelTimer":
        return `cancel ${effect.timer.kind}`;
    }
  });
}

/** One node in a role, and what it does with what comes in. */
export function acting<R extends AnyRole>(role: R, id: string) {
  const self = role.init(id as NodeId) as ReturnType<R["init"]>;
  return {
    self,
    on: (message: Tagged & { readonly [field: string]: unknown }, from = "c") => texts(step(role, self, { kind: "message", from: from as NodeId, message })),
    asked: (request: Tagged & { readonly [field: string]: unknown }, call = "client#1") => texts(step(role, self, { kind: "request", call: call as Call, request })),
    timer: (kind: string, transaction = "t1") => texts(step(role, self, { kind: "timer", timer: { kind, transaction } as Tagged })),
    boots: () => texts(step(role, self, { kind: "start" })),
  };
}
