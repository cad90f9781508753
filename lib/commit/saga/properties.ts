import type { Observation, Property } from "../../core/property.js";
import type { Decided, TransactionId } from "../transaction.js";
import type { Performed } from "./messages.js";

/**
 * What is done of each saga, in the order in which its nodes told so first; and what was undone, which nobody does
 * again.
 */
interface Progress {
  readonly done: ReadonlyMap<TransactionId, readonly number[]>;
  readonly undone: ReadonlyMap<TransactionId, readonly number[]>;
  readonly problem: string | null;
}

/**
 * A saga is all of T1 to Tn, or T1 to Tj and then Cj to C1 (Garcia-Molina and Salem, "Sagas", 1987, section 2): steps
 * are undone in the opposite order, and at an end nothing is half done. Nothing is said of what others see before.
 */
export function sagaGuarantee(steps: Readonly<Record<TransactionId, number>>): Property<Progress> {
  return {
    name: "all of the saga, or nothing that was not undone",
    memory: { done: new Map(), undone: new Map(), problem: null },
    observe(memory, happened) {
      if (memory.problem !== null) return memory;
      const told = performedIn(happened);
      if (told) {
        const { transaction, index, way } = told;
        const before = memory.done.get(transaction) ?? [];
        const undone = memory.undone.get(transaction) ?? [];
        if (way === "forward") {
          return before.includes(index) || undone.includes(index)
            ? memory
            : { ...memory, done: new Map(memory.done).set(transaction, [...before, index]) };
        }
        if (!before.includes(index)) return memory;
        const problem =
          before.at(-1) === index
            ? null
            : `${transaction}: step ${index + 1} was undone before step ${before.at(-1)! + 1}`;
        return {
          problem,
          done: new Map(memory.done).set(
            transaction,
            before.filter((other) => other !== index),
          ),
          undone: new Map(memory.undone).set(transaction, [...undone, index]),
        };
      }
      if (happened.kind !== "decide") return memory;
      const { transaction, outcome } = happened.outcome as Decided;
      const done = memory.done.get(transaction)?.length ?? 0;
      if (outcome === "abort" ? done === 0 : done >= (steps[transaction] ?? 0)) return memory;
      return {
        ...memory,
        problem: `${happened.node} says ${outcome} of ${transaction}, of which ${done} of ${steps[transaction] ?? 0} steps are done`,
      };
    },
    check: (_, { problem }) => problem,
  };
}

function performedIn(happened: Observation): Performed | null {
  if (happened.kind !== "send" || happened.message.kind !== "performed") return null;
  const message = happened.message as unknown as Performed;
  return message.isDone ? message : null;
}
