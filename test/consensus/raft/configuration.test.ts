import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ids, type NodeId } from "../../../lib/core.js";
import {
  type Change, type Configuration, configurationOf, configurationProblem, enterJoint, isJoint, leaveJoint, members, simpleChange,
} from "../../../lib/consensus/raft/configuration.js";
import { quorumsMeet } from "../../../lib/consensus/raft/quorum.js";

const servers = ids("s1", "s2", "s3", "s4", "s5");
const [s1, s2, s3, s4, s5] = servers as readonly [NodeId, NodeId, NodeId, NodeId, NodeId];
const three = configurationOf([s1, s2, s3]);

const add = (node: NodeId): Change => ({ kind: "add-voter", node });
const learn = (node: NodeId): Change => ({ kind: "add-learner", node });
const remove = (node: NodeId): Change => ({ kind: "remove", node });

/** `(s1 s2)&&(s1 s3) learners=(s4) next=(s3) autoleave`, as etcd writes a configuration. */
function text({ voters, outgoing, learners, learnersNext, autoLeave }: Configuration): string {
  const set = (nodes: readonly NodeId[]) => `(${[...nodes].sort().join(" ")})`;
  return [
    outgoing.length > 0 ? `${set(voters)}&&${set(outgoing)}` : set(voters),
    ...(learners.length > 0 ? [`learners=${set(learners)}`] : []),
    ...(learnersNext.length > 0 ? [`next=${set(learnersNext)}`] : []),
    ...(autoLeave ? ["autoleave"] : []),
  ].join(" ");
}

type Step = readonly ["simple" | "enter" | "enter and stay", readonly Change[]] | readonly ["leave"];

interface Rules {
  readonly simpleChange: typeof simpleChange;
  readonly enterJoint: typeof enterJoint;
  readonly leaveJoint: typeof leaveJoint;
}

const sound: Rules = { simpleChange, enterJoint, leaveJoint };

function taken(rules: Rules, configuration: Configuration, step: Step) {
  switch (step[0]) {
    case "simple":
      return rules.simpleChange(configuration, step[1]);
    case "enter":
      return rules.enterJoint(configuration, step[1]);
    case "enter and stay":
      return rules.enterJoint(configuration, step[1], { autoLeave: false });
    case "leave":
      return rules.leaveJoint(configuration);
  }
}

/** What each server is to be, one by one, with no thought for lists: the slow version, whose texts are compared. */
function slow(configuration: Configuration, step: Step): string {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration;
  const is = new Map(servers.map((node) => [node, {
    votes: voters.includes(node), voted: outgoing.includes(node), learns: learners.includes(node), waits: learnersNext.includes(node),
  }]));
  const joint = outgoing.length > 0;
  let leaves = autoLeave;
  if (step[0] === "leave") {
    if (!joint) return "refused";
    for (const each of is.values()) Object.assign(each, { voted: false, learns: each.learns || each.waits, waits: false });
    leaves = false;
  } else {
    if (joint || step[1].length === 0 || new Set(step[1].map(({ node }) => node)).size < step[1].length) return "refused";
    if (step[0] !== "simple") {
      for (const each of is.values()) each.voted = each.votes;
      leaves = step[0] === "enter";
    }
    for (const { kind, node } of step[1]) {
      const each = is.get(node)!;
      each.votes = kind === "add-voter";
      each.waits = kind === "add-learner" && each.voted;
      each.learns = kind === "add-learner" && !each.voted;
    }
    if (![...is.values()].some(({ votes }) => votes)) return "refused";
    const differing = servers.filter((node) => is.get(node)!.votes !== voters.includes(node));
    if (step[0] === "simple" && differing.length > 1) return "refused";
  }
  const which = (what: "votes" | "voted" | "learns" | "waits") => servers.filter((node) => is.get(node)![what]);
  const [learning, waiting] = [which("learns"), which("waits")];
  return text({ voters: which("votes"), outgoing: which("voted"), learners: learning, learnersNext: waiting, autoLeave: leaves });
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("add-voter", "add-learner", "remove"),
  node: fc.constantFrom(...servers),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom("simple", "enter", "enter and stay"), fc.array(change, { maxLength: 3 })),
  fc.constant(["leave"] as const),
);
const steps = fc.array(step, { minLength: 1, maxLength: 12 });

