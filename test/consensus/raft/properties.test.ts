import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { canonical, ids, type NodeId, type Property, type World } from "../../../lib/core.js";
import {
  brokenWorlds, configurationOf, electionSafety, type Entry, entryAt, type Log, logMatching, logOf, oneVotePerTerm, quorumsOverlap,
  raftProperties, server, type Server, termAt,
} from "../../../lib/raft.js";

const servers = ids("s1", "s2", "s3", "s4", "s5");
const role = server({ servers });

/** Servers as an observer sees them, each as at its first boot but for these fields; null where it is down. */
function world(...nodes: readonly (Partial<Server> | null)[]): World {
  const views = nodes.map((fields, i) => {
    const id = servers[i]!;
    return { id, role: "server", state: fields === null ? null : { ...role.init(id), ...fields } };
  });
  return { nodes: views, decisions: [] };
}

const none = (property: Property, seen: World) => property.check(seen, property.memory);

describe("each property of Raft", () => {
  it("is broken in a world of its own, by a role with one rule broken", () => {
    const broken = new Set(brokenWorlds.flatMap(({ world }) => world.properties.map(({ name }) => name)));
    const unbroken = raftProperties.map(({ name }) => name).filter((name) => !broken.has(name));
    expect(unbroken).toEqual(["one vote per term"]);
  });

  it.each([
    ["generous voter", "s2 voted for s1 and for s3 in term 1", 4],
    ["forgetful voter", "s2 voted for s1 in term 1, and now knows of no vote", 4],
  ])("has one vote per term broken by a %s", (name, problem, steps) => {
    const { world } = brokenWorlds.find((each) => each.name === name)!;
    const verdict = explore({ ...world, properties: [oneVotePerTerm] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect([verdict.problem, verdict.schedule.length]).toEqual([problem, steps]);
  });

  it("has a name", () => {
    expect(raftProperties.map(({ name }) => name)).toEqual([
      "election safety", "leader append-only", "log matching", "leader completeness", "state machine safety", "terms never go back",
      "one vote per term", "commit never goes back", "committed entries stay", "quorums overlap", "fresh reads",
    ]);
  });

  it("never changes a memory, but replaces it", () => {
    let observations = 0;
    const watched = raftProperties.map((property): Property => {
      if (!property.observe) return property;
      return {
        ...property,
        observe(memory, happened) {
          const before = canonical(memory);
          const after: unknown = property.observe!(memory, happened);
          expect(canonical(memory)).toBe(before);
          observations += 1;
          return after;
        },
      };
    });
    for (const name of ["logless server", "wavering follower", "trusting leader"]) {
      explore({ ...brokenWorlds.find((each) => each.name === name)!.world, properties: watched, maxWorlds: 300 });
    }
    expect(observations).toBeGreaterThan(1_000);
  });

  it("holds in every world of three servers with two elections, a command and a crash", () => {
    const three = server({ servers: servers.slice(0, 3) });
    const verdict = explore({
      nodes: { s1: three, s2: three, s3: three },
      requests: [{ node: "s1", request: { kind: "command", command: "x" } }],
      properties: raftProperties,
      timers: { s1: 1, s3: 1 },
      crashes: { s2: 1 },
      reach: {
        "a command is applied": ({ decisions }) => decisions.some(({ outcome }) => (outcome as Entry).kind === "command"),
        "two servers lead": ({ nodes }) => nodes.filter(({ state }) => (state as Server | null)?.role === "leader").length > 1,
      },
      reduce: true,
      maxWorlds: 12_000,
    });
    if (verdict.kind === "violated") throw new Error(verdict.summary);
    expect(Object.values(verdict.reached).map((schedule) => schedule !== null)).toEqual([true, true]);
  });
});

describe("election safety", () => {
  it("sees two leaders of one term before they have said anything", () => {
    const leader = (currentTerm: number) => ({ role: "leader", currentTerm }) as const;
    expect(none(electionSafety, world(leader(2), {}, leader(2)))).toBe("s1 and s3 both lead in term 2");
    expect(none(electionSafety, world(leader(2), null, leader(3)))).toBeNull();
  });
});

describe("quorums overlap", () => {
  const [s1, s2, s3, s4, s5] = servers as readonly [NodeId, NodeId, NodeId, NodeId, NodeId];
  const old = { configuration: configurationOf([s1, s2, s3]) };
  const next = { configuration: configurationOf([s1, s4, s5]) };
  const problem = "s1 can lead with {s1, s4, s5} and s2 with {s1, s2, s3}, which have quorums that do not meet";

  it("is about servers that can lead", () => {
    expect(none(quorumsOverlap, world(next, old, old, next, next))).toBe(problem);
    // Who is down belongs to no quorum, and who is outside does not stand.
    expect(none(quorumsOverlap, world(next, old, null, next, next))).toBe(problem);
    expect(none(quorumsOverlap, world(next, old, old, null, null))).toBeNull();
    expect(none(quorumsOverlap, world(null, old, null, next, next))).toBeNull();
    expect(none(quorumsOverlap, world(old, old, old, { configuration: configurationOf([s5]) }, null))).toBeNull();
  });

  it("is not about who has an older log than a majority, nor about a leader whose term is over for one", () => {
    const longer = { log: logOf([{ index: 1, term: 1, kind: "no-op" }]) };
    const [long, longOld] = [{ ...next, ...longer }, { ...old, ...longer }];
    expect(none(quorumsOverlap, world(long, old, longOld, long, next))).toBe(problem.replace("s2 with", "s3 with"));
    expect(none(quorumsOverlap, world(long, old, long, long, next))).toBeNull();
    // A leader needs no votes, but followers: as long as a quorum is in no later term, it leads on with the shorter log.
    const leading = { ...old, role: "leader", currentTerm: 1 } as const;
    const [behind, ahead] = [{ ...old, currentTerm: 1 }, { ...next, ...longer, currentTerm: 1 }];
    expect(none(quorumsOverlap, world(ahead, leading, behind, ahead, ahead))).toBe(problem);
    expect(none(quorumsOverlap, world(ahead, leading, { ...behind, currentTerm: 2 }, ahead, ahead))).toBe(problem);
    const over = { ...ahead, currentTerm: 2 };
    expect(none(quorumsOverlap, world(over, leading, { ...behind, currentTerm: 2, ...longer, configuration: next.configuration }, over, over))).toBeNull();
  });
});

describe("log matching", () => {
  /** Two logs match, by the definition, word for word. */
  const slow = (logs: readonly Log[]) =>
    logs.every((one) =>
      logs.every((other) => {
        let last = Math.min(one.lastIndex, other.lastIndex);
        const known = Math.max(one.offset, other.offset);
        while (last > known && termAt(one, last) !== termAt(other, last)) last -= 1;
        for (let index = last; index > known; index--) {
          if (canonical(entryAt(one, index)) !== canonical(entryAt(other, index))) return false;
        }
        return true;
      }),
    );

  const entry = fc.record({ term: fc.integer({ min: 1, max: 2 }), command: fc.constantFrom("x", "y") });
  /** What comes to a log: so many entries of it stay, and these follow. */
  const change = fc.record({ node: fc.nat(2), stay: fc.nat(4), entries: fc.array(entry, { maxLength: 2 }) });

  it("is what it says, although it looks only at what is new", () => {
    let mismatches = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const logs: Log[] = [logOf([]), logOf([]), logOf([])];
        const views = logs.map((_, i) => ({ id: servers[i]!, role: "server", state: { ...role.init(servers[i]!) } }));
        const seen: World = { nodes: views, decisions: [] };
        for (const { node, stay, entries } of changes) {
          const kept = Array.from({ length: Math.min(stay, logs[node]!.lastIndex) }, (_, i) => entryAt(logs[node]!, i + 1)!);
          const added = entries.map((fields, i): Entry => ({ index: kept.length + i + 1, kind: "command", origin: null, ...fields }));
          logs[node] = logOf([...kept, ...added]);
          views[node]!.state.log = logs[node]!;
          const problem = none(logMatching, seen);
          expect(problem === null).toBe(slow(logs));
          if (problem === null) continue;
          mismatches += 1;
          return;
        }
      }),
      { seed: 1, numRuns: 1_500 },
    );
    expect(mismatches).toBeGreaterThan(100);
  });
});
