import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import { fourPhase, quorumCommit, threePhase, twoPhase } from "../../lib/commit.js";

/**
 * What the search finds in each world: the problem, the length of a shortest schedule and the number of worlds
 * found by then; and how many worlds there are with the sound role, all of them good.
 */
type Found = Readonly<Record<string, readonly [problem: string, steps: number, worlds: number, sound: number]>>;

const inTwoPhase: Found = {
  "forgetful coordinator": ["c decided to commit t1, but p2 decided to abort it", 10, 180, 1029],
  "telling coordinator": ["c decided to commit t1, but p2 decided to abort it", 9, 171, 1029],
  "hasty forgetter": ["c decided to commit t1, but p2 decided to abort it", 10, 48, 65],
  "quitting coordinator": ["c decided to commit t1, but p2 decided to abort it", 9, 158, 1029],
  "wrongly presuming coordinator": ["c decided to abort t1, but p1 decided to commit it", 6, 84, 411],
  "uncollecting coordinator": ["p2 decided to abort t1, but p1 decided to commit it", 8, 121, 846],
  "deaf coordinator": ["c decided to commit t1, but p2 voted no", 5, 10, 18],
  "optimistic coordinator": ["c decided to commit t1, but p1 has not voted", 1, 2, 22],
  "double-counting coordinator": ["c decided to commit t1, but p2 has not voted", 4, 24, 134],
  "forgetful participant": ["c decided to commit t1, but p1 decided to abort it", 9, 195, 1617],
  "promising participant": ["c decided to commit t1, but p1 decided to abort it", 8, 203, 1617],
  "hasty acknowledger": ["c decided to commit t1, but p1 decided to abort it", 13, 141, 131],
  "impatient participant": ["c decided to commit t1, but p1 decided to abort it", 6, 18, 65],
  "relaying participant": ["c decided to commit t1, but p1 decided to abort it", 6, 18, 65],
  "faithless participant": ["c decided to commit t1, but p1 decided to abort it", 8, 57, 168],
  "forgetful reader": ["c decided to commit t1, but p2 decided to abort it", 9, 151, 408],
  "wavering participant": ["p1 decided to abort t1, but c decided to commit it", 12, 16605, 63432],
  "careless participant": ["p1 decided to abort t1, and still holds its locks", 2, 3, 18],
  "forgetful intermediate": ["c decided to commit t1, but p1 decided to abort it", 11, 1229, 2330],
};

const inThreePhase: Found = {
  "naive site": ["p1 decided to abort t1, but p2 decided to commit it", 9, 122, 361],
  "forgetful site": ["p1 decided to commit t1, but p2 decided to abort it", 14, 2208, 4196],
  "unnumbered site": ["p1 decided to abort t1, but p2 decided to commit it", 12, 550, 1097],
  "hasty site": ["c decided to commit t1, but p1 decided to abort it", 9, 151, 361],
  "selfish site": ["p1 decided to abort t1, but p2 decided to commit it", 12, 528, 1097],
  "independent site": ["p1 decided to abort t1, but c decided to commit it", 10, 1119, 1396],
};

const inQuorumCommit: Found = {
  "minority site": ["c decided to commit t1, but p3 decided to abort it", 15, 8356, 131841],
  "fickle site": ["c decided to commit t1, but p1 decided to abort it", 14, 591, 759],
  "forgetful site": ["c decided to commit t1, but p2 decided to abort it", 13, 2309, 10349],
};

const inFourPhase: Found = {
  "hasty coordinator": ["c decided to commit t1, but b1 decided to abort it", 7, 26, 39],
  "hasty backup": ["b1 decided to abort t1, but b2 decided to commit it", 13, 592, 829],
  "unnumbered backup": ["b1 decided to abort t1, but b2 decided to commit it", 14, 657, 829],
  "returning coordinator": ["c decided to abort t1, but b1 decided to commit it", 9, 170, 187],
};

describe.each([
  ["two-phase commit", twoPhase.brokenWorlds, inTwoPhase],
  ["three-phase commit", threePhase.brokenWorlds, inThreePhase],
  ["quorum-based three-phase commit", quorumCommit.brokenWorlds, inQuorumCommit],
  ["four-phase commit", fourPhase.brokenWorlds, inFourPhase],
] as const)("%s with one rule broken", (_, brokenWorlds, found) => {
  it.each(brokenWorlds.map((each) => [each.name, each.does, each] as const))("is led astray by a %s: it %s", (_, __, { name, world, sound }) => {
    const verdict = explore({ ...world, reduce: true });
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    const without = explore({ ...sound, reduce: true });
    expect([verdict.problem, verdict.schedule.length, verdict.worlds, without.worlds]).toEqual(found[name]);
    expect(without.kind).toBe("holds");
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});
