import { integer, options } from "../core/parameters.js";
import { brief, words } from "../core/words.js";
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
      return `→ ${event.to} ${brief(event.message)} #${event.id}`;
    case "deliver":
      return `← ${event.from} ${event.message.kind} #${event.id}${event.copy > 0 ? " again" : ""}`;
    case "drop":
      return `✗ ${event.from} ${event.message.kind} #${event.id}${event.copy > 0 ? " again" : ""}: ${DROPPED[event.reason]}`;
    case "timer":
      return `timer ${brief(event.timer)}`;
    case "request":
      return `is asked ${brief(event.request)} (${event.call})`;
    case "reply":
      return `answers ${words(event.result)} (${event.call})`;
    case "decide":
      return `decides ${words(event.outcome)}`;
    case "write":
      return event.flush ? "writes and flushes" : "writes";
    case "flushed":
      return "has its write on disk";
    case "change":
      return `state: ${Object.entries(event.fields).map(([name, value]) => `${name}=${words(value)}`).join(" ")}`;
    case "crash":
      return event.lostWrites === 0 ? "crashes" : `crashes, and ${event.lostWrites} write${event.lostWrites === 1 ? " is" : "s are"} lost`;
    case "restart":
      return "restarts";
    case "pause":
      return "is paused";
    case "resume":
      return "goes on";
    case "stall":
      return `disk stalls for ${number(event.forMs)} ms`;
    case "skew":
      return `clock is ${number(event.offsetMs)} ms ahead and runs ${number(event.rate)} times as fast`;
    case "slow":
      return `takes ${number(event.factor)} times as long`;
    case "cut":
      return `${event.shape}: ${links(event.links)} cut`;
    case "heal":
      return event.links.length > 0 ? `healed: ${links(event.links)}` : "healed, but for links that another cut covers";
    case "invoke":
      return `asks ${event.node} ${brief(event.request)} (${event.call}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""})`;
    case "return":
      return `has its answer ${words(event.result)} (${event.call})`;
    case "give-up":
      return `gives up (${event.call})`;
    case "call-lost":
      return `✗ ${event.leg} ${event.leg === "request" ? "to" : "from"} ${event.node} (${event.call}): ${DROPPED[event.reason]}`;
    case "violation":
      return `${event.property} is violated: ${event.problem}`;
  }
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

function number(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
