import { canonical } from "../core/canonical.js";
import { integer, oneOf, options as checkOptions } from "../core/parameters.js";
import { words } from "../core/words.js";
import { checkModel, type Model } from "./model.js";
import { SequentialObject } from "./object.js";
import { brief, checkHistory, operationPhrase, type HistoryOperation, type Times } from "./operation.js";
import { Search, type Found } from "./search.js";

/** How long a judge may search. */
export interface JudgeOptions {
  /**
   * After how many attempts to place an operation the judge gives up, from 1 (default 20 million, which take some
   * seconds). The question is NP-complete (Gibbons and Korach 1997), so some histories would take years.
   */
  readonly steps?: number;
  /** What the times of the history count, as the reason names it (default "ms"): in a trace of the explorer, steps. */
  readonly unit?: "ms" | "steps";
}

/** What a judge says of a history. `reason` says it in a sentence. */
export type HistoryVerdict<Operation extends HistoryOperation = HistoryOperation> =
  | {
      readonly kind: "holds";
      readonly reason: string;
      /**
       * An order, one operation at a time, that explains all answers. Operations without an answer that had no
       * effect are left out.
       */
      readonly order: readonly Operation[];
      readonly steps: number;
    }
  | {
      readonly kind: "violated";
      readonly reason: string;
      /** The key of the part that cannot be ordered; undefined for an object without parts. */
      readonly key: unknown;
      /** The longest part that can be ordered, in order. */
      readonly order: readonly Operation[];
      /** What cannot be ordered: first the one whose answer no order explains, then what was under way beside it. */
      readonly stuck: readonly Operation[];
      readonly steps: number;
    }
  | {
      readonly kind: "unknown";
      readonly reason: string;
      readonly key: unknown;
      /** The longest part that was ordered before the search gave up. */
      readonly order: readonly Operation[];
      readonly steps: number;
    };

/**
 * Whether the history is linearizable (Herlihy and Wing 1990): whether each operation can have taken effect at one
 * instant between its call and its return, so that the answers are those of the model used by one client at a time.
 * Operations without an answer may have taken effect at any time after their call, or never.
 *
 *     linearizable(run.history, keyValueMap())
 *
 * A violation is told at the first answer, in the order of time, that no order gets past: `stuck[0]`. All answers
 * before that are explained by `order`. Of several keys that it finds wrong it tells the
 * first.
 *
 * @throws TypeError for rows or models that are none; RangeError for an answer before its call, a call that is there
 * twice, or a request that the model does not know
 */
export function linearizable<Operation extends HistoryOperation>(
  history: readonly Operation[],
  model: Model,
  options: JudgeOptions = {},
): HistoryVerdict<Operation> {
  const { steps: budget, unit } = checkJudgeOptions("linearizable", options);
  checkModel(model);
  const times = checkHistory(history);
  const object = new SequentialObject(model, history);
  const search = new Search(times, object, classes(history));
  const parts = partsOf(history, model);
  // A few steps for each part first, which are enough for most, and more for those that need them. Where one goes wrong,
  // the others that are hard no longer matter.
  const found = new Array<Found>(parts.length);
  let waiting = parts.map((_, i) => i);
  let steps = 0;
  let tried = 0;
  for (
    let round = parts.length === 1 ? budget : firstRound;
    waiting.length > 0 && !found.some((result) => result?.kind === "violated");
    round *= 16
  ) {
    const share = Math.min(round, Math.ceil((budget - steps) / waiting.length));
    if (share <= tried) break;
    tried = share;
    waiting = waiting.filter((i) => {
      const result = search.run(parts[i]!.rows, share);
      steps += result.steps;
      found[i] = result;
      return result.kind === "unknown";
    });
  }

  const inOrder = (rows: Iterable<number>): Operation[] => Array.from(rows, (row) => history[row]!);
  const worst = firstViolation(found, history);
  if (worst >= 0) {
    const { culprit, order, states } = found[worst] as Found & { kind: "violated" };
    const { key, rows } = parts[worst]!;
    const others = found.filter(({ kind }) => kind === "violated").length - 1;
    return {
      kind: "violated",
      reason: `Not linearizable${key === undefined ? "" : ` for the key ${words(key)}`}: ${explained(object, history, culprit, states, unit)}.${
        others > 0 ? ` ${others} more ${others === 1 ? "key goes" : "keys go"} wrong.` : ""
      }`,
      key,
      order: inOrder(order),
      stuck: inOrder([culprit, ...besides(history, rows, culprit, new Set(order))]),
      steps,
    };
  }
  const unknown = found.findIndex(({ kind }) => kind === "unknown");
  if (unknown >= 0) {
    const { key, rows } = parts[unknown]!;
    return {
      kind: "unknown",
      reason: `Unknown: after ${brief(steps)} steps no order of the ${rows.length} operations${
        key === undefined ? "" : ` on the key ${words(key)}`
      } was found, and not all were tried. A history with fewer operations at a time, or more steps, may tell.`,
      key,
      order: inOrder(found[unknown]!.order),
      steps,
    };
  }
  return {
    kind: "holds",
    reason: `Linearizable: one order explains ${history.length === 1 ? "the one operation" : `all ${history.length} operations`}${
      parts.length > 1 ? ` on ${parts.length} keys` : ""
    }.`,
    order: inOrder(mergedOrder(found, history.length, times)),
    steps,
  };
}

