import { flag, nodeNames, oneOf, options, show } from "../../core/parameters.js";
import type { NodeId } from "../../core/role.js";

/**
 * Who takes part in a cluster, and how ("Consensus: Bridging Theory and Practice", Ongaro, 2014, chapter 4; the shape is
 * that of etcd's raft). A value: a change makes another one. What always holds of it:
 *
 * 1. A server is a voter or a learner, never both; and it is named once in each list.
 * 2. While the configuration is joint, the voters of before stand in `outgoing`; otherwise that is empty.
 * 3. Who waits in `learnersNext` is an outgoing voter and not a voter any more; and no learner is an outgoing voter.
 * 4. Where it is not joint, `learnersNext` is empty and `autoLeave` false.
 * 5. There is at least one voter.
 */
export interface Configuration {
  /** Who votes. In a joint configuration: C_new. */
  readonly voters: readonly NodeId[];
  /** In a joint configuration who voted before, C_old; otherwise nobody. */
  readonly outgoing: readonly NodeId[];
  /** Who receives the log and does not vote (section 4.2.1): what the article calls an observer. */
  readonly learners: readonly NodeId[];
  /** Who becomes a learner when the joint configuration is left, because until then it votes in C_old. */
  readonly learnersNext: readonly NodeId[];
  /** Whether the leader is to leave the joint configuration as soon as it is committed. */
  readonly autoLeave: boolean;
}

/** One server's change: it becomes a voter, becomes a learner (also one that votes now), or is removed. */
export interface Change {
  readonly kind: "add-voter" | "add-learner" | "remove";
  readonly node: NodeId;
}

/** The next configuration, or why there is none: a request that cannot be met is answered, it is no error. */
export type Changed =
  | { readonly kind: "changed"; readonly configuration: Configuration }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * A configuration that is not joint.
 *
 * @throws RangeError if there is no voter, or if a server is named twice
 */
export function configurationOf(voters: readonly NodeId[], learners: readonly NodeId[] = []): Configuration {
  nodeNames("voters", voters);
  nodeNames("learners", learners, { min: 0 });
  nodeNames("voters and learners", [...voters, ...learners]);
  return { voters, outgoing: [], learners, learnersNext: [], autoLeave: false };
}

/** Whether two majorities are asked: that of the voters of before and that of the new ones. */
export function isJoint({ outgoing }: Configuration): boolean {
  return outgoing.length > 0;
}

/** Everybody that the leader sends its log to, each once: voters, outgoing voters and learners. */
export function members({ voters, outgoing, learners }: Configuration): readonly NodeId[] {
  if (outgoing.length === 0) return learners.length === 0 ? voters : [...voters, ...learners];
  // Whoever waits to become a learner is an outgoing voter, and so among these.
  return [...voters, ...without(outgoing, voters), ...learners];
}

/**
 * Change the vote of one server at most (section 4.1): then any majority of before and any majority of after share a
 * server, and no joint configuration is needed in between. Learners may come and go along with it. A change that is
 * in force already has no effect, so that a request may be repeated.
 *
 * @throws TypeError or RangeError unless `changes` is a list of changes
 */
export function simpleChange(configuration: Configuration, changes: readonly Change[]): Changed {
  const problem = problemOf(changes);
  if (problem !== null) return refused(problem);
  if (isJoint(configuration)) return refused("the configuration is joint: it must be left before the next change");
  const next = changes.reduce(withChange, configuration);
  if (next.voters.length === 0) return refused("no voter would remain");
  const differing = [...without(next.voters, configuration.voters), ...without(configuration.voters, next.voters)];
  if (differing.length > 1) {
    return refused(`the votes of ${differing.join(" and ")} would change at once: only a joint change may do that`);
  }
  return { kind: "changed", configuration: next };
}

/**
 * The first half of a joint change (section 4.3), C_old,new: any number of servers change, and until it is left
 * elections and commits need a majority of the voters of before and one of the new ones. A voter that is to become a
 * learner waits until then, in `learnersNext`.
 *
 * @throws TypeError or RangeError unless `changes` is a list of changes
 */
