import type { NodeId } from "../../core/role.js";
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
export function configurationUpTo({ log, snapshot }: Server, limit: number): Placed {
  for (let index = limit; index > snapshot.lastIncludedIndex; index--) {
    const entry = entryAt(log, index);
    if (entry?.kind === "configuration") return { configuration: entry.configuration, index };
  }
  return { configuration: snapshot.configuration, index: snapshot.lastIncludedIndex };
}

/** A configuration, and where in the log it stands; or the snapshot's, and the index that it ends with. */
interface Placed {
  readonly configuration: Configuration;
  readonly index: number;
}

/** Whether the server votes in this configuration. */
export function isVoter({ rules }: Settings, configuration: Configuration, id: NodeId): boolean {
  const voting = rules.voting(configuration);
  return voting.voters.includes(id) || voting.outgoing.includes(id);
}

/**
 * Whether the server may campaign. "A server that is not part of its own latest configuration should still start new
 * elections, as it might still be needed until the C_new entry is committed"; it then does not count its own vote
 * (dissertation, section 4.2.2).
 */
export function mayCampaign(settings: Settings, self: Server): boolean {
  const { id, configuration, configurationIndex, commitIndex } = self;
  if (isVoter(settings, configuration, id)) return true;
  return configurationIndex > commitIndex && isVoter(settings, configurationUpTo(self, configurationIndex - 1).configuration, id);
}

/** Everybody that a leader sends its log to: the other members, and who is catching up to become one. */
export function followers({ id, configuration, catchUp }: Server): readonly NodeId[] {
  const all = catchUp === null ? members(configuration) : [...new Set([...members(configuration), ...catchUp.nodes])];
  return all.filter((node) => node !== id);
}
