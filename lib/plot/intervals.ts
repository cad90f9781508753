import { finite, integer, oneOf, options as checkOptions, show } from "../core/parameters.js";
import type { HistoryVerdict } from "../history/linearizable.js";
import { checkHistory, operationPhrase, operationText, type HistoryOperation } from "../history/operation.js";
import { altText, Diagram } from "./diagram.js";
import { sentence, text as checkText } from "./figure.js";
import { formatNumber } from "./format.js";
import { draw, type Judgement, type Unit, type Window } from "./intervals/draw.js";

/** How a history is drawn. */
export interface IntervalsOptions<Operation extends HistoryOperation = HistoryOperation> {
  /** The finding, as a sentence. With a verdict it may be left out: then it says what was judged. */
  readonly title?: string;
  /** What a judge said of this history: its order is numbered, and what cannot be ordered is marked. */
  readonly verdict?: HistoryVerdict<Operation>;
  /** What the history's clock counts: virtual ms (the default), or the steps of a schedule, where the explorer found it. */
  readonly unit?: "ms" | "steps";
  /** Where the drawing begins and ends, by that clock (default: around what is interesting, with at most `limit` operations). */
  readonly from?: number;
  readonly to?: number;
  /** How many operations a drawing may hold, 1 to 300 (default 40; around a violation 20). */
  readonly limit?: number;
  /** What is written at an operation (default: "write(4)", "read() → 3"). */
  readonly label?: (operation: Operation) => string;
  /** A remark under the title. */
  readonly note?: string;
}

/**
 * A history as papers draw it (Herlihy and Wing 1990): a lane for each client, time running to the right, a bar for each
 * operation from its call to its return. An operation without an answer has no end.
 *
 *     const verdict = linearizable(run.history, register());
 *     show(intervals(run.history, { verdict }))
 *
 * With a verdict, each operation of its order has a point at which it can have taken effect, and its number in the order;
 * points follow each other from left to right. (An order that does not keep real time, as that of sequential
 * consistency, has numbers only.) What cannot be ordered is in another colour, with a cross. Of a long history, what
 * surrounds the operation that cannot be ordered is drawn, or else its beginning.
 *
 * @throws RangeError without title and verdict, for a window that ends before it begins, or a verdict on another history
 */
export function intervals<Operation extends HistoryOperation>(
  history: readonly Operation[],
  options: IntervalsOptions<Operation>,
): Diagram {
  checkOptions("intervals", options, ["title", "verdict", "unit", "from", "to", "limit", "label", "note"]);
  checkHistory(history);
  const { verdict, limit = verdict?.kind === "violated" ? 20 : 40, note, label: wording = operationText } = options;
  const unit = oneOf("unit", options.unit ?? "ms", ["ms", "steps"]);
  integer("limit", limit, { min: 1, max: 300 });
  if (options.title === undefined && verdict === undefined)
    throw new RangeError("title must say something, got nothing, and there is no verdict to tell");
  const title = options.title === undefined ? titleOf(verdict!, unit) : checkText("title", options.title);
  if (verdict !== undefined) checkVerdict(verdict, history);

  const judged = judgementOf(history, verdict);
  const window = windowOf(judged, limit, options);
  const drawn = judged.operations.filter(
    (one) => one.invokedAt < window.before && one.invokedAt <= window.to && endOf(one) >= window.from,
  );
  const left = drawn.length < history.length ? history.length - drawn.length : 0;
  const notes = [...(note === undefined ? [] : [note]), ...(left > 0 ? [leftOut(history, judged, drawn, range(window, unit))] : [])];
  const summary = sentence(described(drawn, judged, window, unit));
  const lines = [...drawn].sort(
    (a, b) => (judged.rank.get(a) ?? Infinity) - (judged.rank.get(b) ?? Infinity) || a.invokedAt - b.invokedAt,
  );
  return new Diagram({
    title,
    alt: altText(title, summary),
    notes,
    svg: draw(drawn, judged, window, { title, notes, summary, unit, wording: (one) => String(wording(one as Operation)) }),
    text: [
      title,
      summary,
      ...notes,
      "",
      ...lines.map((one) => {
        const rank = judged.rank.get(one);
        const mark = rank === undefined ? (judged.culprit === one ? "  ✕" : "  –") : `${rank + 1}.`.padStart(3);
        return `${mark} ${operationPhrase(one, unit)}`;
      }),
    ].join("\n"),
  });
}

function titleOf(verdict: HistoryVerdict, unit: Unit): string {
  switch (verdict.kind) {
    case "holds":
      return verdict.order.length === 1
        ? "One operation, and its answer is right"
        : `One order explains the answers of ${formatNumber(verdict.order.length)} operations`;
    case "violated":
      return verdict.stuck.length === 0
        ? "No order explains all answers"
        : `No order explains ${operationPhrase(verdict.stuck[0]!, unit)}`;
    case "unknown":
      return "No order was found, and not all were tried";
  }
}

