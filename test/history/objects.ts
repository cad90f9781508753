import fc from "fast-check";
import {
  appendList,
  byKey,
  casRegister,
  counter,
  keyValueMap,
  lock,
  queue,
  register,
  set,
  type Model,
} from "../../lib/history.js";

/** A model with requests for it, and answers that are mostly wrong. */
export interface Tried {
  readonly model: Model;
  readonly requests: fc.Arbitrary<any>;
  readonly answers: fc.Arbitrary<unknown>;
}

const value = fc.integer({ min: 0, max: 2 });
const read = fc.constant({ kind: "read" });
const write = value.map((of) => ({ kind: "write", value: of }));
const key = fc.constantFrom("x", "y");

/** Every model of the library, and one that says nothing of its reads. */
export const objects: Readonly<Record<string, Tried>> = {
  register: { model: register({ initial: 0 }), requests: fc.oneof(read, write), answers: value },
  "compare-and-set register": {
    model: casRegister({ initial: 0 }),
    requests: fc.oneof(read, write, fc.record({ kind: fc.constant("cas"), from: value, to: value })),
    answers: fc.oneof(value, fc.boolean()),
  },
  "register whose reads are not known to be reads": {
    model: { name: "register", initial: 0, operations: register().operations },
    requests: fc.oneof(read, write),
    answers: value,
  },
  queue: {
    model: queue(),
    requests: fc.oneof(
      value.map((of) => ({ kind: "enqueue", value: of })),
      fc.constant({ kind: "dequeue" }),
    ),
    answers: fc.option(value),
  },
  set: {
    model: set(),
    requests: fc.oneof(read, fc.record({ kind: fc.constantFrom("add", "remove", "contains"), value })),
    answers: fc.oneof(fc.boolean(), fc.uniqueArray(value)),
  },
  lock: {
    model: lock(),
    requests: fc.record({ kind: fc.constantFrom("acquire", "release"), owner: fc.constantFrom("a", "b") }),
    answers: fc.boolean(),
  },
  counter: {
    model: counter(),
    requests: fc.oneof(
      read,
      value.map((amount) => ({ kind: "add", amount })),
    ),
    answers: value,
  },
  list: {
    model: appendList(),
    requests: fc.oneof(
      read,
      value.map((of) => ({ kind: "append", value: of })),
    ),
    answers: fc.array(value, { maxLength: 2 }),
  },
  "key-value map": {
    model: keyValueMap({ initial: 0 }),
    requests: fc.oneof(
      fc.record({ kind: fc.constant("get"), key }),
      fc.record({ kind: fc.constant("put"), key, value }),
    ),
    answers: value,
  },
  "map of registers": {
    model: byKey(register({ initial: 0 })),
    requests: fc.oneof(
      fc.record({ kind: fc.constant("read"), key }),
      fc.record({ kind: fc.constant("write"), key, value }),
    ),
    answers: value,
  },
};
