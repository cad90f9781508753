import { explore, type Verdict } from "../../../lib/check.js";
import { agreement, reader } from "../../../lib/paxos.js";
import { rivals, servers } from "./contests.js";
import { readWorld } from "./reads.js";

/** The module that threads load this from. */
export const here: string = import.meta.url;

const maxWorlds = 30_000_000;

/** Clusters with millions of worlds each. */
const larger: Readonly<Record<string, () => Verdict>> = {
  doubled: () => explore({ ...rivals(3), properties: [agreement], duplicates: 1, maxWorlds }),
  retried: () => explore({ ...servers(3), properties: [agreement], timers: 1, maxWorlds }),
  read: () => explore({ ...readWorld(reader, "beside", "s1"), maxWorlds }),
};

export function explored(which: string): Verdict {
  return larger[which]!();
}