function checkVerdict(verdict: HistoryVerdict, history: readonly HistoryOperation[]): void {
  if (typeof verdict !== "object" || !Array.isArray(verdict.order))
    throw new TypeError(`verdict must be what a judge said, got ${show(verdict)}`);
  const rows = new Set(history);
  const stranger = [...verdict.order, ...(verdict.kind === "violated" ? verdict.stuck : [])].find(
    (one) => !rows.has(one),
  );
  if (stranger !== undefined)
    throw new RangeError(`verdict must be on this history, which does not hold ${operationPhrase(stranger)}`);
}

function judgementOf(history: readonly HistoryOperation[], verdict: HistoryVerdict | undefined): Judgement {
  const order = verdict?.order ?? [];
  const stuck = verdict?.kind === "violated" ? verdict.stuck : [];
  const rank = new Map(order.map((one, i) => [one, i]));
  // Of a violation, nothing that came later matters, and nothing of other keys.
  const operations =
    verdict?.kind === "violated" ? history.filter((one) => rank.has(one) || stuck.includes(one)) : history;
  return { operations, rank, instant: instantsOf(order), culprit: stuck[0] ?? null, stuck: new Set(stuck) };
}

/** Between the first and the last instant that the order allows, or none if it does not keep real time. */
function instantsOf(order: readonly HistoryOperation[]): Map<HistoryOperation, number> {
  const earliest: number[] = [];
  let at = -Infinity;
  for (const { invokedAt } of order) earliest.push((at = Math.max(at, invokedAt)));
  const instants = new Map<HistoryOperation, number>();
  let latest = Infinity;
  for (let i = order.length - 1; i >= 0; i--) {
    latest = Math.min(latest, order[i]!.returnedAt ?? Infinity);
    if (latest < earliest[i]!) return new Map();
    instants.set(order[i]!, latest === Infinity ? earliest[i]! : (earliest[i]! + latest) / 2);
  }
  return instants;
}

function endOf({ returnedAt }: HistoryOperation): number {
  return returnedAt ?? Infinity;
}

/** Around the operation that cannot be ordered, or from the beginning, so that at most `limit` operations are drawn. */
function windowOf(
  { operations, culprit }: Judgement,
  limit: number,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
): Window & { readonly before: number } {
  if (from !== undefined) finite("from", from, { min: -Number.MAX_VALUE });
  if (to !== undefined) finite("to", to, { min: -Number.MAX_VALUE });
  const times = operations.flatMap(({ invokedAt, returnedAt }) =>
    returnedAt === null ? [invokedAt] : [invokedAt, returnedAt],
  );
  const first = from ?? times.reduce((least, time) => Math.min(least, time), times[0] ?? 0);
  const last = to ?? times.reduce((most, time) => Math.max(most, time), times[0] ?? 0);
  if (last < first || (from !== undefined && to !== undefined && to <= from))
    throw new RangeError(`to must be later than from (${first}), got ${last}`);
  const inside = operations.filter((one) => one.invokedAt <= last && endOf(one) >= first);
  if (inside.length <= limit) return { from: first, to: last, before: Infinity };
  if (culprit !== null && from === undefined) {
    // What ended last before the impossible answer says most about it.
    const ends = inside.filter((one) => one.returnedAt !== null).sort((a, b) => b.returnedAt! - a.returnedAt!);
    const begin = ends.slice(0, limit).reduce((least, { invokedAt }) => Math.min(least, invokedAt), culprit.invokedAt);
    const kept = ends.slice(0, limit).map(({ returnedAt }) => returnedAt!);
    return {
      from: Math.max(first, Math.min(Math.max(begin, kept.at(-1)!), culprit.invokedAt)),
      to: last,
      before: Infinity,
    };
  }
  const starts = inside.map(({ invokedAt }) => Math.max(first, invokedAt)).sort((a, b) => a - b);
  // Up to the first call that has no room.
  return { from: first, to: Math.max(first, starts[limit]!), before: starts[limit]! };
}

function range({ from, to }: Window, unit: Unit): string {
  return unit === "ms" ? `from ${formatNumber(from)} to ${formatNumber(to)} ms` : `in steps ${formatNumber(from)} to ${formatNumber(to)}`;
}

function leftOut(
  history: readonly HistoryOperation[],
  { operations }: Judgement,
  drawn: readonly HistoryOperation[],
  window: string,
): string {
  const others = operations.length < history.length ? "; later operations and those on other keys play no part" : "";
  return `Drawn ${window}, ${formatNumber(drawn.length)} of ${formatNumber(history.length)} operations${others}`;
}

function described(
  drawn: readonly HistoryOperation[],
  { rank, instant, culprit }: Judgement,
  window: Window,
  unit: Unit,
): string {
  const clients = new Set(drawn.map(({ client }) => client)).size;
  const open = drawn.filter(({ returnedAt }) => returnedAt === null).length;
  const ordered = drawn.filter((one) => rank.has(one)).length;
  return [
    `The operations of ${clients} ${clients === 1 ? "client" : "clients"} ${range(window, unit)}: ${drawn.length} bars`,
    ...(open > 0 ? [`, ${open} of them without an answer`] : []),
    ...(ordered > 0
      ? [
          `; ${ordered} are numbered in the order that explains them${instant.size > 0 ? ", each with its instant" : ""}`,
        ]
      : []),
    ...(culprit === null ? [] : [`; ${operationPhrase(culprit, unit)} cannot be ordered`]),
  ].join("");
}
