import { checkInterrupt } from "../core/interrupt.js";
import { checkJudgeOptions, classes, instead, partsOf, type HistoryVerdict, type JudgeOptions } from "./linearizable.js";
import { Memo } from "./memo.js";
import { checkModel, type Model } from "./model.js";
import { refused, SequentialObject } from "./object.js";
import { checkHistory, operationPhrase, sessionsOf, type HistoryOperation } from "./operation.js";

/**
 * Whether the history is sequentially consistent (Lamport, How to make a multiprocessor computer that correctly executes
 * multiprocess programs, 1979): whether one order of all operations, in which those of each client stand in the order
 * in which it asked, explains all answers. Real time between clients does not count, so every linearizable history is
 * sequentially consistent, and not the other way round.
 *
 * Keys are not judged one by one: a history may be sequentially consistent for each key and not as a whole (Herlihy
 * and Wing 1990, section 3.2). An operation without an answer comes after those that its client had finished before;
 * what its client did next need not wait for it.
 *
 * A violation shows the longest order that was found (`order`), and what each client would have had to do next (`stuck`).
 *
 * @throws as `linearizable`, and RangeError where a client calls while it waits for an answer
 */
export function sequentiallyConsistent<Operation extends HistoryOperation>(
  history: readonly Operation[],
  model: Model,
  options: JudgeOptions = {},
): HistoryVerdict<Operation> {
  const { steps: budget, unit } = checkJudgeOptions("sequentiallyConsistent", options);
  checkModel(model);
  checkHistory(history);
  const object = new SequentialObject(model, history);
  const { lanes, waitsFor, waitsUntil, twin } = lanesOf(history, object);
  const answered = lanes.reduce((sum, lane, i) => sum + (waitsFor[i]! < 0 ? lane.length : 0), 0);

  const parts = partsOf(history, model);
  const partOf = new Int32Array(history.length);
  parts.forEach(({ rows }, part) => rows.forEach((row) => (partOf[row] = part)));

  // A situation: how far each lane has come, and the state of each part.
  const situation = new Int32Array(lanes.length + parts.length);
  const states = situation.subarray(lanes.length);
  states.fill(object.initial);
  const memo = new Memo();
  const order: number[] = [];
  const undo: { readonly lane: number; readonly state: number; readonly isForced: boolean }[] = [];
  let steps = 0;
  let placed = 0;
  let longest: readonly number[] = [];
  let stuck: readonly number[] = [];
  let expected = "";
  let from = 0;
  let isFresh = true;

  const next = (lane: number): number => {
    const row = lanes[lane]![situation[lane]!];
    if (row === undefined) return -1;
    if (waitsFor[lane]! >= 0 && situation[waitsFor[lane]!]! < waitsUntil[lane]!) return -1;
    return twin[lane]! >= 0 && situation[twin[lane]!] === 0 ? -1 : row;
  };
  const verdict = (kind: "violated" | "unknown", reason: string): HistoryVerdict<Operation> => {
    const inOrder = (rows: readonly number[]): Operation[] => rows.map((row) => history[row]!);
    const common = { reason, key: undefined, order: inOrder(longest), steps };
    return kind === "unknown" ? { kind, ...common } : { kind, ...common, stuck: inOrder(stuck) };
  };

  while (placed < answered) {
    if (steps >= budget) {
      return verdict(
        "unknown",
        `Unknown: after ${steps} steps no order of the ${history.length} operations was found, and not all were tried.`,
      );
    }
    if ((steps & 4095) === 0) checkInterrupt();
    let lane = -1;
    let after = 0;
    let isForced = false;
    if (isFresh) {
      // A read that fits is never held back: whatever explains the rest without it explains it with the read first.
      for (let i = 0; i < lanes.length; i++) {
        const row = next(i);
        if (row < 0 || object.isRead[row] === 0) continue;
        steps++;
        if (object.apply(row, states[partOf[row]!]!) === refused) continue;
        [lane, after, isForced] = [i, states[partOf[row]!]!, true];
        break;
      }
      if (!isForced && placed >= longest.length && (placed > longest.length || stuck.length === 0)) {
        longest = order.filter((row) => history[row]!.returnedAt !== null);
        stuck = lanes.map((_, i) => next(i)).filter((row) => row >= 0 && history[row]!.returnedAt !== null);
        const wrong = stuck.find((row) => object.apply(row, states[partOf[row]!]!) === refused);
        if (wrong !== undefined) {
          stuck = [wrong, ...stuck.filter((row) => row !== wrong)];
          expected = `${operationPhrase(history[wrong]!, unit)} would have been answered with ${instead(object, wrong, [states[partOf[wrong]!]!])}`;
        }
      }
    }
    for (let i = from; lane < 0 && i < lanes.length; i++) {
      const row = next(i);
      if (row < 0 || object.isRead[row] === 1) continue;
      steps++;
      const state = states[partOf[row]!]!;
      const result = object.apply(row, state);
      if (result === refused || (result === state && history[row]!.returnedAt === null)) continue;
      [lane, after] = [i, result];
    }
    if (lane >= 0) {
      const row = lanes[lane]![situation[lane]!]!;
      const part = partOf[row]!;
      undo.push({ lane, state: states[part]!, isForced });
      order.push(row);
      if (history[row]!.returnedAt !== null) placed++;
      states[part] = after;
      situation[lane]!++;
      from = 0;
      isFresh = true;
      if (isForced || memo.add(situation, situation.length)) continue;
    }
    // Nothing fits, or what comes now has been tried. Where a read had been placed, nothing else would have helped.
    let last;
    do {
      last = undo.pop();
      if (last === undefined) {
        return verdict(
          "violated",
          `Not sequentially consistent: no order of the operations that keeps each client's own order explains all answers. ` +
            `The longest one found explains ${longest.length} of ${answered}; next, ${expected}.`,
        );
      }
      const row = order.pop()!;
      if (history[row]!.returnedAt !== null) placed--;
      states[partOf[row]!] = last.state;
      situation[last.lane]!--;
    } while (last.isForced);
    from = last.lane + 1;
    isFresh = false;
  }
  return {
    kind: "holds",
    reason: `Sequentially consistent: one order that keeps each client's own order explains all ${history.length} operations.`,
    order: order.map((row) => history[row]!),
    steps,
  };
}