/** A walk through configurations, on which every step must be as the slow version has it and keep the five rules. */
const walk = (rules: Rules) =>
  fc.property(steps, (all) => {
    let configuration = three;
    for (const each of all) {
      const before = text(configuration);
      const changed = taken(rules, configuration, each);
      if ((changed.kind === "changed" ? text(changed.configuration) : "refused") !== slow(configuration, each)) return false;
      if (text(configuration) !== before) return false;
      if (changed.kind === "refused") continue;
      if (configurationProblem(changed.configuration) !== null || !quorumsMeet(configuration, changed.configuration)) return false;
      configuration = changed.configuration;
    }
    return true;
  });

describe("a change of the configuration", () => {
  it("is what it does to each server, and leaves quorums that meet those of before", () => {
    fc.assert(walk(sound), { seed: 1, numRuns: 2_000 });
  });

  it.each<[string, Partial<Rules>]>([
    ["lets two votes change at once", {
      simpleChange(configuration, changes) {
        const joint = enterJoint(configuration, changes);
        return joint.kind === "changed" ? leaveJoint(joint.configuration) : joint;
      },
    }],
    ["makes a learner of a voter that still votes", {
      enterJoint(configuration, changes, options) {
        const changed = enterJoint(configuration, changes, options);
        if (changed.kind === "refused") return changed;
        const { learners, learnersNext } = changed.configuration;
        const all = [...learners, ...learnersNext];
        return { kind: "changed", configuration: { ...changed.configuration, learners: all, learnersNext: [] } };
      },
    }],
    ["forgets who waits to become a learner", {
      leaveJoint(configuration) {
        return leaveJoint({ ...configuration, learnersNext: [] });
      },
    }],
    ["enters a joint configuration from a joint one", {
      enterJoint: ({ voters, learners }, changes, options) => enterJoint(configurationOf(voters, learners), changes, options),
    }],
    ["removes the last voter", {
      enterJoint(configuration, changes, options) {
        const changed = enterJoint(configuration, changes, options);
        if (changed.kind === "changed" || !changed.reason.startsWith("no voter")) return changed;
        const { voters } = configuration;
        return { kind: "changed", configuration: { ...configuration, voters: [], outgoing: voters, autoLeave: true } };
      },
    }],
  ])("is told from one that %s", (_, broken) => {
    expect(fc.check(walk({ ...sound, ...broken }), { seed: 1, numRuns: 2_000, endOnFailure: true }).failed).toBe(true);
  });

  it.each<[string, Configuration, Step, string]>([
    ["adds a voter", three, ["simple", [add(s4)]], "(s1 s2 s3 s4)"],
    ["removes a voter", three, ["simple", [remove(s3)]], "(s1 s2)"],
    ["adds a learner", three, ["simple", [learn(s4)]], "(s1 s2 s3) learners=(s4)"],
    ["promotes a learner", configurationOf([s1, s2, s3], [s4]), ["simple", [add(s4)]], "(s1 s2 s3 s4)"],
    ["makes a learner of a voter", three, ["simple", [learn(s3)]], "(s1 s2) learners=(s3)"],
    ["replaces a learner by another", configurationOf([s1], [s2]), ["simple", [remove(s2), learn(s3)]], "(s1) learners=(s3)"],
    ["changes nothing where it is in force", three, ["simple", [add(s1)]], "(s1 s2 s3)"],
    ["removes nobody who is not there", three, ["simple", [remove(s5)]], "(s1 s2 s3)"],
    ["replaces two of three at once", three, ["enter", [remove(s2), remove(s3), add(s4), add(s5)]], "(s1 s4 s5)&&(s1 s2 s3) autoleave"],
    ["lets a voter wait to become a learner", three, ["enter", [learn(s3)]], "(s1 s2)&&(s1 s2 s3) next=(s3) autoleave"],
    ["stays in both until it is told", three, ["enter and stay", [add(s4)]], "(s1 s2 s3 s4)&&(s1 s2 s3)"],
  ])("%s", (_, from, step, to) => {
    const changed = taken(sound, from, step);
    expect(changed.kind === "changed" && text(changed.configuration)).toBe(to);
  });

  const joint = enterJoint(three, [learn(s3), add(s4)]);
  if (joint.kind === "refused") throw new Error(joint.reason);

  it.each<[string, Configuration, Step, string]>([
    [
      "two votes at once", three, ["simple", [add(s4), remove(s1)]],
      "the votes of s4 and s1 would change at once: only a joint change may do that",
    ],
    ["an end without voters", configurationOf([s1], [s2]), ["simple", [remove(s1)]], "no voter would remain"],
    ["a joint end without voters", configurationOf([s1], [s2]), ["enter", [learn(s1)]], "no voter would remain"],
    [
      "a simple change of a joint configuration", joint.configuration, ["simple", [add(s5)]],
      "the configuration is joint: it must be left before the next change",
    ],
    ["a second joint change", joint.configuration, ["enter", [add(s5)]], "the configuration is joint already"],
    ["leaving what is not joint", three, ["leave"], "the configuration is not joint: there is nothing to leave"],
    ["two wishes for one server", three, ["enter", [add(s4), remove(s4)]], "s4 is named twice"],
    ["no wish at all", three, ["simple", []], "no change is named"],
  ])("is refused where it asks for %s", (_, from, step, reason) => {
    expect(taken(sound, from, step)).toEqual({ kind: "refused", reason });
  });

  it("leaves a joint configuration with the learners that waited", () => {
    expect([text(joint.configuration), isJoint(joint.configuration)]).toEqual(["(s1 s2 s4)&&(s1 s2 s3) next=(s3) autoleave", true]);
    expect(leaveJoint(joint.configuration)).toEqual({ kind: "changed", configuration: configurationOf([s1, s2, s4], [s3]) });
  });
});

