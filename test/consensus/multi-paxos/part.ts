import type { AnyRole, NodeId, StateOf, Tagged } from "../../../lib/core/role.js";
import { type Effect, step } from "../../../lib/core/step.js";
import type { Ballot } from "../../../lib/multi-paxos.js";

/** A ballot in few letters. */
export function ballot(round: number, leader: string): Ballot {
  return { round, proposer: leader as NodeId };
}

/** One node by itself: what it does with what comes in, and the state in which that leaves it. */
export function alone<R extends AnyRole>(role: R, id: string, state: Partial<StateOf<R>> = {}) {
  const self = { ...role.init(id as NodeId), ...state } as StateOf<R>;
  let now = 0;
  const effects = (input: Parameters<typeof step>[2]): readonly Effect[] => step(role, self as object, input, now) ?? [];
  return {
    self,
    at: (ms: number): void => void (now = ms),
    start: () => effects({ kind: "start" }),
    hears: (from: string, message: Tagged & Readonly<Record<string, unknown>>) => effects({ kind: "message", from: from as NodeId, message }),
    fires: (kind: string) => effects({ kind: "timer", timer: { kind } }),
    isAsked: (call: string, request: Tagged & Readonly<Record<string, unknown>>) => effects({ kind: "request", call: call as never, request }),
  };
}

/** What was sent, in words: `a1: p1a`. */
export function letters(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === "send" ? [`${effect.to}: ${effect.message.kind}`] : []));
}

/** The messages of one kind that were sent. */
export function sent(effects: readonly Effect[], kind: string): readonly any[] {
  return effects.flatMap((effect) => (effect.kind === "send" && effect.message.kind === kind ? [effect.message] : []));
}

/** What was done, in order, by its kinds. */
export function kinds(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => (effect.kind === "send" ? effect.message.kind : effect.kind));
}

/** A command of the store, in few letters. */
export function command(call: string, value = "v") {
  return { kind: "operation", call: call as never, operation: { kind: "put", key: "x", value } } as const;
}
