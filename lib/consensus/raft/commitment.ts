import { entryAt } from "./log.js";
import type { Entry, Reply } from "./messages.js";
import { committedIndex } from "./quorum.js";
import { openSession, perform } from "./sessions.js";
import type { Settings } from "./settings.js";
import { compact } from "./snapshot.js";
import type { Server, ServerOut } from "./state.js";
import { refreshConfiguration } from "./in-force.js";

/*
 * Commitment (sections 5.3 and 5.4 of the paper): what a majority has is committed, and what is committed is applied.
 */

/**
 * "If there exists an N such that N > commitIndex, a majority of matchIndex[i] >= N, and log[N].term == currentTerm: set
 * commitIndex = N" (Figure 2).
 */
export function advanceCommitIndex({ rules }: Settings, self: Server): void {
  const n = Math.min(committedIndex(rules.voting(self.configuration), self.matchIndex), self.log.lastIndex);
  if (n > self.commitIndex && rules.mayCommit(self, n)) self.commitIndex = n;
}

/** "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine" (Figure 2). */
export function applyCommitted(settings: Settings, self: Server, out: ServerOut): void {
  const before = self.lastApplied;
  while (self.lastApplied < self.commitIndex) {
    const entry = entryAt(self.log, self.lastApplied + 1)!;
    self.lastApplied = entry.index;
    out.decide(entry);
    const reply = applied(settings, self, entry);
    const call = self.calls.get(entry.index);
    if (call === undefined) continue;
    // Half of a change: the answer comes with the other half.
    if (self.role === "leader" && entry.kind === "configuration" && entry.configuration.autoLeave) continue;
    self.calls.delete(entry.index);
    out.reply(call, reply);
  }
  if (self.lastApplied > before && compact(settings, self)) out.persist();
}

function applied(settings: Settings, self: Server, entry: Entry): Reply {
  switch (entry.kind) {
    case "command":
      return perform(settings, self, entry);
    case "session":
      openSession(settings, self, entry);
      return { kind: "registered", session: entry.index };
    case "configuration":
      refreshConfiguration(settings, self);
      return { kind: "reconfigured", configuration: entry.configuration };
    case "no-op":
      return { kind: "result", result: null };
  }
}
