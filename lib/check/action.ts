import type { Call, NodeId, Tagged } from "../core/role.js";
import { brief } from "../core/words.js";

/**
 * A crash within a step, at one of its writes. What the step asked for before that write has left the node; what
 * it asked for after it is gone. At the moment "before-flush" the write is gone, too; at "after-flush" it is on
 * disk. (The simulator's fault "crash" knows the same moments.)
 */
export interface Dying {
  readonly moment: "before-flush" | "after-flush";
  /** Which write of the step, by `persist` or `write`, counted from 1. */
  readonly write: number;
  /** At "before-flush": how many of the unsynced writes before it are on disk all the same. */
  readonly kept: number;
}

/** One thing that may happen next in a world without clocks. A schedule is a list of these, and replays. */
export type Action =
  /** A client asks. */
  | {
      readonly kind: "request";
      readonly node: NodeId;
      readonly call: Call;
      readonly request: Tagged;
      readonly dies?: Dying;
    }
  /** A message arrives; with `again`, the network has doubled it and a copy stays in flight. */
  | {
      readonly kind: "deliver";
      readonly from: NodeId;
      readonly to: NodeId;
      readonly message: Tagged;
      readonly again?: true;
      readonly dies?: Dying;
    }
  /** A timer fires that was set, however long its delay. */
  | { readonly kind: "timer"; readonly node: NodeId; readonly timer: Tagged; readonly dies?: Dying }
  /** The node loses its memory; `kept` of its unsynced writes are on disk, the later ones are gone. */
  | { readonly kind: "crash"; readonly node: NodeId; readonly kept: number }
  | { readonly kind: "restart"; readonly node: NodeId; readonly dies?: Dying };

/** One action in a line: `deliver p1 > a1: prepare ballot=(1, p1)`. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case "request":
      return `request ${action.node}: ${brief(action.request)}${dyingText(action.dies)}`;
    case "deliver":
      return `deliver ${action.from} > ${action.to}: ${brief(action.message)}${action.again ? " (a copy stays in flight)" : ""}${dyingText(action.dies)}`;
    case "timer":
      return `timer ${action.node}: ${brief(action.timer)}${dyingText(action.dies)}`;
    case "crash":
      return `crash ${action.node}${action.kept > 0 ? `, ${action.kept} unsynced ${action.kept === 1 ? "write" : "writes"} kept` : ""}`;
    case "restart":
      return `restart ${action.node}${dyingText(action.dies)}`;
  }
}

/** A schedule as text, one numbered action a line. */
export function scheduleText(schedule: readonly Action[]): string {
  const width = String(schedule.length).length;
  return schedule.map((action, i) => `${String(i + 1).padStart(width)}. ${actionText(action)}`).join("\n");
}

function dyingText(dies: Dying | undefined): string {
  if (!dies) return "";
  const which = dies.write > 1 ? ` ${dies.write}` : "";
  const kept = dies.kept > 0 ? ` (${dies.kept} unsynced ${dies.kept === 1 ? "write" : "writes"} kept)` : "";
  return `, and crashes ${dies.moment === "before-flush" ? "before its write" : "right after its write"}${which} is on disk${kept}`;
}
