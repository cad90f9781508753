import type { Call } from "../../core/role.js";

/**
 * What a replica remembers of one client, so that a command which the client or the network has doubled is
 * performed once: the answers to its last calls, by their serial numbers.
 */
export interface Session<R> {
  readonly answers: Map<number, R>;
  /** Calls up to this serial number are performed, and their answers are forgotten. */
  forgotten: number;
}

/** The sessions of all clients, by name. They are part of the replicated state: every replica has the same. */
export type Sessions<R> = Map<string, Session<R>>;

/**
 * How many answers a session keeps. A client that has more calls under way at a time may find one of them taken
 * for performed when it is not.
 */
export const SESSION_LENGTH = 100;

/** What is known of a call: it is new, or was performed with this result, or so long ago that nobody waits any more. */
export type Known<R> =
  | { readonly kind: "new" }
  | { readonly kind: "answered"; readonly result: R }
  | { readonly kind: "forgotten" };

/** Look a call up in the sessions. */
export function recall<R>(sessions: Sessions<R>, call: Call): Known<R> {
  const { client, serial } = partsOf(call);
  const session = sessions.get(client);
  if (!session) return { kind: "new" };
  if (session.answers.has(serial)) return { kind: "answered", result: session.answers.get(serial)! };
  return serial <= session.forgotten ? { kind: "forgotten" } : { kind: "new" };
}

/** Note the answer to a call. The oldest answer of the client goes, where there are too many. */
export function remember<R>(sessions: Sessions<R>, call: Call, result: R): void {
  const { client, serial } = partsOf(call);
  let session = sessions.get(client);
  if (!session) sessions.set(client, (session = { answers: new Map(), forgotten: 0 }));
  session.answers.set(serial, result);
  if (session.answers.size <= SESSION_LENGTH) return;
  let oldest = Infinity;
  for (const other of session.answers.keys()) if (other < oldest) oldest = other;
  session.answers.delete(oldest);
  session.forgotten = Math.max(session.forgotten, oldest);
}

/** A call is `client#serial`. */
function partsOf(call: Call): { readonly client: string; readonly serial: number } {
  const mark = call.lastIndexOf("#");
  return { client: call.slice(0, mark), serial: Number(call.slice(mark + 1)) };
}