describe("a configuration", () => {
  it("names everybody who receives the log, each once", () => {
    const entered = enterJoint(configurationOf([s1, s2, s3], [s5]), [remove(s3), learn(s2), add(s4)]);
    expect(entered.kind === "changed" && members(entered.configuration)).toEqual([s1, s4, s2, s3, s5]);
    expect(members(three)).toEqual([s1, s2, s3]);
    expect(members(configurationOf([s1], [s2]))).toEqual([s1, s2]);
  });

  it("has at least one voter, and each server once", () => {
    expect(() => configurationOf([])).toThrow("voters must name at least 1 node, got none");
    expect(() => configurationOf([s1, s1])).toThrow('voters must be different nodes, got "s1" twice');
    expect(() => configurationOf([s1], [s1])).toThrow('voters and learners must be different nodes, got "s1" twice');
  });

  it("is changed by changes, and by nothing else", () => {
    expect(() => simpleChange(three, "s4" as never)).toThrow('changes must be a list, got "s4"');
    expect(() => simpleChange(three, [{ kind: "add", node: s4 } as never])).toThrow(
      'changes[0].kind must be one of "add-voter", "add-learner", "remove", got "add"',
    );
    expect(() => enterJoint(three, [{ kind: "remove" } as never])).toThrow("changes[0].node must be a list of names of nodes");
    expect(() => enterJoint(three, [add(s4)], { autoLeave: 1 as never })).toThrow("autoLeave must be true or false, got 1");
  });

  it.each<[Partial<Configuration>, string]>([
    [{ voters: [s1, s1] }, "s1 is named twice in voters"],
    [{ learners: [s1] }, "s1 is a voter and a learner"],
    [{ outgoing: [s4], learners: [s4] }, "s4 is a learner and an outgoing voter"],
    [{ outgoing: [s1], learnersNext: [s1] }, "s1 waits to become a learner, but is a voter"],
    [{ learnersNext: [s5] }, "s5 waits to become a learner, but is no outgoing voter"],
    [{ autoLeave: true }, "a configuration that is not joint is to be left"],
    [{ voters: [] }, "there is no voter"],
  ])("%j breaks a rule: %s", (fields, problem) => {
    expect(configurationProblem({ ...three, ...fields })).toBe(problem);
    expect(configurationProblem(three)).toBeNull();
  });
});
