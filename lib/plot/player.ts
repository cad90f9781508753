import { integer, options as checkOptions, show } from "../core/parameters.js";
import { sequence as runText } from "../trace/sequence.js";
import type { TraceEvent } from "../trace/event.js";
import type { Diagram } from "./diagram.js";
import { showsItself, type Bundle } from "./display.js";
import { text } from "./figure.js";
import { registerRun, type Forkable } from "./player/live.js";
import { packRun, recordVersion, withFields, type PackedRun } from "./player/record.js";
import { sequence } from "./sequence.js";

/** The MIME type of a run that the player shows. */
export const runMime = "application/vnd.distlab.run+json";

/** A run, or only its trace. */
export type Playable = { readonly trace: readonly TraceEvent[] } | readonly TraceEvent[];

/** How a run is played. */
export interface PlayerOptions {
  /** The finding, as a sentence: "Two proposers overtake one another". */
  readonly title: string;
  /** A remark under the title. */
  readonly note?: string;
  /** Another future of the run, mostly one of its forks: both stand side by side, with their first difference marked. */
  readonly beside?: Playable;
  /** What the two are called where they stand side by side (default: "run" and "fork"). */
  readonly names?: readonly [run: string, beside: string];
  /** The step at which the cursor stands first (default: the beginning, or where two runs part). */
  readonly at?: number;
  /** How many events of each run are kept, 1 to 200,000 (default 100,000). A notebook grows by some 60 bytes for each. */
  readonly limit?: number;
  /** Which fields of the states are shown, in this order (default: all). Of roles with many, the few that the run is about. */
  readonly fields?: readonly string[];
  /** The variable that holds the run, for the lines of code that make forks (default "run"). */
  readonly variable?: string;
}

/** What the player in the page is given. */
export interface PlayerRecord {
  readonly version: typeof recordVersion;
  readonly title: string;
  readonly note: string;
  /** What the static picture says, in a sentence. */
  readonly alt: string;
  /** The step at which the cursor stands first. */
  readonly at: number | null;
  readonly limit: number;
  readonly variable: string;
  /** The name by which a live kernel knows the run, or null where it cannot be forked. */
  readonly id: string | null;
  readonly run: PackedRun;
  readonly beside: PackedRun | null;
}

/**
 * A run that one can step through, forward and backward, in the page: the space-time diagram with a cursor, the state of
 * nodes before and after each event, the messages under way, and forks. Where scripts are off, a static diagram and the
 * run as text stand in its place.
 */
export class Player {
  readonly kind = "player" as const;
  readonly title: string;
  /** What the run shows, in a sentence. */
  readonly alt: string;
  /** All that the page needs, as plain JSON. */
  readonly record: PlayerRecord;
  /** The static picture. */
  readonly diagram: Diagram;
  /** The run as text, its first 200 events. */
  readonly text: string;

  constructor({ record, diagram, text: lines }: { readonly record: PlayerRecord; readonly diagram: Diagram; readonly text: string }) {
    this.title = record.title;
    this.alt = record.alt;
    this.record = record;
    this.diagram = diagram;
    this.text = lines;
  }

  /** All forms of the run, keyed by MIME type. */
  bundle(): Bundle {
    return { [runMime]: this.record, "image/svg+xml": this.diagram.svg, "text/plain": this.text };
  }

  static {
    showsItself(this.prototype);
  }
}

/**
 * Step through a run:
 *
 *     const run = simulate({ ..., changes: true });
 *     player(run, { title: "Two proposers overtake one another" })
 *
 * States of nodes are shown where the run recorded them (`changes: true`). With a run that came from `simulate`, and a
 * live kernel, each event offers forks: drop a message, deliver it next, crash a node, change the seed from here on.
 * A fork made in code stands beside its run, also where no kernel is:
 *
 *     player(run, { title: "Without message 7 nothing is chosen", beside: run.fork({ step: 12, drop: 7 }) })
 *
 * @throws TypeError for what is no run and no trace, with the first event that is none
 */