interface Lanes {
  /** Operations that come one after the other: a client's answered ones; each one without an answer by itself. */
  readonly lanes: readonly (readonly number[])[];
  /** For a lane of an operation without an answer: its client's lane, and how far that must have come; else -1. */
  readonly waitsFor: readonly number[];
  readonly waitsUntil: readonly number[];
  /** The lane with an earlier operation of the same client that asks for the same and has no answer, either; or -1. */
  readonly twin: readonly number[];
}

function lanesOf(history: readonly HistoryOperation[], object: SequentialObject): Lanes {
  const lanes: number[][] = [];
  const waitsFor: number[] = [];
  const waitsUntil: number[] = [];
  const twin: number[] = [];
  const add = (rows: number[], client: number, until: number, like: number): void => {
    lanes.push(rows);
    waitsFor.push(client);
    waitsUntil.push(until);
    twin.push(like);
  };
  const classOf = classes(history);
  for (const session of sessionsOf(history).values()) {
    const client = lanes.length;
    const answered: number[] = [];
    add(answered, -1, 0, -1);
    const open = new Map<number, number>();
    for (const row of session) {
      if (history[row]!.returnedAt !== null) answered.push(row);
      else if (object.isRead[row] === 0) {
        const group = classOf(row);
        add([row], client, answered.length, open.get(group) ?? -1);
        open.set(group, lanes.length - 1);
      }
    }
  }
  return { lanes, waitsFor, waitsUntil, twin };
}
