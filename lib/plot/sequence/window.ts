import { finite, show } from "../../core/parameters.js";
import { formatNumber } from "../format.js";
import type { Arrow, Model } from "./model.js";

/** Virtual ms, or the steps of a schedule. */
export type Unit = "ms" | "step";

/** The part of a run that is drawn. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** How many nodes a drawing may have. */
export const maxNodes = 24;

/** How many messages a drawing may have, whatever is asked for. */
export const maxMessages = 500;

/** The nodes that are drawn, in their order. */
export function nodesOf(model: Model, wanted: readonly string[] | undefined, withClients: boolean): readonly string[] {
  const known = [...model.clients, ...model.nodes];
  if (wanted === undefined) return (withClients ? known : model.nodes).slice(0, maxNodes);
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new RangeError(`nodes must name at least one node, got ${show(wanted)}`);
  }
  // A node in which nothing happened is in no trace, but may well be drawn.
  if (known.length > 0 && !wanted.some((name) => known.includes(name))) {
    throw new RangeError(`nodes must name nodes of this trace, which has ${known.join(", ")}; got ${show(wanted)}`);
  }
  if (wanted.length > maxNodes) throw new RangeError(`nodes must name at most ${maxNodes} nodes, got ${wanted.length}`);
  return wanted;
}

/** What a caller asks to see. */
export interface Wanted {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** How many messages at most, where no end is given. */
  readonly limit: number;
}

/** From where the caller says, or the start, to where the caller says, or as far as the drawing holds. */
export function windowOf(model: Model, names: readonly string[], { from, to, limit }: Wanted): Window {
  const start = from === undefined ? 0 : finite("from", from);
  if (to !== undefined && finite("to", to) <= start)
    throw new RangeError(`to must be later than from (${start}), got ${to}`);
  const end = Math.max(start, Math.min(to ?? model.end, model.end));
  const messages = to === undefined ? limit : maxMessages;
  const sendings = model.arrows.filter((arrow) => isBetween(arrow, names)).map(({ sentAt }) => sentAt);
  const happenings = model.marks.filter(
    ({ node, kind }) => names.includes(node) && kind !== "change" && kind !== "write",
  );
  const full = Math.min(
    afterSoMany(sendings, start, messages),
    // Timers and requests take room, too.
    afterSoMany(
      happenings.map(({ at }) => at),
      start,
      4 * messages,
    ),
  );
  if (full > end) return { from: start, to: end };
  // The window ends with what happened last before the first thing that has no room.
  let last = start;
  const consider = (at: number): void => {
    if (at < full && at > last) last = at;
  };
  for (const { sentAt, endsAt } of model.arrows) {
    consider(sentAt);
    consider(endsAt);
  }
  for (const { at } of model.marks) consider(at);
  return { from: start, to: last > start ? last : full };
}

/** When, from the start on, more things have happened than there is room for. */
function afterSoMany(times: readonly number[], start: number, room: number): number {
  const later = times.filter((at) => at >= start).sort((a, b) => a - b);
  return later[room] ?? Infinity;
}

function isBetween({ from, to }: Arrow, names: readonly string[]): boolean {
  return names.includes(from) && names.includes(to);
}

/** What of the run falls into the window. */
export function within(model: Model, names: readonly string[], { from, to }: Window, changes: boolean): Model {
  const touches = (start: number, end: number): boolean => end >= from && start <= to;
  const slow = model.stretches.some(({ kind }) => kind === "writing");
  // Writes that take no time say nothing; where the disk is slow, the others are drawn beside those that wait.
  const isDrawn = (kind: string): boolean => (changes || kind !== "change") && (slow || kind !== "write");
  return {
    ...model,
    arrows: model.arrows.filter((arrow) => touches(arrow.sentAt, arrow.endsAt) && isBetween(arrow, names)),
    marks: model.marks.filter(({ kind, node, at }) => touches(at, at) && names.includes(node) && isDrawn(kind)),
    stretches: model.stretches.filter((stretch) => touches(stretch.from, stretch.to) && names.includes(stretch.node)),
    cuts: model.cuts.filter((cut) => touches(cut.from, cut.to)),
    broken: model.broken.filter(({ at }) => touches(at, at)),
  };
}

/** What a reader is told of what is not drawn. */
export function windowNotes(
  whole: Model,
  part: Model,
  names: readonly string[],
  { from, to }: Window,
  unit: Unit,
): string[] {
  const notes: string[] = [];
  const messages = ({ arrows }: Model): string => formatNumber(arrows.filter(({ kind }) => kind !== null).length);
  if (from > whole.begin || to < whole.end) {
    const [start, end, all] = [from, to, whole.end].map(formatNumber);
    const range = unit === "ms" ? `${start}–${end} ms of ${all} ms` : `steps ${start}–${end} of ${all}`;
    notes.push(`Showing ${range}, ${messages(part)} of ${messages(whole)} messages`);
  }
  const hidden = whole.nodes.filter((name) => !names.includes(name));
  if (hidden.length > 0) {
    const more = hidden.length > 8 ? ` and ${hidden.length - 8} more nodes` : "";
    notes.push(`Not shown: ${hidden.slice(0, 8).join(", ")}${more}`);
  }
  return notes;
}
