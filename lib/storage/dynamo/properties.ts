import { canonical } from "../../core/canonical.js";
import { integer } from "../../core/parameters.js";
import type { NodeView, Property } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { covers, type Dot, dotText, isSameDot } from "./clock.js";
import type { Ask, Store, Stored, Told, Written } from "./messages.js";
import { type DynamoOptions, settingsOf } from "./options.js";
import { noRecords, recordEntries, recordOf } from "./records.js";
import type { DynamoNode } from "./state.js";
import type { Siblings } from "./versions.js";

/*
 * What holds of a store as it runs (`acknowledgedOnDisks`), and what holds of it when it has come to rest (`unsettledKeys`).
 * A version counts as replaced where another is there whose client had seen it: the context that came with a write is the
 * truth about what it replaces, whatever the store's clocks make of it. So these are for versions that are "dotted" or
 * "vector"; where the last writer wins, what is lost is lost by design.
 */

/** What nodes said that they have on disk: by node, by key. */
export type Debts = ReadonlyMap<NodeId, ReadonlyMap<string, readonly Dot[]>>;

/** What `acknowledgedOnDisks` remembers of a run: who said that it has which writes. */
export interface Ledger {
  /** As replicas of the key. */
  readonly own: Debts;
  /** In the place of others. */
  readonly hinted: Debts;
  readonly problem: string | null;
}

/**
 * An acknowledged write is on W disks: when the answer leaves, W nodes have said that they have it; and a replica that has said
 * so has it ever after, or something that replaces it, also after a crash. (DeCandia et al. 2007, section 4.5.)
 *
 * So with strict quorums no acknowledged write is lost while at most W - 1 disks are. With sloppy ones the W nodes may be
 * others than the key's own; what a node keeps for others counts here towards the number alone, because it is handed over.
 */
export function acknowledgedOnDisks({ w }: { readonly w: number }): Property<Ledger> {
  integer("w", w, { min: 1 });
  // Versions do not change once they are there: what was found to hold all that was owed is not looked at again.
  const paid = new WeakMap<readonly Dot[], Siblings>();
  return {
    name: "an acknowledged write is on W disks",
    memory: { own: new Map(), hinted: new Map(), problem: null },
    observe(ledger, happened) {
      if (happened.kind === "reply") return acknowledged(ledger, happened.result);
      if (happened.kind !== "send") return ledger;
      const message = happened.message as Stored | Told | Store | Ask;
      switch (message.kind) {
        case "stored":
          if (message.hint === null) return { ...ledger, own: withDebt(ledger.own, happened.from, message) };
          return { ...ledger, hinted: withDebt(ledger.hinted, happened.from, message) };
        // A coordinator that is a replica has what it sends to others.
        case "store":
          return message.dot.actor === happened.from ? { ...ledger, own: withDebt(ledger.own, happened.from, message) } : ledger;
        case "told":
          return acknowledged(ledger, message.result);
        default:
          return ledger;
      }
    },
    check({ nodes }, { own, problem }) {
      if (problem !== null) return problem;
      for (const { id, state } of nodes) {
        const debts = own.get(id);
        if (!debts || !state) continue;
        for (const [key, dots] of debts) {
          const siblings = recordOf((state as DynamoNode).stored, key);
          if (paid.get(dots) === siblings) continue;
          const lost = dots.find((dot) => !hasOrReplaced(siblings, dot));
          if (lost) return `${id} said that it had ${dotText(lost)} of ${key}, and now has neither it nor what replaces it`;
          paid.set(dots, siblings);
        }
      }
      return null;
    },
  };

  function acknowledged(ledger: Ledger, result: unknown): Ledger {
    // A node that acknowledges alone sends nothing from which it could be seen that it has the write.
    if (w === 1 || (result as Written | null)?.kind !== "written") return ledger;
    const { dot } = result as Written;
    const nodes = new Set<NodeId>();
    for (const debts of [ledger.own, ledger.hinted]) {
      for (const [node, keys] of debts) for (const dots of keys.values()) if (dots.some((one) => isSameDot(one, dot))) nodes.add(node);
    }
    if (nodes.size >= w) return ledger;
    return { ...ledger, problem: ledger.problem ?? `the write ${dotText(dot)} was acknowledged when ${nodes.size} of ${w} nodes had it` };
  }
}

function withDebt(debts: Debts, node: NodeId, { key, dot }: { readonly key: string; readonly dot: Dot }): Debts {
  const keys = debts.get(node);
  const dots = keys?.get(key) ?? [];
  if (dots.some((one) => isSameDot(one, dot))) return debts;
  return new Map(debts).set(node, new Map(keys).set(key, [...dots, dot]));
}

/** Whether the version is there, or one that its client wrote in the knowledge of it. */
export function hasOrReplaced({ versions }: Siblings, dot: Dot): boolean {
  return versions.some((version) => isSameDot(version.dot, dot) || covers(version.past, dot));
}

/**
 * The keys that have not settled: of which not all N replicas have the same, or that somebody still keeps for another. When
 * no messages are lost and nobody writes, anti-entropy and handoff bring this to nothing (sections 4.6 and 4.7).
 *
 * @throws RangeError for options that `dynamo` refuses
 */
export function unsettledKeys(nodes: readonly NodeView[], options: DynamoOptions): readonly string[] {
  const { preferenceOf } = settingsOf(options);
  const states = new Map(nodes.flatMap(({ id, state }) => (state && "stored" in state ? [[id, state as DynamoNode] as const] : [])));
  const unsettled = new Set<string>();
  const keys = new Set<string>();
  for (const { stored, hints } of states.values()) {
    for (const [key] of recordEntries(stored)) keys.add(key);
    for (const kept of hints.values()) for (const [key] of recordEntries(kept)) unsettled.add(key);
  }
  for (const key of keys) {
    const contents = new Set(preferenceOf(key).map((node) => canonical(recordOf(states.get(node)?.stored ?? noRecords, key))));
    if (contents.size > 1) unsettled.add(key);
  }
  return [...unsettled].sort();
}
