import { checkInterrupt } from "../core/interrupt.js";
import { integer, oneOf, options as checkOptions } from "../core/parameters.js";
import { accessesOf, type Access } from "./accesses.js";
import { operationPhrase, type HistoryOperation } from "./operation.js";
import { Relation } from "./relation.js";

/**
 * Models of registers that are weaker than sequential consistency, and can be judged in polynomial time where every
 * write has a value of its own.
 *
 * - "causal memory" (Ahamad, Neiger, Burns, Kohli, Hutto, Causal memory: definitions, implementation, and programming,
 *   1995): for each client, one order of all writes and its own reads explains what it read, and keeps the causal order.
 *   Clients may disagree about writes that know nothing of each other.
 * - "causal convergence": what each read saw is the last write of its causal past, in one order of all writes that
 *   everybody shares. Replicas that have seen the same agree.
 * - "weak causal": no read saw something that its own causal past had replaced. The other two are stronger, and neither
 *   of them contains the other.
 * - "PRAM" (Lipton and Sandberg, PRAM: a scalable shared memory, 1988): as causal memory, but only each client's
 *   own order of writes is kept. Also called FIFO consistency.
 */
export type WeakModel = "causal memory" | "causal convergence" | "weak causal" | "PRAM";

/**
 * Why a history is not allowed. The names are those of Bouajjani, Enea, Guerraoui and Hamza, On verifying causal
 * consistency (POPL 2017), section 5; CO is the causal order: what is earlier in a session, or was read, and so on.
 *
 * - CyclicCO: the causal order goes in a circle.
 * - ThinAirRead: somebody read what nobody wrote.
 * - WriteCOInitRead: a read saw no write, although one comes before it in causal order.
 * - WriteCORead: a read saw a write, although another one replaced it in the read's causal past.
 * - CyclicCF: the last write of each read's past cannot be the last in one order for all.
 * - WriteHBInitRead, CyclicHB: no order of all writes explains the reads of one client.
 */
export type BadPattern =
  | "CyclicCO"
  | "ThinAirRead"
  | "WriteCOInitRead"
  | "WriteCORead"
  | "CyclicCF"
  | "WriteHBInitRead"
  | "CyclicHB";

/** An order that explains what a client read: all writes that matter to it and its own reads. */
export interface View<Operation extends HistoryOperation = HistoryOperation> {
  /** Whose view it is; null where all share one. */
  readonly client: string | null;
  readonly order: readonly Operation[];
}

/** What the judge says of a history. `reason` says it in a sentence. */
export type WeakVerdict<Operation extends HistoryOperation = HistoryOperation> = {
  readonly model: WeakModel;
  readonly reason: string;
} & (
  | {
      readonly kind: "holds";
      /** Orders that explain the reads: one for each client, or one for all ("causal convergence"); none for "weak causal". */
      readonly views: readonly View<Operation>[];
    }
  | {
      readonly kind: "violated";
      readonly pattern: BadPattern;
      /** The operations that form it. */
      readonly operations: readonly Operation[];
    }
);

/** How a history of registers is judged. */
export interface WeakOptions {
  /** What every key holds before it is written. Default null. */
  readonly initial?: unknown;
  /** The most reads and writes, from 1 (default 1,000): the time grows with the cube of it, or more. */
  readonly limit?: number;
}

/**
 * Whether reads and writes of registers are consistent in one of the weak models (default "causal memory"). The
 * judge looks for the bad patterns of Bouajjani and others (2017): a history is allowed if and only if it has none. That
 * holds where no value is written twice to a key, which is checked; in general the question is NP-complete (there, section
 * 4). Weak causality and convergence take O(n³) steps for n operations, the others up to that for each forced pair.
 *
 *     causallyConsistent(run.history, { model: "causal convergence" })
 *
 * Real time does not count, only what each client did one after the other and what it read. A write without an answer
 * comes after what its client had done before; what the client did next need not come after it.
 *
 * @throws RangeError for other operations than reads and writes, a value written twice to a key, more operations than
 * `limit`, and a client that calls while it waits
 */
