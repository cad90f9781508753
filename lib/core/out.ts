import type { Call, Delay, NodeId, Out } from "./role.js";

/**
 * The effects, some of them replaced: what a role that stands around another hands to it, so that what the inner role
 * asks for becomes something else. The others are passed on.
 */
export function outWith<O extends Out<any>>(out: O, other: Partial<Out<any>>): O {
  const all: Out<any> = {
    send: (to: NodeId, message) => out.send(to, message),
    setTimer: (timer, after: Delay) => out.setTimer(timer, after),
    cancelTimer: (timer) => out.cancelTimer(timer),
    persist: () => out.persist(),
    write: () => out.write(),
    decide: (outcome) => out.decide(outcome),
    reply: (call: Call, result) => out.reply(call, result),
    clock: () => out.clock(),
    ...other,
  };
  return all as O;
}

/** Run a rule so that what it writes comes after all else that it asks for: an answer then leaves before its reason is on disk. */
export function writingLast<O extends Out<any>>(out: O, rule: (out: O) => void): void {
  let wrote = false;
  rule(outWith(out, { persist: () => void (wrote = true) }));
  if (wrote) out.persist();
}
