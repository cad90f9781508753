import type { TraceEvent } from "../../trace/event.js";
import { format, formatNumber } from "../format.js";

const maxLines = 200;

/** A run as lines of text, one for each event: "12.5 ms  p1 → a1  prepare". At most 200 lines, and then how many more. */
export function runText(trace: readonly TraceEvent[], unit: "ms" | "step", message: (message: { readonly kind: string }) => string): string {
  const said = trace.flatMap((event) => {
    const words = inWords(event, message);
    return words === null ? [] : [{ at: event.at, words }];
  });
  const shown = said.slice(0, maxLines).map(({ at, words }) => ({ at: unit === "ms" ? at.toFixed(1) : String(at), words }));
  const width = shown.reduce((most, { at }) => Math.max(most, at.length), 0);
  const lines = shown.map(({ at, words }) => (unit === "ms" ? `${at.padStart(width)} ms  ${words}` : `step ${at.padStart(width)}  ${words}`));
  if (said.length > maxLines) lines.push(`… ${formatNumber(said.length - maxLines)} more events`);
  return lines.join("\n");
}

/** Deliveries and losses, not sendings: a line for each is what a reader follows. */
function inWords(event: TraceEvent, message: (message: { readonly kind: string }) => string): string | null {
  switch (event.kind) {
    case "send":
    case "write":
    case "flushed":
    case "change":
      return null;
    case "deliver":
      return `${event.from} → ${event.to}  ${message(event.message)}${event.copy > 0 ? " (second copy)" : ""}`;
    case "drop":
      return `${event.from} ⇸ ${event.to}  ${message(event.message)} (${whyLost[event.reason]})`;
    case "timer":
      return `${event.node}  timer ${message(event.timer)}`;
    case "request":
      return `${event.node}  request ${message(event.request)}`;
    case "reply":
      return `${event.node}  answers ${format(event.result)}`;
    case "decide":
      return `${event.node}  decides ${format(event.outcome)}`;
    case "crash":
      return `${event.node}  crashes${event.lostWrites > 0 ? `, ${event.lostWrites} writes lost` : ""}`;
    case "restart":
      return `${event.node}  restarts`;
    case "pause":
      return `${event.node}  pauses`;
    case "resume":
      return `${event.node}  goes on`;
    case "stall":
      return `${event.node}  disk stalls for ${formatNumber(event.forMs)} ms`;
    case "skew":
      return `${event.node}  clock ${formatNumber(event.offsetMs)} ms ahead, at ${formatNumber(event.rate)} times its speed`;
    case "slow":
      return `${event.node}  takes ${formatNumber(event.factor)} times as long`;
    case "cut":
      return `links cut (${event.shape}): ${event.links.map(([from, to]) => `${from} → ${to}`).join(", ")}`;
    case "heal":
      return `links healed: ${event.links.map(([from, to]) => `${from} → ${to}`).join(", ")}`;
    case "invoke":
      return `${event.client} → ${event.node}  calls ${message(event.request)}${event.attempt > 1 ? `, try ${event.attempt}` : ""}`;
    case "return":
      return `${event.client}  gets ${format(event.result)}`;
    case "give-up":
      return `${event.client}  gives up`;
    case "call-lost":
      return `${event.client}  loses a ${event.leg} ${event.leg === "request" ? "to" : "from"} ${event.node} (${whyLost[event.reason]})`;
    case "violation":
      return `!! ${event.property} is violated: ${event.problem}`;
  }
}

/** Why a message did not arrive, in words. */
export const whyLost: Readonly<Record<"lost" | "partitioned" | "crashed" | "unhandled", string>> = {
  lost: "lost",
  partitioned: "the link is cut",
  crashed: "the receiver is down",
  unhandled: "the receiver has no rule for it",
};
