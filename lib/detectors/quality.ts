import { finite, options } from "../core/parameters.js";
import type { NodeId } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { Heard, Patience } from "./patience.js";

/** A time in which somebody suspects somebody, in ms; `to` is null where it lasts to the end of the run. */
export interface Suspicion {
  readonly by: NodeId;
  readonly of: NodeId;
  readonly from: number;
  readonly to: number | null;
}

/**
 * The suspicions of a run, read from the field `suspects` of the detectors' states. The run must record changes
 * (`simulate({ changes: true, ... })`). A detector that crashes suspects nobody any more.
 */
export function suspicionsIn(trace: readonly TraceEvent[]): Suspicion[] {
  const open = new Map<NodeId, Map<NodeId, number>>();
  const found: Suspicion[] = [];
  const close = (by: NodeId, of: NodeId, from: number, to: number | null): void => void found.push({ by, of, from, to });
  for (const event of trace) {
    if (event.kind !== "change" && event.kind !== "crash") continue;
    const { node: by, at } = event;
    const now = event.kind === "crash" ? new Set<NodeId>() : (event.fields["suspects"] as ReadonlySet<NodeId> | undefined);
    if (now === undefined) continue;
    const before = open.get(by) ?? new Map<NodeId, number>();
    for (const [of, from] of [...before]) {
      if (now.has(of)) continue;
      close(by, of, from, at);
      before.delete(of);
    }
    for (const of of now) if (!before.has(of)) before.set(of, at);
    open.set(by, before);
  }
  for (const [by, those] of open) for (const [of, from] of those) close(by, of, from, null);
  return found.sort((a, b) => a.from - b.from);
}

/** What a detector promises, in the words of Chandra and Toueg (1996, section 2.4), as far as a finite run can tell. */
export interface DetectorClass {
  /** Every crashed node is in the end suspected by every node that is up. */
  readonly strongCompleteness: boolean;
  /** ... by some node that is up. */
  readonly weakCompleteness: boolean;
  /** No node is suspected before it crashes. */
  readonly strongAccuracy: boolean;
  /** Some node that is up is never suspected. */
  readonly weakAccuracy: boolean;
  /** There is a time after which strong accuracy holds; in this run: no wrong suspicion lasts to its end. */
  readonly eventualStrongAccuracy: boolean;
  /** There is a time after which some node that is up is not suspected. */
  readonly eventualWeakAccuracy: boolean;
  /** The name of the strongest class that fits: P, S, ◇P, ◇S, or "none" where completeness is missing. */
  readonly name: "P" | "S" | "◇P" | "◇S" | "none";
}

/**
 * Which class of detectors the suspicions of a run are worthy of. "Eventually" is read as: at the end of the run. So a
 * run can refute a class, and never prove one.
 */
export function classOf(
  suspicions: readonly Suspicion[],
  given: { readonly nodes: readonly NodeId[]; readonly crashedAt: Readonly<Record<string, number>> },
): DetectorClass {
  const { nodes, crashedAt } = options("classOf", given, ["nodes", "crashedAt"]);
  const up = nodes.filter((node) => crashedAt[node] === undefined);
  const down = nodes.filter((node) => crashedAt[node] !== undefined);
  const lasting = suspicions.filter(({ to }) => to === null);
  const isSuspected = (of: NodeId, by: NodeId): boolean => lasting.some((one) => one.of === of && one.by === by);
  const wrong = suspicions.filter(({ of, from }) => from < (crashedAt[of] ?? Infinity));
  const lastingWrong = lasting.filter(({ of, by }) => crashedAt[of] === undefined && crashedAt[by] === undefined);
  const strongCompleteness = down.every((of) => up.every((by) => isSuspected(of, by)));
  const weakCompleteness = down.every((of) => up.some((by) => isSuspected(of, by)));
  const strongAccuracy = wrong.length === 0;
  const weakAccuracy = up.some((node) => wrong.every(({ of }) => of !== node));
  const eventualStrongAccuracy = lastingWrong.length === 0;
  const eventualWeakAccuracy = up.some((node) => lastingWrong.every(({ of }) => of !== node));
  const name = !strongCompleteness ? "none" : strongAccuracy ? "P" : weakAccuracy ? "S" : eventualStrongAccuracy ? "◇P" : eventualWeakAccuracy ? "◇S" : "none";
  return { strongCompleteness, weakCompleteness, strongAccuracy, weakAccuracy, eventualStrongAccuracy, eventualWeakAccuracy, name };
}

/** A log of heartbeats, to try a detector on without a cluster. */
export interface HeartbeatLog {
  /** What arrived, in the order of arrival. */
  readonly heard: readonly Heard[];
  /** When the sender crashed, in ms; null if it did not. */
  readonly crashedAt: number | null;
  /** Where the log ends, in ms. */
  readonly end: number;
}

/** How good a detector was (Chen, Toueg and Aguilera 2002, section 2). Times in ms. */
export interface Quality {
  /** T_D: from the crash to the suspicion that lasts; null without a crash, or if it was not found out. */
  readonly detection: number | null;
  /** Suspicions of a node that was up. */
  readonly mistakes: number;
  /** Mistakes for each second in which the node was up: one over the mean of T_MR. */
  readonly mistakesPerSecond: number;
  /** T_M: how long a mistake lasts on average; null if there is none. */
  readonly mistakeDuration: number | null;
  /** P_A: the share of the time up in which it was trusted. */
  readonly accuracy: number;
}

/**
 * What a detector with this patience would have suspected, hearing this log: the times, in ms. It trusts from the first
 * heartbeat on; what came before that is not counted. A heartbeat that comes out of its order is no news.
 */
export function suspicionsOn({ heard, end }: HeartbeatLog, patience: Patience): { readonly from: number; readonly to: number | null }[] {
  const found: { from: number; to: number | null }[] = [];
  const window: Heard[] = [];
  let deadline = Infinity;
  let mistakes = 0;
  for (const beat of heard) {
    if (beat.at > end) break;
    if (deadline < beat.at) {
      found.push({ from: deadline, to: beat.at });
      mistakes++;
    }
    if (beat.serial <= (window.at(-1)?.serial ?? 0)) continue;
    window.push(beat);
    if (window.length > patience.window) window.shift();
    // A rule that expects the next one in the past suspects at once.
    deadline = Math.max(beat.at, patience.until(window, mistakes));
  }
  if (deadline < end) found.push({ from: deadline, to: null });
  return found;
}

/** How good a detector with this patience is on a log. */
export function qualityOn(log: HeartbeatLog, patience: Patience): Quality {
  const { heard, crashedAt, end } = log;
  finite("end", end);
  const begin = heard[0]?.at ?? 0;
  const upTo = crashedAt ?? end;
  const suspicions = suspicionsOn(log, patience);
  const wrong = suspicions.filter(({ from, to }) => from < upTo && (crashedAt === null || to !== null));
  const lasting = suspicions.find(({ to }) => to === null);
  const lost = wrong.reduce((sum, { from, to }) => sum + Math.min(to ?? end, upTo) - from, 0);
  const up = Math.max(upTo - begin, 1e-9);
  return {
    detection: crashedAt === null || !lasting ? null : Math.max(0, lasting.from - crashedAt),
    mistakes: wrong.length,
    mistakesPerSecond: (1_000 * wrong.length) / up,
    mistakeDuration: wrong.length === 0 ? null : wrong.reduce((sum, { from, to }) => sum + (to ?? end) - from, 0) / wrong.length,
    accuracy: 1 - lost / up,
  };
}