export function enterJoint(
  configuration: Configuration,
  changes: readonly Change[],
  given: { readonly autoLeave?: boolean } = {},
): Changed {
  const { autoLeave = true } = options("enterJoint", given, ["autoLeave"]);
  flag("autoLeave", autoLeave);
  const problem = problemOf(changes);
  if (problem !== null) return refused(problem);
  if (isJoint(configuration)) return refused("the configuration is joint already");
  const next = changes.reduce(withChange, { ...configuration, outgoing: configuration.voters, autoLeave });
  if (next.voters.length === 0) return refused("no voter would remain");
  return { kind: "changed", configuration: next };
}

/**
 * The second half of a joint change (section 4.3), C_new: the outgoing voters are gone, or become the learners that
 * they were to be.
 */
export function leaveJoint(configuration: Configuration): Changed {
  if (!isJoint(configuration)) return refused("the configuration is not joint: there is nothing to leave");
  const { voters, learners, learnersNext } = configuration;
  return { kind: "changed", configuration: configurationOf(voters, [...learners, ...learnersNext]) };
}

/** Which of the five rules of a configuration does not hold, in a sentence; null if all do. */
export function configurationProblem(configuration: Configuration): string | null {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration;
  for (const [name, list] of Object.entries({ voters, outgoing, learners, learnersNext })) {
    const twice = list.find((node, i) => list.indexOf(node) !== i);
    if (twice !== undefined) return `${twice} is named twice in ${name}`;
  }
  const voting = learners.find((node) => voters.includes(node));
  if (voting !== undefined) return `${voting} is a voter and a learner`;
  const leaving = learners.find((node) => outgoing.includes(node));
  if (leaving !== undefined) return `${leaving} is a learner and an outgoing voter`;
  const staying = learnersNext.find((node) => voters.includes(node) || !outgoing.includes(node));
  if (staying !== undefined) {
    return `${staying} waits to become a learner, but is ${voters.includes(staying) ? "a voter" : "no outgoing voter"}`;
  }
  if (outgoing.length === 0 && autoLeave) return "a configuration that is not joint is to be left";
  return voters.length === 0 ? "there is no voter" : null;
}

function withChange(configuration: Configuration, { kind, node }: Change): Configuration {
  const isMember = { voter: configuration.voters.includes(node), learner: configuration.learners.includes(node) };
  // Who is already what it is to become keeps its place in the list.
  if (kind === "add-voter" ? isMember.voter : kind === "add-learner" && isMember.learner) return configuration;
  const gone: Configuration = {
    ...configuration,
    voters: without(configuration.voters, [node]),
    learners: without(configuration.learners, [node]),
    learnersNext: without(configuration.learnersNext, [node]),
  };
  switch (kind) {
    case "remove":
      return gone;
    case "add-voter":
      return { ...gone, voters: [...gone.voters, node] };
    case "add-learner":
      // Whoever still votes in C_old cannot be a learner yet: it would be counted and not counted.
      if (gone.outgoing.includes(node)) return { ...gone, learnersNext: [...gone.learnersNext, node] };
      return { ...gone, learners: [...gone.learners, node] };
  }
}

/** Why these changes make no sense together, or null; a list of anything else but changes is an error. */
function problemOf(changes: readonly Change[]): string | null {
  if (!Array.isArray(changes)) throw new TypeError(`changes must be a list, got ${show(changes)}`);
  for (const [i, change] of changes.entries()) {
    options(`changes[${i}]`, change, ["kind", "node"]);
    oneOf(`changes[${i}].kind`, change.kind, ["add-voter", "add-learner", "remove"]);
    nodeNames(`changes[${i}].node`, [change.node]);
  }
  const nodes = changes.map(({ node }) => node);
  const twice = nodes.find((node, i) => nodes.indexOf(node) !== i);
  if (twice !== undefined) return `${twice} is named twice`;
  return nodes.length === 0 ? "no change is named" : null;
}

function refused(reason: string): Changed {
  return { kind: "refused", reason };
}

function without(nodes: readonly NodeId[], gone: readonly NodeId[]): readonly NodeId[] {
  return nodes.filter((node) => !gone.includes(node));
}
