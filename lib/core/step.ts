import { clone } from "./clone.js";
import type { AnyRole, Call, Delay, NodeId, Out, Tagged } from "./role.js";

/** What can happen to a node. */
export type Input =
  | { readonly kind: "start" }
  | { readonly kind: "message"; readonly from: NodeId; readonly message: Tagged }
  | { readonly kind: "timer"; readonly timer: Tagged }
  | { readonly kind: "request"; readonly call: Call; readonly request: Tagged };

/** The durable fields of a node, as they stand on its disk. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a node wants done, in order. */
export type Effect =
  | { readonly kind: "send"; readonly to: NodeId; readonly message: Tagged }
  | { readonly kind: "setTimer"; readonly timer: Tagged; readonly after: Delay }
  | { readonly kind: "cancelTimer"; readonly timer: Tagged }
  | { readonly kind: "write"; readonly fields: Fields; readonly flush: boolean }
  | { readonly kind: "decide"; readonly outcome: unknown }
  | { readonly kind: "reply"; readonly call: Call; readonly result: unknown };

/** The rules of a role in tables by kind, free of prototypes, so that no message can name a rule that is none. */
export interface Rules {
  readonly start: ((self: object, out: Out<any>) => void) | undefined;
  readonly receive: Readonly<Record<string, (self: object, message: Tagged, from: NodeId, out: Out<any>) => void>>;
  readonly timeout: Readonly<Record<string, (self: object, timer: Tagged, out: Out<any>) => void>>;
  readonly request: Readonly<Record<string, (self: object, request: Tagged, call: Call, out: Out<any>) => void>>;
}

/** The role's rules, looked up once, for a runtime that applies them often. */
export function rulesOf(role: AnyRole): Rules {
  return {
    start: role.start,
    receive: Object.assign(Object.create(null), role.receive),
    timeout: Object.assign(Object.create(null), role.timeout),
    request: Object.assign(Object.create(null), role.request),
  };
}

/**
 * Apply the one rule that fits the input; changes `self`. Returns whether a rule fitted: an input without a
 * rule has no effect, as a message has that comes to a node of the wrong role.
 */
export function apply(rules: Rules, self: object, input: Input, out: Out<any>): boolean {
  switch (input.kind) {
    case "start":
      rules.start?.(self, out);
      return true;
    case "message": {
      const rule = rules.receive[input.message.kind];
      rule?.(self, input.message, input.from, out);
      return rule !== undefined;
    }
    case "timer": {
      const rule = rules.timeout[input.timer.kind];
      rule?.(self, input.timer, out);
      return rule !== undefined;
    }
    case "request": {
      const rule = rules.request[input.request.kind];
      rule?.(self, input.request, input.call, out);
      return rule !== undefined;
    }
  }
}

/**
 * One step of one node, as data: changes `self` and returns the effects in order, or null where no rule fits
 * the input. `clock` is what the node's own clock shows, in ms.
 */
export function step(role: AnyRole, self: object, input: Input, clock: number = 0): readonly Effect[] | null {
  const effects: Effect[] = [];
  const out: Out<any> = {
    send: (to: NodeId, message: Tagged) => void effects.push({ kind: "send", to, message }),
    setTimer: (timer: Tagged, after: Delay) => void effects.push({ kind: "setTimer", timer, after }),
    cancelTimer: (timer: Tagged) => void effects.push({ kind: "cancelTimer", timer }),
    persist: () => void effects.push({ kind: "write", fields: durableFields(role, self), flush: true }),
    write: () => void effects.push({ kind: "write", fields: durableFields(role, self), flush: false }),
    decide: (outcome: unknown) => void effects.push({ kind: "decide", outcome }),
    reply: (call: Call, result: unknown) => void effects.push({ kind: "reply", call, result }),
    clock: () => clock,
  };
  return apply(rulesOf(role), self, input, out) ? effects : null;
}

/** What a write puts on disk: a copy, because the disk must not change when the state does. */
export function durableFields(role: AnyRole, self: object): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of role.durable) {
    const value = (self as Record<string, unknown>)[name];
    fields[name] = typeof value === "object" ? clone(value) : value;
  }
  return fields;
}

/** The state of a node that boots from what is on its disk. */
export function boot(role: AnyRole, id: NodeId, disk: Fields): object {
  return Object.assign(role.init(id), clone(disk));
}