/** How many steps a part may take before the other parts have had as many. */
const firstRound = 20_000;

/** The parts of a history by the model's key, in the order of their first operations. */
export function partsOf(
  history: readonly HistoryOperation[],
  { key }: Model,
): { readonly key: unknown; readonly rows: number[] }[] {
  if (key === undefined) return history.length === 0 ? [] : [{ key: undefined, rows: history.map((_, i) => i) }];
  const parts = new Map<unknown, { readonly key: unknown; readonly rows: number[] }>();
  for (let i = 0; i < history.length; i++) {
    const of: unknown = key(history[i]!.request);
    const name = typeof of === "object" && of !== null ? `object ${canonical(of)}` : of;
    const part = parts.get(name);
    if (part === undefined) parts.set(name, { key: of, rows: [i] });
    else part.rows.push(i);
  }
  return [...parts.values()];
}

/** @throws RangeError unless the steps are a whole number from 1 */
export function checkJudgeOptions(name: string, options: JudgeOptions): Required<JudgeOptions> {
  const { steps = 20_000_000, unit = "ms" } = checkOptions(`options of ${name}`, options, ["steps", "unit"]);
  return { steps: integer("steps", steps, { min: 1 }), unit: oneOf("unit", unit, ["ms", "steps"]) };
}

/** Equal numbers for requests that ask for the same. */
export function classes(history: readonly HistoryOperation[]): (row: number) => number {
  const numbers = new Map<string, number>();
  return (row) => {
    const text = canonical(history[row]!.request);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
}

/** What the object would have answered instead, in a few words: "3 or 4, not 5". */
export function instead(object: SequentialObject, row: number, states: readonly number[]): string {
  const answers = [...new Set(states.map((state) => words(object.answer(row, state))))];
  if (answers.length === 1) return answers[0]!;
  const shown = answers.slice(0, 4);
  const more = answers.length > shown.length ? ", or others" : ` or ${shown.pop()!}`;
  return `${shown.join(", ")}${more}`;
}

function explained(
  object: SequentialObject,
  history: readonly HistoryOperation[],
  culprit: number,
  states: readonly number[],
  unit: "ms" | "steps",
): string {
  return (
    `no order explains the answer to ${operationPhrase(history[culprit]!, unit)}: ` +
    `whatever the order of the operations before, it would have been ${instead(object, culprit, states)}`
  );
}

/** The part whose impossible answer came first, or -1. */
function firstViolation(found: readonly Found[], history: readonly HistoryOperation[]): number {
  let first = -1;
  let at = Infinity;
  found.forEach((result, i) => {
    if (result.kind !== "violated") return;
    const returned = history[result.culprit]!.returnedAt!;
    if (first < 0 || returned < at) [first, at] = [i, returned];
  });
  return first;
}

/** What had been called when the impossible answer came, and is not in the order. */
function besides(
  history: readonly HistoryOperation[],
  rows: readonly number[],
  culprit: number,
  placed: ReadonlySet<number>,
): number[] {
  const at = history[culprit]!.returnedAt!;
  return rows.filter((row) => row !== culprit && !placed.has(row) && history[row]!.invokedAt < at);
}

/**
 * One order from those of the parts: each operation at the earliest instant that its own part allows. Instants never go
 * backward in a part, so the parts are merged two by two.
 */
function mergedOrder(found: readonly Found[], rows: number, { called }: Times): Iterable<number> {
  const instants = new Float64Array(rows);
  let orders: Int32Array[] = found.map(({ order }): Int32Array => {
    let instant = -Infinity;
    for (const row of order) instants[row] = instant = Math.max(instant, called[row]!);
    return Int32Array.from(order);
  });
  while (orders.length > 1) {
    const merged: Int32Array[] = [];
    for (let i = 0; i < orders.length; i += 2)
      merged.push(i + 1 < orders.length ? mergedTwo(orders[i]!, orders[i + 1]!, instants) : orders[i]!);
    orders = merged;
  }
  return orders[0] ?? [];
}

function mergedTwo(one: Int32Array, other: Int32Array, instants: Float64Array): Int32Array {
  const merged = new Int32Array(one.length + other.length);
  for (let i = 0, j = 0, at = 0; at < merged.length; at++) {
    const takesOne = j === other.length || (i < one.length && instants[one[i]!]! <= instants[other[j]!]!);
    merged[at] = takesOne ? one[i++]! : other[j++]!;
  }
  return merged;
}
