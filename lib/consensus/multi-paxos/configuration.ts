import { majority } from "../../core/quorum.js";
import type { NodeId } from "../../core/role.js";
import type { Slot } from "./messages.js";

/*
 * Which acceptors decide a slot is itself decided by the log: a reconfiguration in slot s counts from slot s + w on,
 * where w is the window. Who has performed every slot before p therefore knows the acceptors of every slot before
 * p + w, and no slot further on may be worked at. (Paxos Made Simple, section 3, end; Paxos Made Moderately Complex,
 * section 2.1.)
 */

/** These acceptors decide, from this slot on, until the next configuration begins. */
export interface Configuration {
  readonly from: Slot;
  readonly acceptors: readonly NodeId[];
}

/** The configuration that decides this slot. The list is in order, and begins early enough. */
export function configurationAt(configurations: readonly Configuration[], slot: Slot): Configuration {
  let found = configurations[0]!;
  for (const configuration of configurations) if (configuration.from <= slot) found = configuration;
  return found;
}

/** Whether these nodes include a majority of the configuration's acceptors. */
export function isQuorum({ acceptors }: Configuration, voters: ReadonlySet<NodeId>): boolean {
  let count = 0;
  for (const acceptor of acceptors) if (voters.has(acceptor)) count++;
  return count >= majority(acceptors.length);
}

/** The configurations after this one was decided, which is to count from slot `from` on; the same if it comes too late. */
export function reconfigured(
  configurations: readonly Configuration[],
  { acceptors, replaces }: { readonly acceptors: readonly NodeId[]; readonly replaces: Slot },
  from: Slot,
): readonly Configuration[] {
  if (acceptors.length === 0 || configurations.at(-1)!.from !== replaces) return configurations;
  return [...configurations, { from, acceptors }];
}

/** The configurations, with one more that begins later than all of them. Any other is known, and changes nothing. */
export function withConfiguration(configurations: readonly Configuration[], next: Configuration): readonly Configuration[] {
  const last = configurations.at(-1)!;
  return next.from <= last.from ? configurations : [...configurations, next];
}

/** The configurations without those that are over before this slot. */
export function configurationsFrom(configurations: readonly Configuration[], slot: Slot): readonly Configuration[] {
  const first = configurationAt(configurations, slot);
  return first === configurations[0] ? configurations : configurations.slice(configurations.indexOf(first));
}

/** Every node of any of these configurations, once. */
export function membersOf(configurations: readonly Configuration[]): readonly NodeId[] {
  return configurations.length === 1
    ? configurations[0]!.acceptors
    : [...new Set(configurations.flatMap(({ acceptors }) => acceptors))];
}
