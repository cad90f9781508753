import { explore, type Verdict } from "../../../lib/check.js";
import { commitProperties, locksGoWithDoubt, scripted, type ScriptedWork, twoPhase } from "../../../lib/commit.js";
import { participantNames } from "../clusters.js";

/** What may happen, and to whom. */
export interface Trouble {
  readonly crashes?: number | Readonly<Record<string, number>>;
  readonly timers?: number | Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

export interface World extends Trouble {
  readonly form?: twoPhase.Form;
  readonly cooperative?: boolean;
  /** A vote for each participant. */
  readonly votes: readonly ScriptedWork[];
}

/** Every world of one transaction. */
export function everyWorld({ form = "basic", cooperative = false, votes, ...trouble }: World): Verdict {
  const names = participantNames(votes.length);
  const participant = twoPhase.participant({ form, cooperative });
  return explore({
    nodes: { c: twoPhase.coordinator({ form }), ...Object.fromEntries(names.map((name) => [name, participant])) },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: Object.fromEntries(names.map((name, i) => [name, votes[i]])) } }] as never,
    properties: [...commitProperties(), locksGoWithDoubt(scripted)],
    reduce: true,
    maxWorlds: 8_000_000,
    ...trouble,
  });
}