export function causallyConsistent<Operation extends HistoryOperation>(
  history: readonly Operation[],
  options: WeakOptions & { readonly model?: WeakModel } = {},
): WeakVerdict<Operation> {
  const { initial = null, limit = 1_000, model = "causal memory" } = checkOptions("options of causallyConsistent", options, ["initial", "limit", "model"]);
  oneOf("model", model, ["causal memory", "causal convergence", "weak causal", "PRAM"]);
  integer("limit", limit, { min: 1, max: 20_000 });
  const { accesses, sessions } = accessesOf(history, initial);
  if (accesses.length > limit)
    throw new RangeError(`history must have at most ${limit} reads and writes (the option limit), got ${accesses.length}`);

  const phrase = (number: number): string => operationPhrase(history[accesses[number]!.row]!);
  const rows = (numbers: readonly number[]): Operation[] => numbers.map((number) => history[accesses[number]!.row]!);
  const violated = (pattern: BadPattern, numbers: readonly number[], why: string): WeakVerdict<Operation> => ({
    kind: "violated", model, pattern, operations: rows(numbers), reason: `Not ${adjective[model]}: ${why}`,
  });

  const thin = accesses.findIndex(({ from }) => from === -2);
  if (thin >= 0) return violated("ThinAirRead", [thin], `${phrase(thin)} saw what nobody wrote.`);

  const session = new Relation(accesses.length);
  for (const numbers of sessions.values()) {
    let last = -1;
    for (const number of numbers) {
      if (last >= 0) session.add(last, number);
      // What has no answer does not hold up what comes next.
      if (accesses[number]!.isAnswered) last = number;
    }
  }
  const reads = accesses.flatMap(({ isWrite }, number) => (isWrite ? [] : [number]));
  const writesOf = new Map<string, number[]>();
  accesses.forEach(({ isWrite, key }, number) => {
    if (isWrite) writesOf.set(key, [...(writesOf.get(key) ?? []), number]);
  });
  const rivals = (read: number): readonly number[] =>
    (writesOf.get(accesses[read]!.key) ?? []).filter((write) => write !== accesses[read]!.from);

  const causal = new Relation(accesses.length, session);
  for (const read of reads) if (accesses[read]!.from >= 0) causal.add(accesses[read]!.from, read);
  causal.close();
  if (model !== "PRAM") {
    const circle = accesses.findIndex((_, number) => causal.has(number, number));
    if (circle >= 0) {
      const on = accesses.flatMap((_, number) => (causal.has(circle, number) && causal.has(number, circle) ? [number] : []));
      return violated("CyclicCO", on, `what was read and done goes in a circle: ${on.map(phrase).join(", ")}.`);
    }
    for (const read of reads) {
      const { from } = accesses[read]!;
      for (const write of rivals(read)) {
        if (!causal.has(write, read)) continue;
        if (from < 0) return violated("WriteCOInitRead", [write, read], `${phrase(read)} saw no write, but ${phrase(write)} is in its past.`);
        if (causal.has(from, write))
          return violated("WriteCORead", [from, write, read], `${phrase(read)} saw what ${phrase(write)} had replaced in its past.`);
      }
    }
  }

  switch (model) {
    case "weak causal":
      return { kind: "holds", model, views: [], reason: "Weakly causal: no read saw something that its own past had replaced." };
    case "causal convergence": {
      const order = new Relation(accesses.length, causal);
      for (const read of reads) {
        const { from } = accesses[read]!;
        if (from < 0) continue;
        for (const write of rivals(read)) {
          if (!causal.has(write, read)) continue;
          if (order.has(from, write)) {
            return violated(
              "CyclicCF", [write, from, read],
              `${phrase(read)} knows ${phrase(write)} and saw ${phrase(from)}, so that is the later one; but it must be the earlier one, too.`,
            );
          }
          order.addClosed(write, from);
        }
      }
      const sorted = rows(sortedBy(accesses.map((_, number) => number), order));
      return {
        kind: "holds", model, views: [{ client: null, order: sorted }],
        reason: "Causally convergent: in one order of all writes, each read saw the last one that it knew.",
      };
    }
    case "causal memory":
    case "PRAM": {
      const base = model === "PRAM" ? closed(session) : causal;
      const views: View<Operation>[] = [];
      for (const [client, numbers] of sessions) {
        checkInterrupt();
        const own = numbers.filter((number) => !accesses[number]!.isWrite);
        const found = viewOf(accesses, base, own, rivals);
        if (found.kind === "none") {
          const [write, from, read] = found.pair;
          if (write === from) return violated("CyclicHB", [write, read], `${phrase(read)} saw what its own client wrote later.`);
          const sees = `${client} sees ${phrase(write)} before ${phrase(read)}`;
          return from < 0
            ? violated("WriteHBInitRead", [write, read], `${sees}, which saw no write.`)
            : violated("CyclicHB", [write, from, read], `${sees}, which saw ${phrase(from)}; but for ${client} that is not the later one of the two.`);
        }
        views.push({ client, order: rows(found.order) });
      }
      const reason =
        model === "PRAM"
          ? "PRAM consistent: for each client, one order that keeps everybody's own order of writes explains its reads."
          : "Causal memory: for each client, one order that keeps the causal order explains its reads.";
      return { kind: "holds", model, views, reason };
    }
  }
}

