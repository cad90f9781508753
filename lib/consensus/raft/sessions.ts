import type { Call } from "../../core/role.js";
import type { Entry, Origin } from "./messages.js";
import type { Settings } from "./settings.js";
import type { Server, Session } from "./state.js";

/*
 * Client sessions (section 8 of the paper, 6.3 of the dissertation): a command that comes a second time, because the
 * answer to the first was lost, gets the answer of the first. Sessions belong to the replicated state: all servers
 * open, use and close them at the same entries.
 */

type CommandEntry = Extract<Entry, { readonly kind: "command" }>;

/** What came of a command: a result, or the reason why it was not performed. */
export type Outcome = { readonly kind: "result"; readonly result: unknown } | { readonly kind: "refused"; readonly reason: string };

/** Perform the command, unless it has been performed before. */
export function perform(settings: Settings, self: Server, { command, origin }: CommandEntry): Outcome {
  if (origin === null) return { kind: "result", result: performAnew(settings, self, command) };
  closeUnused(settings, self, origin.time);
  const session = sessionOf(self, origin);
  if (session === null) return { kind: "refused", reason: `session ${origin.session} is not open any more` };
  if (session.results.has(origin.serial)) return { kind: "result", result: session.results.get(origin.serial) };
  if (origin.serial <= session.forgotten) {
    return { kind: "refused", reason: `the result of ${origin.serial} is forgotten: results up to ${session.forgotten} are not kept` };
  }
  const result = performAnew(settings, self, command);
  session.results.set(origin.serial, result);
  if (session.results.size > settings.sessionWindow) {
    const [oldest] = session.results.keys();
    session.results.delete(oldest!);
    session.forgotten = Math.max(session.forgotten, oldest!);
  }
  return { kind: "result", result };
}

/** Open the session of a client that registers. Its number is the entry's index, which nobody else has or had. */
export function openSession(settings: Settings, self: Server, { index, time }: Extract<Entry, { readonly kind: "session" }>): void {
  closeUnused(settings, self, time);
  self.sessions.set(index, { forgotten: 0, results: new Map(), usedAt: time });
}

/** Whose command it is and its how manieth, as the request says or else as the call does. */
export function originOf(
  { sessions, sessionTimeout }: Settings,
  request: { readonly session?: number; readonly serial?: number },
  call: Call,
  clock: () => number,
): Origin | null {
  if (!sessions) return null;
  const at = call.lastIndexOf("#");
  const time = sessionTimeout === null ? 0 : clock();
  return { session: request.session ?? call.slice(0, at), serial: request.serial ?? Number(call.slice(at + 1)), time };
}

function performAnew({ machine }: Settings, self: Server, command: unknown): unknown {
  const { state, result } = machine.apply(self.machine, command);
  self.machine = state;
  return result;
}

/**
 * The session, used now; a client that never registered has one from its first command on. A registered session that
 * is closed stays so: nobody can tell any more whether the command was performed.
 */
function sessionOf(self: Server, { session: id, time }: Origin): Session | null {
  const known = self.sessions.get(id);
  if (known === undefined && typeof id === "number") return null;
  const session: Session = known ?? { forgotten: 0, results: new Map(), usedAt: time };
  session.usedAt = Math.max(session.usedAt, time);
  // The map is in the order of use, so that those to be closed stand first.
  if (known !== undefined && self.sessions.size > 1) self.sessions.delete(id);
  self.sessions.set(id, session);
  return session;
}

/** "Client sessions must be expired deterministically": by the times in the entries, which all servers read alike. */
function closeUnused({ sessionTimeout }: Settings, { sessions }: Server, time: number): void {
  if (sessionTimeout === null) return;
  for (const [id, { usedAt }] of sessions) {
    if (usedAt + sessionTimeout >= time) return;
    sessions.delete(id);
  }
}
