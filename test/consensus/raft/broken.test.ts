import { describe, expect, it } from "vitest";
import { explore, scheduleText } from "../../../lib/check.js";
import { brokenScenes, brokenWorlds, type Reply, type Scene, type Server } from "../../../lib/raft.js";
import { simulate, type SimulateOptions } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { expectRecorded } from "../../support/recorded.js";

/** What the search finds in each world: the property, what is wrong, and the length of a shortest schedule. */
const found: Readonly<Record<string, readonly [property: string, problem: string, steps: number]>> = {
  "generous voter": ["election safety", "s1 and s3 both led in term 1", 6],
  "forgetful voter": ["election safety", "s1 and s3 both led in term 1", 8],
  "hasty voter": ["election safety", "s1 and s3 both led in term 1", 7],
  "forgetful server": ["terms never go back", "s2 spoke of term 1, and is now in term 0", 4],
  "logless server": ["state machine safety", "s1 applied entry 1 of term 1, but s1 another one, of term 2", 6],
  "gullible voter": ["leader completeness", "entry 1 of term 1 was applied, but s3, who leads in term 2, does not have it", 11],
  "counting leader": ["leader completeness", "entry 1 of term 1 was applied, but s3, who leads in term 4, does not have it", 11],
  "truncating follower": ["committed entries stay", "s2 applied entry 1 of term 1, but its log does not have it any more", 10],
  "lenient follower": [
    "log matching", "entry 2 of s1 and s3 are of term 2, but the entries before them are of terms 1 and 2", 12,
  ],
  "credulous follower": [
    "no rule throws", 'the rule "appendEntries" of s3 threw TypeError: Cannot read properties of undefined (reading \'index\')', 12,
  ],
  "wavering follower": ["commit never goes back", "s2 has applied entry 1, but knows only 0 to be committed", 10],
  "rewriting leader": ["leader append-only", "s1, leading in term 1, replaced its entry 1", 6],
  "rash leader": [
    "quorums overlap", "s1 can lead with {s1, s2, s4} and s2 with {s1, s2, s3}, which have quorums that do not meet", 13,
  ],
  "late server": ["quorums overlap", "s1 can lead with {s1} and s2 with {s1, s2, s3}, which have quorums that do not meet", 13],
  "amnesic server": ["quorums overlap", "s1 can lead with {s1} and s2 with {s1, s2, s3}, which have quorums that do not meet", 11],
  "early leaver": ["quorums overlap", "s1 can lead with {s1} and s2 with {s1, s2, s3}, which have quorums that do not meet", 6],
  "learner-counting leader": [
    "leader completeness", "entry 2 of term 1 was applied, but s2, who leads in term 2, does not have it", 17,
  ],
  "trusting leader": ["fresh reads", "s1 answered a read after 0 entries; when it was asked, 1 had been applied", 12],
  "premature reader": ["fresh reads", "s3 answered a read after 0 entries; when it was asked, 1 had been applied", 14],
  "repeating server": ["nothing is done twice", "s1 did twice what was asked for once: x is 11", 4],
};

describe("Raft with one rule broken", () => {
  const schedules = new Map<string, string>();

  it.each(brokenWorlds.map((each) => [each.name, each.does, each] as const))("is led astray by this: %s, it %s", (_, does, { name, world }) => {
    const verdict = explore(world);
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    const { property, problem, schedule } = verdict;
    expect([property, problem, schedule.length]).toEqual(found[name]);
    schedules.set(name, `${name}: it ${does}\n${property}: ${problem}\n${scheduleText(schedule)}\n`);
  });

  it("is led astray by schedules of which none can be shorter", () => {
    expectRecorded("raft-broken-rules", [...schedules.values()].join("\n"));
  });

  it.each(brokenWorlds.map((each) => [each.name, each] as const))("is safe as far in the same world without this: %s", (_, { name, sound }) => {
    // The long tests look at all worlds as far as this; what is left out here are the last steps of the largest five.
    expect(explore({ ...sound, maxDepth: found[name]![2], maxWorlds: 20_000 }).kind).not.toBe("violated");
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});

// These do nothing wrong, but leave the cluster waiting for ever.
describe("Raft with a rule of progress broken", () => {
  /** Who of these leads at the end, as it knows itself. */
  function leading(scene: Scene, nodes: readonly string[]): readonly string[] {
    const { simulation } = simulate(scene as SimulateOptions<any>);
    return nodes.filter((node) => (simulation.state(node) as Server | null)?.role === "leader");
  }

  it.each(brokenScenes.map((each) => [each.name, each.does, each] as const))("waits for ever for this: %s, it %s", (_, __, { scene, successors }) => {
    expect(leading(scene, successors)).toEqual([]);
  });

  it.each(brokenScenes.map((each) => [each.tells, each] as const))("goes on in the same scene with all its rules: %s", (_, { sound, successors }) => {
    expect(leading(sound, successors)).toHaveLength(1);
  });

  it("hands over as soon as no more commands come between, or not at all", () => {
    const { scene, sound } = brokenScenes.find(({ name }) => name === "busy leader")!;
    const answers = (each: Scene) =>
      only(simulate(each as SimulateOptions<any>).trace, "reply")
        .map(({ result }) => result as Reply)
        .filter(({ kind }) => kind === "transferred" || kind === "refused");
    expect(answers(scene)).toEqual([{ kind: "refused", reason: "s2 did not take over in time" }]);
    expect(answers(sound)).toEqual([{ kind: "transferred", to: "s2" }]);
  });

  it("counts who was promoted, and has not heard of it", () => {
    const { sound } = brokenScenes.find(({ name }) => name === "modest learner")!;
    const { simulation } = simulate({ ...sound, until: 610 } as SimulateOptions<any>);
    const configurations = ["s2", "s3"].map((node) => (simulation.state(node) as Server).configuration);
    expect(configurations.map(({ voters, learners }) => [voters, learners])).toEqual([[["s1", "s2", "s3"], []], [["s1", "s2"], ["s3"]]]);
  });
});
