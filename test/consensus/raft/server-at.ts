import type { Call, NodeId, Role } from "../../../lib/core/role.js";
import { ids } from "../../../lib/core/role.js";
import { type Effect, step } from "../../../lib/core/step.js";
import { append, emptyLog, type Entry, type Log, logOf, type Message, type Request, server, type Server, type ServerOptions, type ServerSignature } from "../../../lib/raft.js";

export const [s1, s2, s3, s4, s5] = ids("s1", "s2", "s3", "s4", "s5") as [NodeId, NodeId, NodeId, NodeId, NodeId];
export const call = (n: number, client = "c"): Call => `${client}#${n}` as Call;

/** A log whose entries have these terms, each with a command that says where it comes from. */
export function logWith(...terms: readonly number[]): Log<string> {
  return logOf(terms.map((term, i) => entry(i + 1, term)));
}

export function entry(index: number, term: number, command = `${index}.${term}`): Entry<string> {
  return { index, term, kind: "command", command, origin: null };
}

/** A log that has discarded its first entries. */
export function logAfter(offset: number, offsetTerm: number, ...terms: readonly number[]): Log<string> {
  return append<string>(emptyLog(offset, offsetTerm), terms.map((term, i) => entry(offset + i + 1, term)));
}

/** A server in some state, and what it does about what comes in. */
export function serverAt(state: Partial<Server<any, any, any>> = {}, options: Partial<ServerOptions<any, any, any>> = {}, id: NodeId = s1) {
  const role: Role<ServerSignature<any, any, any>> = server({ servers: [s1, s2, s3], ...options });
  const self = role.init(id) as Server<any, any, any>;
  Object.assign(self, { configuration: self.snapshot.configuration }, state);
  const clock = { now: 0 };
  const out = (input: Parameters<typeof step>[2]): readonly Effect[] => step(role, self, input, clock.now) ?? [];
  return {
    role,
    self,
    clock,
    start: () => out({ kind: "start" }),
    on: (message: Message<any>, from: NodeId = s2) => out({ kind: "message", from, message }),
    timer: (kind: string) => out({ kind: "timer", timer: { kind } }),
    ask: (request: Request<any>, n = 1) => out({ kind: "request", call: call(n), request }),
  };
}

/** A server that leads in this term: it was elected the usual way, from this log. */
export function leaderAt(term: number, log: Log<string>, options: Partial<ServerOptions<any, any, any>> = {}) {
  const given = serverAt({ currentTerm: term - 1, log }, options);
  given.start();
  given.timer("election");
  const { voters: incoming, outgoing } = given.self.configuration;
  const voters = new Set([...incoming, ...outgoing].filter((node) => node !== s1));
  for (const node of voters) given.on({ kind: "requestVoteReply", term, voteGranted: true }, node);
  if (given.self.role !== "leader") throw new Error(`${term}: was not elected`);
  return given;
}

/** What was sent, to whom, in order. */
export function sends(effects: readonly Effect[]): readonly (readonly [NodeId, any])[] {
  return effects.flatMap((effect) => (effect.kind === "send" ? [[effect.to, effect.message] as const] : []));
}

export function replies(effects: readonly Effect[]): readonly any[] {
  return effects.flatMap((effect) => (effect.kind === "reply" ? [effect.result] : []));
}

export function decisions(effects: readonly Effect[]): readonly any[] {
  return effects.flatMap((effect) => (effect.kind === "decide" ? [effect.outcome] : []));
}

/** The kinds of what was done, in order, without timers. */
export function order(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === "setTimer" || effect.kind === "cancelTimer" ? [] : [effect.kind === "send" ? (effect.message.kind) : effect.kind]));
}

/** "I have everything up to there." */
export function has(term: number, matchIndex: number, round = 0): Message {
  return { kind: "appendEntriesReply", term, success: true, matchIndex, prevLogIndex: 0, conflict: null, round };
}

/** "My log does not go on from there." */
export function lacks(term: number, prevLogIndex: number, conflict: { term: number | null; index: number }, round = 0): Message {
  return { kind: "appendEntriesReply", term, success: false, matchIndex: 0, prevLogIndex, conflict, round };
}

/** From a leader s2 unless said otherwise. */
export function appendOf(term: number, prevLogIndex: number, prevLogTerm: number, entries: readonly Entry<any>[], leaderCommit = 0, round = 0): Message {
  return { kind: "appendEntries", term, leaderId: s2, prevLogIndex, prevLogTerm, entries, leaderCommit, round };
}