export function player(run: Playable, options: PlayerOptions): Player {
  checkOptions("player", options, OPTIONS);
  const { title, note = "", beside, names = ["run", "fork"], limit = 100_000, variable = "run" } = options;
  text("title", title);
  text("variable", variable);
  if (!Array.isArray(names) || names.length !== 2) throw new TypeError(`names must be a pair of names, got ${show(names)}`);
  names.forEach((name: unknown, i: number) => text(`names[${i}]`, name));
  integer("limit", limit, { min: 1, max: 200_000 });
  const fields = options.fields ?? null;
  if (fields !== null && (!Array.isArray(fields) || fields.length === 0)) {
    throw new TypeError(`fields must be a list of names of at least one field, got ${show(fields)}`);
  }
  const whole = traceOf("run", run);
  const missing = fields?.find((name) => !whole.some((event) => event.kind === "change" && name in event.fields));
  if (missing !== undefined) throw new RangeError(`fields must be fields that the run tells changes of, got ${show(missing)}`);
  const trace = withFields(whole, fields);
  const other = beside === undefined ? null : withFields(traceOf("beside", beside), fields);
  const at = options.at === undefined ? null : integer("at", options.at, { max: trace.at(-1)?.step ?? 0 });

  const diagram = sequence(trace, { title, ...(note === "" ? {} : { note }) });
  const lines = (events: readonly TraceEvent[]): string => runText(events, { lines: maxLines }).trimEnd();
  const parts =
    other === null ? [lines(trace)] : [`${names[0]}:`, lines(trace), "", `${names[1]}:`, lines(other)];
  return new Player({
    record: {
      version: recordVersion,
      title,
      note,
      alt: diagram.alt,
      at,
      limit,
      variable,
      id: isForkable(run) ? registerRun(run, fields) : null,
      run: packRun(trace, { name: names[0], limit }),
      beside: other === null ? null : packRun(other, { name: names[1], limit }),
    },
    diagram,
    text: [title, ...(note === "" ? [] : [note]), diagram.alt.slice(diagram.alt.indexOf(" ", title.length) + 1), "", ...parts].join("\n"),
  });
}

const OPTIONS = [
  "title", "note", "beside", "names", "at", "limit", "fields", "variable",
] as const satisfies readonly (keyof PlayerOptions)[];

/** How many events stand in the text. */
const maxLines = 200;

function isForkable(run: Playable): run is Playable & Forkable {
  return "fork" in run && typeof run.fork === "function" && "hash" in run;
}

/** The events of a run, each looked at: what was read from a file may be anything. */
function traceOf(name: string, run: Playable): readonly TraceEvent[] {
  const trace: unknown = Array.isArray(run) ? run : (run as { readonly trace?: unknown } | null)?.trace;
  if (!Array.isArray(trace)) throw new TypeError(`${name} must be a run or the list of its events, got ${show(run)}`);
  let last = -Infinity;
  trace.forEach((event: Partial<TraceEvent> | null, i) => {
    const where = `${name}: event ${i + 1} of ${trace.length}`;
    if (typeof event !== "object" || event === null || typeof event.kind !== "string") {
      throw new TypeError(`${where} is no event: ${show(event)}`);
    }
    const fields = needed[event.kind];
    if (fields === undefined) throw new TypeError(`${where} is of no known kind: ${show(event)}`);
    for (const field of ["at", "step", ...fields]) {
      const value = (event as Record<string, unknown>)[field];
      if (!(field in event) || (typeof value !== "number" && (field === "at" || field === "step"))) {
        throw new TypeError(`${where} has no ${field}: ${show(event)}`);
      }
    }
    if (!(event.at! >= last)) throw new RangeError(`${where} goes back in time, from ${last} to ${event.at}: ${show(event)}`);
    last = event.at!;
  });
  return trace as readonly TraceEvent[];
}

/** What each kind of event must have besides its time and its step. */
const needed: Readonly<Record<string, readonly string[]>> = {
  send: ["id", "from", "to", "message"],
  deliver: ["id", "from", "to", "message", "copy"],
  drop: ["id", "from", "to", "message", "copy", "reason"],
  timer: ["node", "timer"],
  request: ["node", "call", "request"],
  reply: ["node", "call", "result"],
  decide: ["node", "outcome"],
  write: ["node"],
  flushed: ["node"],
  change: ["node", "fields"],
  crash: ["node", "lostWrites"],
  restart: ["node"],
  pause: ["node"],
  resume: ["node"],
  stall: ["node", "forMs"],
  skew: ["node", "offsetMs", "rate"],
  slow: ["node", "factor"],
  cut: ["links"],
  heal: ["links"],
  invoke: ["client", "call", "node", "request"],
  return: ["client", "call", "result"],
  "give-up": ["client", "call"],
  "call-lost": ["client", "call", "node", "leg", "reason"],
  violation: ["property", "problem"],
} satisfies Record<TraceEvent["kind"], readonly string[]>;
