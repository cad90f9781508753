import { explore, type Verdict } from "../../../lib/check.js";
import { agreement } from "../../../lib/paxos.js";
import { rivals, servers } from "./contests.js";

/** The module that threads load this from. */
export const here: string = import.meta.url;

const maxWorlds = 30_000_000;

/** Clusters with millions of worlds each. */
export const larger = {
  doubled: { ...rivals(3), duplicates: 1 },
  retried: { ...servers(3), timers: 1 },
} as const;

export function explored(which: keyof typeof larger): Verdict {
  return explore({ ...larger[which], properties: [agreement], maxWorlds });
}
