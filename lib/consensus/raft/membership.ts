import type { Call } from "../../core/role.js";
import { type Change, type Changed, type Configuration, enterJoint, isJoint, leaveJoint, simpleChange } from "./configuration.js";
import { isVoter } from "./in-force.js";
import { appendToOwnLog, beginRound, replicate, sendEntries, trackFollowers } from "./replication.js";
import type { Settings } from "./settings.js";
import type { Server, ServerOut } from "./state.js";
import { follow } from "./term.js";

/*
 * Changes of the cluster (dissertation, chapter 4): one server at a time, or any number of them by way of a joint
 * configuration. New voters catch up first, and whoever is removed leads until that is committed.
 */

/** A client asks for a change. */
export function reconfigure(settings: Settings, self: Server, changes: readonly Change[], call: Call, out: ServerOut): void {
  const refuse = (reason: string): void => out.reply(call, { kind: "refused", reason });
  const reason = settings.rules.mayNotReconfigure(self);
  if (reason !== null) return refuse(reason);
  const changed = changedBy(settings, self.configuration, changes);
  if (changed.kind === "refused") return refuse(changed.reason);
  const { configuration } = changed;
  if (isSame(configuration, self.configuration)) return out.reply(call, { kind: "reconfigured", configuration });
  const nodes = configuration.voters.filter((node) => !self.configuration.voters.includes(node) && !isCaughtUp(self, node));
  if (nodes.length === 0) return begin(settings, self, configuration, call, out);
  self.catchUp = { call, changes, nodes, round: 1, target: self.log.lastIndex, beganAt: out.clock() };
  trackFollowers(self);
  for (const node of nodes) sendEntries(settings, self, node, out);
}

/** By one step where that is allowed, else by a joint configuration. */
function changedBy({ jointConsensus }: Settings, configuration: Configuration, changes: readonly Change[]): Changed {
  const simple = simpleChange(configuration, changes);
  return simple.kind === "refused" && jointConsensus ? enterJoint(configuration, changes) : simple;
}

/** The new configuration goes into the log, and is in force from there on. */
function begin(settings: Settings, self: Server, configuration: Configuration, call: Call | null, out: ServerOut): void {
  const index = appendToOwnLog(settings, self, { kind: "configuration", configuration });
  if (call !== null) self.calls.set(index, call);
  replicate(settings, self, out);
}

/**
 * "The algorithm waits a fixed number of rounds. If the last round lasts less than an election timeout, then the
 * leader adds the new server to the cluster, under the assumption that there are not enough unreplicated entries to
 * create a significant availability gap. Otherwise, the leader aborts the configuration change with an error"
 * (section 4.2.1).
 */
export function catchUp(settings: Settings, self: Server, out: ServerOut): void {
  const { catchUp } = self;
  if (catchUp === null) return;
  const took = out.clock() - catchUp.beganAt;
  const { minElectionTimeout, maxElectionTimeout, catchUpRounds } = settings;
  if (!catchUp.nodes.every((node) => self.matchIndex.get(node)! >= catchUp.target)) {
    if (took > catchUpRounds * maxElectionTimeout) giveUp(self, out);
    return;
  }
  if (took <= minElectionTimeout) {
    self.catchUp = null;
    const changed = changedBy(settings, self.configuration, catchUp.changes);
    if (changed.kind === "refused") return out.reply(catchUp.call, changed);
    begin(settings, self, changed.configuration, catchUp.call, out);
  } else if (catchUp.round < catchUpRounds) {
    self.catchUp = { ...catchUp, round: catchUp.round + 1, target: self.log.lastIndex, beganAt: out.clock() };
    for (const node of catchUp.nodes) sendEntries(settings, self, node, out);
  } else giveUp(self, out);
}

function giveUp(self: Server, out: ServerOut): void {
  const { call, nodes } = self.catchUp!;
  self.catchUp = null;
  trackFollowers(self);
  out.reply(call, { kind: "refused", reason: `${nodes.join(" and ")} did not catch up` });
}

/** What a leader does about its own configuration once that is committed. */
export function afterCommit(settings: Settings, self: Server, out: ServerOut): void {
  const { configuration, configurationIndex, commitIndex } = self;
  if (isJoint(configuration)) {
    if (!configuration.autoLeave || !settings.rules.mayLeaveJoint(self)) return;
    const changed = leaveJoint(configuration);
    const call = self.calls.get(configurationIndex) ?? null;
    self.calls.delete(configurationIndex);
    if (changed.kind === "changed") begin(settings, self, changed.configuration, call, out);
    return;
  }
  // "A leader that is removed from the configuration steps down once the C_new entry is committed" (section 4.2.2).
  if (configurationIndex > commitIndex || isVoter(settings, configuration, self.id)) return;
  beginRound(settings, self, out); // the others learn that it is committed
  self.leaderId = null;
  follow(settings, self, out);
}

function isCaughtUp({ matchIndex, commitIndex }: Server, node: Server["id"]): boolean {
  return (matchIndex.get(node) ?? 0) >= commitIndex;
}

function isSame(one: Configuration, other: Configuration): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
