import { integer, options } from "../core/parameters.js";
import { brief, rounded, words } from "../core/words.js";
import type { TraceEvent } from "./event.js";

/**
 * A run as text, one line for each event: the time in ms, the node, and what happened to it. A message's
 * content stands where it is sent; its number says where it arrives.
 *
 *        0.000  p1  → a1 prepare ballot=(1, p1) #1
 *        4.312  a1  ← p1 prepare #1
 */
export function sequence(trace: readonly TraceEvent[], given: { readonly lines?: number; readonly steps?: boolean } = {}): string {
  const { lines = 10_000, steps = false } = options("sequence", given, ["lines", "steps"]);
  integer("lines", lines, { min: 1 });
  const shown = trace.slice(0, lines);
  const places = shown.map(placeOf);
  const width = places.reduce((widest, place) => Math.max(widest, place.length), 0);
  const digits = String(shown.at(-1)?.step ?? 0).length;
  const text: string[] = [];
  shown.forEach((event, i) => {
    if (isFoldedFlush(event, shown[i - 1])) return;
    const step = steps ? `${String(event.step).padStart(digits)}  ` : "";
    const onDisk = event.kind === "write" && isFoldedFlush(shown[i + 1], event) ? ", on disk at once" : "";
    text.push(`${step}${event.at.toFixed(3).padStart(10)}  ${places[i]!.padEnd(width)}  ${deedOf(event)}${onDisk}`);
  });
  if (trace.length > lines) {
    const rest = trace.length - lines;
    text.push(`... and ${rest} more event${rest === 1 ? "" : "s"}, up to ${trace.at(-1)!.at.toFixed(3)} ms`);
  }
  return text.length > 0 ? `${text.join("\n")}\n` : "nothing happened\n";
}

/** A flush that takes no time is told with its write. */
function isFoldedFlush(event: TraceEvent | undefined, before: TraceEvent | undefined): boolean {
  return (
    event?.kind === "flushed" && before?.kind === "write" && before.node === event.node && before.step === event.step
  );
}

function placeOf(event: TraceEvent): string {
  switch (event.kind) {
    case "send":
      return event.from;
    case "deliver":
    case "drop":
      return event.to;
    case "invoke":
    case "return":
    case "give-up":
    case "call-lost":
      return event.client;
    case "cut":
    case "heal":
      return "network";
    case "violation":
      return "!";
    default:
      return event.node;
  }
}

function deedOf(event: TraceEvent): string {
  switch (event.kind) {
    case "send":
      return `→ ${event.to} ${brief(event.message, rounded)} #${event.id}`;
    case "deliver":
      return `← ${event.from} ${event.message.kind} #${event.id}${event.copy > 0 ? " again" : ""}`;
    case "drop":
      return `✗ ${event.from} ${event.message.kind} #${event.id}${event.copy > 0 ? " again" : ""}: ${DROPPED[event.reason]}`;
    case "timer":
      return `timer ${brief(event.timer, rounded)}`;
    case "request":
      return `is asked ${brief(event.request, rounded)} (${event.call})`;
    case "reply":
      return `answers ${words(event.result, rounded)} (${event.call})`;
    case "decide":
      return `decides ${words(event.outcome, rounded)}`;
    case "write":
      return event.flush ? "writes and flushes" : "writes";
    case "flushed":
      return "has its write on disk";
    case "change":
      return `state: ${Object.entries(event.fields).map(([name, value]) => `${name}=${words(value, rounded)}`).join(" ")}`;
    case "crash":
      return event.lostWrites === 0 ? "crashes" : `crashes, and ${event.lostWrites} write${event.lostWrites === 1 ? " is" : "s are"} lost`;
    case "restart":
      return "restarts";
    case "pause":
      return "is paused";
    case "resume":
      return "goes on";
    case "stall":
      return `disk stalls for ${rounded(event.forMs)} ms`;
    case "skew":
      return `clock is ${skewText(event)}`;
    case "slow":
      return `takes ${rounded(event.factor)} times as long`;
    case "cut":
      return `${event.shape}: ${links(event.links)} cut`;
    case "heal":
      return event.links.length > 0 ? `healed: ${links(event.links)}` : "healed, but for links that another cut covers";
    case "invoke":
      return `asks ${event.node} ${brief(event.request, rounded)} (${event.call}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""})`;
    case "return":
      return `has its answer ${words(event.result, rounded)} (${event.call})`;
    case "give-up":
      return `gives up (${event.call})`;
    case "call-lost":
      return `✗ ${event.leg} ${event.leg === "request" ? "to" : "from"} ${event.node} (${event.call}): ${DROPPED[event.reason]}`;
    case "violation":
      return `${event.property} is violated: ${event.problem}`;
  }
}

/** How a clock goes: "40 ms ahead, and runs 1.001 times as fast"; a clock that is merely ahead runs as fast as others. */
export function skewText({ offsetMs, rate }: Pick<TraceEvent & { kind: "skew" }, "offsetMs" | "rate">): string {
  const ahead = `${rounded(Math.abs(offsetMs))} ms ${offsetMs < 0 ? "behind" : "ahead"}`;
  return rate === 1 ? ahead : `${ahead}, and runs ${rounded(rate)} times as fast`;
}

const DROPPED = {
  lost: "lost",
  partitioned: "the link is cut",
  crashed: "the receiver is down",
  unhandled: "the receiver has no rule for it",
} as const;

function links(pairs: readonly (readonly [string, string])[]): string {
  const named = pairs.slice(0, 12).map(([from, to]) => `${from}>${to}`);
  return pairs.length > 12 ? `${named.join(" ")} and ${pairs.length - 12} more` : named.join(" ");
}
