import { type Configuration, members } from "./configuration.js";
import { entryAt } from "./log.js";
import type { Settings } from "./settings.js";
import type { Server } from "./state.js";

/** Which configuration is in force: the latest in the log, or that of the snapshot (dissertation, section 4.1). */
export function refreshConfiguration({ rules }: Settings, self: Server): void {
  const { configuration, index } = configurationUpTo(self, rules.inForceUpTo(self));
  self.configuration = configuration;
  self.configurationIndex = index;
}

/** The latest configuration up to this index, which is not before the snapshot's. */
export function configurationUpTo({ log, snapshot }: Server, limit: number): { readonly configuration: Configuration; readonly index: number } {
  for (let index = limit; index > snapshot.lastIncludedIndex; index--) {
    const entry = entryAt(log, index);
    if (entry?.kind === "configuration") return { configuration: entry.configuration, index };
  }
  return { configuration: snapshot.configuration, index: snapshot.lastIncludedIndex };
}

/** Whether the server votes in its own eyes: only then may it campaign. */
export function isVoter({ rules }: Settings, { configuration, id }: Server): boolean {
  const { voters, outgoing } = rules.voting(configuration);
  return voters.includes(id) || outgoing.includes(id);
}

/** Everybody that a leader sends its log to: the other members, and who is catching up to become one. */
export function followers({ id, configuration, catchUp }: Server): readonly (typeof id)[] {
  const all = catchUp === null ? members(configuration) : [...new Set([...members(configuration), ...catchUp.nodes])];
  return all.filter((node) => node !== id);
}