const adjective: Readonly<Record<WeakModel, string>> = {
  "causal memory": "a causal memory",
  "causal convergence": "causally convergent",
  "weak causal": "weakly causal",
  PRAM: "PRAM consistent",
};

function closed(relation: Relation): Relation {
  const copy = new Relation(relation.size, relation);
  copy.close();
  return copy;
}

/**
 * An order of writes and of these reads of one client that explains the reads, or the pair of writes that no order gets
 * right. A write that must come before a read of another one's value must come before that other write, too; once
 * nothing more follows from this, putting before each read what must come before it gives an order (there, Lemma 3).
 */
function viewOf(
  accesses: readonly Access[],
  base: Relation,
  own: readonly number[],
  rivals: (read: number) => readonly number[],
): { readonly kind: "order"; readonly order: readonly number[] } | { readonly kind: "none"; readonly pair: readonly [write: number, from: number, read: number] } {
  const before = new Relation(accesses.length, base);
  for (const read of own) {
    const { from } = accesses[read]!;
    if (from < 0) continue;
    if (before.has(read, from)) return { kind: "none", pair: [from, from, read] };
    before.addClosed(from, read);
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const read of own) {
      const { from } = accesses[read]!;
      for (const write of rivals(read)) {
        if (!before.has(write, read) || (from >= 0 && before.has(write, from) && !before.has(from, write))) continue;
        if (from < 0 || before.has(from, write)) return { kind: "none", pair: [write, from, read] };
        before.addClosed(write, from);
        isSettled = false;
      }
    }
  }
  const order: number[] = [];
  const placed = new Set<number>();
  const writes = accesses.flatMap(({ isWrite }, number) => (isWrite ? [number] : []));
  for (const read of own) {
    const now = writes.filter((write) => !placed.has(write) && before.has(write, read));
    for (const write of sortedBy(now, before)) order.push(write), placed.add(write);
    order.push(read);
  }
  order.push(...sortedBy(writes.filter((write) => !placed.has(write)), before));
  return { kind: "order", order };
}

/** These numbers in an order that the relation, which is transitive and has no circle, allows. */
function sortedBy(numbers: readonly number[], relation: Relation): number[] {
  const left = [...numbers];
  const order: number[] = [];
  while (left.length > 0) {
    const at = left.findIndex((one) => !left.some((other) => relation.has(other, one)));
    if (at < 0) throw new Error("the relation has a circle");
    order.push(...left.splice(at, 1));
  }
  return order;
}
