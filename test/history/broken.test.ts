/**
 * What the comparison with the obvious judges is worth: each rule of the search, broken, must show in it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  casRegister,
  keyValueMap,
  linearizable,
  register,
  sequentiallyConsistent,
  type HistoryOperation,
  type Model,
} from "../../lib/history.js";
import { classes, partsOf } from "../../lib/history/linearizable.js";
import { SequentialObject } from "../../lib/history/object.js";
import { checkHistory, type Times } from "../../lib/history/operation.js";
import { Search } from "../../lib/history/search.js";
import { histories, row, slowJudge } from "./histories.js";
import { objects } from "./objects.js";

type Judge = (history: readonly HistoryOperation[], model: Model) => boolean;

interface Parts {
  readonly times?: (times: Times, history: readonly HistoryOperation[]) => void;
  readonly object?: (object: SequentialObject, history: readonly HistoryOperation[]) => void;
  readonly classOf?: (row: number) => number;
  readonly model?: (model: Model) => Model;
}

/** The judge of linearizability as the library puts it together, with one part replaced. */
function judgeWith({ times, object, classOf, model: other }: Parts): Judge {
  return (history, model) => {
    const when = checkHistory(history);
    times?.(when, history);
    const judged = new SequentialObject(other === undefined ? model : other(model), history);
    object?.(judged, history);
    const search = new Search(when, judged, classOf ?? classes(history));
    return partsOf(history, model).every(({ rows }) => search.run(rows, 1e6).kind === "linearizable");
  };
}

/** How many of many random histories of a compare-and-set register the two judge differently. */
function disagreements(
  judge: Judge,
  right: Judge,
  { model, requests, answers } = objects["compare-and-set register"]!,
): number {
  let count = 0;
  fc.assert(
    fc.property(histories({ requests, answers, model }), (history) => {
      if (judge(history, model) !== right(history, model)) count++;
    }),
    { numRuns: 1500, seed: 5 },
  );
  return count;
}

const slow: Judge = (history, model) => slowJudge(history, model);

describe("the comparison with the obvious judge", () => {
  it("finds nothing wrong with the search as it is", () => {
    expect(disagreements(judgeWith({}), slow)).toBe(0);
  });

  it.each<readonly [string, Parts]>([
    [
      "takes no account of real time",
      {
        times: ({ called, returned }) => (
          called.fill(0),
          returned.forEach((at, i) => at < Infinity && (returned[i] = 1e9))
        ),
      },
    ],
    [
      "takes an operation without an answer to have never happened",
      {
        object: ({ isRead }, history) => history.forEach(({ returnedAt }, i) => returnedAt === null && (isRead[i] = 1)),
      },
    ],
    [
      "takes an operation without an answer to have happened at once",
      {
        times: ({ called, returned }) => returned.forEach((at, i) => at === Infinity && (returned[i] = called[i]! + 1)),
      },
    ],
    ["takes all operations without answers for one", { classOf: () => 0 }],
    [
      "takes every state for the same",
      {
        model: (model) => ({
          ...model,
          operations: Object.fromEntries(
            Object.entries<any>(model.operations).map(([kind, rule]) => [
              kind,
              (_: unknown, request: any) => ({ ...rule(0, request), state: 0 }),
            ]),
          ),
        }),
      },
    ],
  ])("catches a judge that %s", (_, parts) => {
    expect(disagreements(judgeWith(parts), slow)).toBeGreaterThan(3);
  });

  it("catches a judge of sequential consistency that judges each key alone", () => {
    const each: Judge = (history, model) =>
      partsOf(history, model).every(
        ({ rows }) =>
          sequentiallyConsistent(
            rows.map((row) => history[row]!),
            model,
          ).kind === "holds",
      );
    const right: Judge = (history, model) => sequentiallyConsistent(history, model).kind === "holds";
    // Few operations with answers at random: each client reads what the other wrote, or does not.
    const key = fc.constantFrom("x", "y");
    const operation = fc.record({
      client: fc.constantFrom("a", "b"),
      key,
      value: fc.constantFrom(0, 1),
      isWrite: fc.boolean(),
    });
    let differ = 0;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 4, maxLength: 6 }), (operations) => {
        const history = operations.map(({ client, key: of, value, isWrite }, i) =>
          row(
            client,
            isWrite ? { kind: "put", key: of, value } : { kind: "get", key: of },
            isWrite ? null : value,
            2 * i,
            2 * i + 1,
          ),
        );
        const model = keyValueMap({ initial: 0 });
        if (each(history, model) !== right(history, model)) differ++;
      }),
      { numRuns: 1500, seed: 5 },
    );
    expect(differ).toBeGreaterThan(3);
  });

  it("catches a judge of sequential consistency that asks for real time, too", () => {
    const strict: Judge = (history, model) => linearizable(history, model).kind === "holds";
    const right: Judge = (history, model) => sequentiallyConsistent(history, model).kind === "holds";
    expect(disagreements(strict, right)).toBeGreaterThan(3);
  });
});

describe("the models", () => {
  it.each<readonly [string, Model, Model]>([
    [
      "a compare-and-set that does not compare",
      casRegister({ initial: 0 }),
      {
        ...casRegister({ initial: 0 }),
        operations: {
          ...casRegister().operations,
          cas: (_: unknown, { to }: { to: unknown }) => ({ state: to, result: true }),
        },
      },
    ],
    [
      "a register that forgets a write",
      register({ initial: 0 }),
      {
        ...register({ initial: 0 }),
        operations: { ...register().operations, write: (value: unknown) => ({ state: value }) },
      },
    ],
    [
      "a map with one value for all keys",
      keyValueMap({ initial: 0 }),
      { ...keyValueMap({ initial: 0 }), key: () => "all" },
    ],
  ])("are told from %s", (_, right, wrong) => {
    const { requests, answers } = Object.values(objects).find(({ model }) => model.name === right.name)!;
    let told = 0;
    // The histories are those of the right model.
    fc.assert(
      fc.property(histories({ requests, answers, model: right }), (history) => {
        if (linearizable(history, right).kind === "holds" && linearizable(history, wrong).kind === "violated") told++;
      }),
      { numRuns: 500, seed: 2 },
    );
    expect(told).toBeGreaterThan(10);
  });
});
