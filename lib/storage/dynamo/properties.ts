import { canonical } from "../../core/canonical.js";
import type { NodeView, Property } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { covers, type Dot, dotText, isSameDot } from "./clock.js";
import type { Ask, Store, Stored, Told, Written } from "./messages.js";
import { type DynamoOptions, settingsOf } from "./options.js";
import type { DynamoNode } from "./state.js";
import { noVersions, type Siblings } from "./versions.js";

/*
 * What holds of a store as it runs (`acknowledgedOnDisks`), and what holds of it when it has come to rest (`unsettledKeys`).
 * A version counts as replaced where another is there whose client had seen it: the context that came with a write is the
 * truth about what it replaces, whatever the store's clocks make of it. So these are for versions that are "dotted" or
 * "vector"; where the last writer wins, what is lost is lost by design.
 */

interface Debt {
  readonly node: NodeId;
  readonly key: string;
  readonly dot: Dot;
}

interface Ledger {
  /** What each node said that it has on disk as a replica. */
  readonly debts: readonly Debt[];
  readonly problem: string | null;
}

/**
 * An acknowledged write is on W disks: when the answer leaves, W nodes have said that they have it, and a node that has said
 * so has it ever after, or something that replaces it, also after a crash. (DeCandia et al. 2007, section 4.5.)
 *
 * So with strict quorums no acknowledged write is lost while at most W - 1 disks are. With sloppy ones the W nodes may be
 * others than the key's own; what a node keeps for others counts only towards the number here, because it is handed over.
 */
export function acknowledgedOnDisks({ w }: { readonly w: number }): Property<Ledger & { readonly hinted: readonly Debt[] }> {
  return {
    name: "an acknowledged write is on W disks",
    memory: { debts: [], hinted: [], problem: null },
    observe(ledger, happened) {
      if (happened.kind === "send") {
        const message = happened.message as Stored | Told | Store | Ask;
        if (message.kind === "stored") {
          const debt = { node: happened.from, key: message.key, dot: message.dot };
          return message.hint === null ? { ...ledger, debts: [...ledger.debts, debt] } : { ...ledger, hinted: [...ledger.hinted, debt] };
        }
        // A coordinator that is a replica has what it sends to others.
        if (message.kind === "store" && message.dot.actor === happened.from) {
          const { key, dot } = message;
          if (ledger.debts.some((debt) => debt.node === happened.from && debt.key === key && isSameDot(debt.dot, dot))) return ledger;
          return { ...ledger, debts: [...ledger.debts, { node: happened.from, key, dot }] };
        }
        if (message.kind === "told" && message.result.kind === "written") return acknowledged(ledger, message.result.dot);
      }
      if (happened.kind === "reply" && (happened.result as Written | null)?.kind === "written") return acknowledged(ledger, (happened.result as Written).dot);
      return ledger;
    },
    check({ nodes }, { debts, problem }) {
      if (problem !== null) return problem;
      const states = new Map(nodes.map(({ id, state }) => [id, state as DynamoNode | null]));
      for (const { node, key, dot } of debts) {
        const state = states.get(node);
        if (state && !hasOrReplaced(state.stored.get(key) ?? noVersions, dot)) return `${node} said that it had ${dotText(dot)} of ${key}, and now has neither it nor what replaces it`;
      }
      return null;
    },
  };

  function acknowledged<L extends Ledger & { readonly hinted: readonly Debt[] }>(ledger: L, dot: Dot): L {
    const nodes = new Set([...ledger.debts, ...ledger.hinted].filter((debt) => isSameDot(debt.dot, dot)).map(({ node }) => node));
    // A node that acknowledges alone sends nothing from which it could be seen that it has the write.
    if (w === 1 || nodes.size >= w) return ledger;
    return { ...ledger, problem: ledger.problem ?? `the write ${dotText(dot)} was acknowledged with ${nodes.size} of ${w} nodes` };
  }
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
    for (const key of stored.keys()) keys.add(key);
    for (const kept of hints.values()) for (const key of kept.keys()) unsettled.add(key);
  }
  for (const key of keys) {
    const contents = new Set(preferenceOf(key).map((node) => canonical(states.get(node)?.stored.get(key) ?? noVersions)));
    if (contents.size > 1) unsettled.add(key);
  }
  return [...unsettled].sort();
}
