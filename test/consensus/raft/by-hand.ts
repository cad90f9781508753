import type { NodeId } from "../../../lib/core/role.js";
import { boot, durableFields, type Effect, type Input, step } from "../../../lib/core/step.js";
import { type Rules, serverWith, type Server, type ServerOptions } from "../../../lib/raft.js";
import { call, decisions, replies, sends } from "./server-at.js";

/** A cluster whose messages somebody delivers by hand: only those between servers that are named, and at once. */
export function byHand(servers: readonly NodeId[], options: Partial<ServerOptions<any, any, any>> = {}, changed: Partial<Rules> = {}) {
  const role = serverWith<any, any, any>(changed, { servers, ...options });
  const states = new Map<NodeId, Server<any, any, any>>(servers.map((id) => [id, role.init(id)]));
  const decided = new Map<NodeId, any[]>(servers.map((id) => [id, []]));
  const answers: any[] = [];
  let calls = 0;

  /** One input to one server, and all that follows among these; what goes to others is lost. */
  function feed(id: NodeId, input: Input, among: readonly NodeId[]): readonly Effect[] {
    const first = one(id, input);
    const queue = sends(first).map(([to, message]) => ({ from: id, to, message }));
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { from, to, message } = next;
      if (!among.includes(to)) continue;
      queue.push(...sends(one(to, { kind: "message", from, message })).map(([onward, answer]) => ({ from: to, to: onward, message: answer })));
    }
    return first;
  }

  function one(id: NodeId, input: Input): readonly Effect[] {
    const effects = step(role, states.get(id)!, input) ?? [];
    decided.get(id)!.push(...decisions(effects));
    answers.push(...replies(effects));
    return effects;
  }

  for (const id of servers) one(id, { kind: "start" });
  return {
    decided,
    /** All answers to clients so far. */
    answers: (): readonly any[] => answers,
    state: (id: NodeId): Server<any, any, any> => states.get(id)!,
    timer: (id: NodeId, kind: string, among: readonly NodeId[]) => feed(id, { kind: "timer", timer: { kind } }, among),
    command: (id: NodeId, command: unknown, among: readonly NodeId[]) =>
      feed(id, { kind: "request", call: call(++calls), request: { kind: "command", command } as never }, among),
    request: (id: NodeId, request: { readonly kind: string }, among: readonly NodeId[]) => feed(id, { kind: "request", call: call(++calls), request }, among),
    /** The server crashes, and boots from its disk. */
    restart(id: NodeId): void {
      states.set(id, boot(role, id, durableFields(role, states.get(id)!)) as Server);
      one(id, { kind: "start" });
    },
    /** The server campaigns among these. */
    elect(id: NodeId, among: readonly NodeId[]): void {
      feed(id, { kind: "timer", timer: { kind: "election" } }, among);
    },
  };
}
