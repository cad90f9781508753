import { delay, finite, flag, integer, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Delay } from "../../core/role.js";
import type { StateMachine } from "../state-machine.js";
import { type Configuration, configurationOf } from "./configuration.js";
import type { ServerOptions } from "./options.js";
import { type Rules, soundRules } from "./rules.js";

/** The options of a server, checked and complete, and the rules that it goes by. */
export interface Settings extends Required<Omit<ServerOptions, "servers" | "learners">> {
  readonly machine: StateMachine<unknown, unknown, unknown>;
  readonly rules: Rules;
  /** Who belongs to the cluster before anybody has changed that. */
  readonly bootstrap: Configuration;
  /** The least election time-out, and what may come on top of it: whoever is silent for less may still lead. */
  readonly minElectionTimeout: number;
  readonly maxElectionTimeout: number;
  readonly restOfElectionTimeout: Delay;
  /** Whether a server notes that it hears a leader. */
  readonly heedsLeader: boolean;
}

const OPTIONS = [
  "servers", "learners", "machine", "electionTimeout", "heartbeatInterval", "noOp", "conflictHints", "preVote", "checkQuorum",
  "leaderStickiness", "reads", "followerReads", "clockDriftBound", "sessions", "sessionWindow", "sessionTimeout", "batchDelay", "maxEntries",
  "window",
  "parallelWrites", "snapshotEvery", "snapshotRetain", "snapshotChunk", "jointConsensus", "catchUpRounds",
] as const satisfies readonly (keyof ServerOptions)[];

/** A machine that answers each command with the command. */
const echo: StateMachine<null, unknown, unknown> = { initial: null, apply: (state, command) => ({ state, result: command }) };

/** @throws RangeError or TypeError for an option that is unknown, out of its range, or at odds with another */
export function settingsOf(given: ServerOptions<any, any, any>, changed: Partial<Rules>): Settings {
  options("server", given, OPTIONS);
  const { servers, learners = [], machine = echo, electionTimeout = [150, 300], checkQuorum = false } = given;
  const [min, max] = both(delay("electionTimeout", electionTimeout));
  const settings: Settings = {
    machine,
    electionTimeout,
    heartbeatInterval: finite("heartbeatInterval", given.heartbeatInterval ?? 50, { min: 0.001 }),
    noOp: flag("noOp", given.noOp ?? true),
    conflictHints: flag("conflictHints", given.conflictHints ?? true),
    preVote: flag("preVote", given.preVote ?? false),
    checkQuorum: flag("checkQuorum", checkQuorum),
    leaderStickiness: flag("leaderStickiness", given.leaderStickiness ?? checkQuorum),
    reads: oneOf("reads", given.reads ?? "readIndex", ["log", "readIndex", "lease", "local"]),
    followerReads: flag("followerReads", given.followerReads ?? false),
    clockDriftBound: finite("clockDriftBound", given.clockDriftBound ?? 1, { min: 1 }),
    sessions: flag("sessions", given.sessions ?? true),
    sessionWindow: integer("sessionWindow", given.sessionWindow ?? 64, { min: 1 }),
    sessionTimeout: orNull(given.sessionTimeout, (value) => finite("sessionTimeout", value)),
    batchDelay: orNull(given.batchDelay, (value) => finite("batchDelay", value)),
    maxEntries: integer("maxEntries", given.maxEntries ?? 64, { min: 1 }),
    window: integer("window", given.window ?? 256, { min: 1 }),
    parallelWrites: flag("parallelWrites", given.parallelWrites ?? false),
    snapshotEvery: orNull(given.snapshotEvery, (value) => integer("snapshotEvery", value, { min: 1 })),
    snapshotRetain: integer("snapshotRetain", given.snapshotRetain ?? 0),
    snapshotChunk: integer("snapshotChunk", given.snapshotChunk ?? 4096, { min: 1 }),
    jointConsensus: flag("jointConsensus", given.jointConsensus ?? false),
    catchUpRounds: integer("catchUpRounds", given.catchUpRounds ?? 10, { min: 1 }),
    rules: { ...soundRules, ...changed },
    bootstrap: configurationOf(nodeNames("servers", servers), learners),
    minElectionTimeout: min,
    maxElectionTimeout: max,
    restOfElectionTimeout: [0, max - min],
    heedsLeader: (given.preVote ?? false) || (given.leaderStickiness ?? checkQuorum),
  };
  if (settings.heartbeatInterval >= max) {
    throw new RangeError(`heartbeatInterval must be less than the election time-out of ${max} ms, got ${settings.heartbeatInterval}`);
  }
  if (settings.reads === "lease" && !settings.leaderStickiness) {
    throw new RangeError('reads: "lease" needs leaderStickiness: otherwise a majority may elect another leader while the lease runs');
  }
  return settings;
}

function both(range: number | readonly [number, number]): readonly [number, number] {
  return typeof range === "number" ? [range, range] : range;
}

function orNull<T>(value: T | null | undefined, check: (value: T) => T): T | null {
  return value === undefined || value === null ? null : check(value);
}
