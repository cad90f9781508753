import type { TraceEvent } from "../trace/event.js";

/** How often a node began something. */
export interface RoundCount {
  readonly node: string;
  /** In how many different steps it sent such a message: a broadcast is one round. */
  readonly rounds: number;
  /** How many such messages it sent. */
  readonly messages: number;
}

/**
 * How often each node sent a kind of message: `rounds(trace, "prepare")` counts the ballots that each Paxos proposer
 * began, `rounds(trace, "requestVote")` the elections of Raft. One row per node that sent one, in the order of first use.
 */
export function rounds(trace: Iterable<TraceEvent>, message: string): RoundCount[] {
  const rows = new Map<string, { node: string; rounds: number; messages: number; last: number }>();
  for (const event of trace) {
    if (event.kind !== "send" || event.message.kind !== message) continue;
    let row = rows.get(event.from);
    if (row === undefined) rows.set(event.from, (row = { node: event.from, rounds: 0, messages: 0, last: -1 }));
    row.messages += 1;
    if (row.last !== event.step) row.rounds += 1;
    row.last = event.step;
  }
  return Array.from(rows.values(), ({ node, rounds, messages }) => ({ node, rounds, messages }));
}
