import { delay, integer, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Role } from "../../core/role.js";

/** "Pass this on, and tell me when all below you have it." Down the tree. */
export interface Broadcast {
  readonly kind: "broadcast";
  readonly nth: number;
  readonly value: string;
}

/** "So many at and below me have it." Up the tree. */
export interface Receipt {
  readonly kind: "receipt";
  readonly nth: number;
  readonly nodes: number;
}

/** Who is above and below whom. */
export type Tree = ReadonlyMap<NodeId, { readonly parent: NodeId | null; readonly children: readonly NodeId[] }>;

/** The tree in which the nodes, in their order, have so many children each; the first one is the root. */
export function treeOf(nodes: readonly NodeId[], fanout: number): Tree {
  nodeNames("nodes", nodes);
  integer("fanout", fanout, { min: 1 });
  return new Map(nodes.map((node, i) => [
    node,
    { parent: i === 0 ? null : nodes[Math.floor((i - 1) / fanout)]!, children: nodes.slice(i * fanout + 1, (i + 1) * fanout + 1) },
  ]));
}

/** What a node of the tree knows of a broadcast. */
export interface Under {
  readonly call: Call | null;
  readonly value: string;
  /** Which children have reported. */
  readonly reported: Map<NodeId, number>;
  isDone: boolean;
}

export interface Relay {
  readonly id: NodeId;
  count: number;
  broadcasts: Map<number, Under>;
}

export type RelaySignature = {
  state: Relay;
  requests: { readonly kind: "broadcast"; readonly value: string };
  receives: Broadcast | Receipt;
  sends: Broadcast | Receipt;
  timers: { readonly kind: "give-up"; readonly nth: number };
  decides: string;
  /** To how many nodes it got, as far as they have reported. */
  replies: number;
};

export interface RelayOptions {
  readonly tree: Tree;
  /**
   * How long a node waits for the reports from below, in ms for each level that there is below it, before it reports what it has
   * (default 50): a crashed node costs its subtree, and not the whole count.
   */
  readonly patience?: Delay;
}

/**
 * Broadcast down a tree and a count back up ("broadcast and convergecast", Segall 1983; for the followers of a leader,
 * "PigPaxos", Charapko, Ailijiang and Demirbas 2021, section 3). Nobody sends or gets more messages than it has neighbours, and the
 * depth is log n; but whoever is below a node that fails hears nothing.
 *
 * @throws RangeError for a negative delay
 */
export function relay(given: RelayOptions): Role<RelaySignature> {
  const { tree, patience = 50 } = options("relay", given, ["tree", "patience"]);
  delay("patience", patience);
  const depths = new Map<NodeId, number>();
  // Children come after their parents in the tree's order.
  for (const [node, { children }] of [...tree].reverse()) depths.set(node, 1 + Math.max(-1, ...children.map((child) => depths.get(child)!)));

  const placeOf = (self: Relay) => tree.get(self.id) ?? { parent: null, children: [] };

  function begin(self: Relay, nth: number, value: string, call: Call | null, out: Parameters<typeof report>[2]): void {
    self.broadcasts.set(nth, { call, value, reported: new Map(), isDone: false });
    out.decide(value);
    const { children } = placeOf(self);
    for (const child of children) out.send(child, { kind: "broadcast", nth, value });
    if (children.length === 0) return report(self, nth, out);
    const depth = depths.get(self.id)!;
    out.setTimer({ kind: "give-up", nth }, typeof patience === "number" ? patience * depth : [patience[0] * depth, patience[1] * depth]);
  }

  function report(self: Relay, nth: number, out: Parameters<NonNullable<Role<RelaySignature>["start"]>>[1]): void {
    const under = self.broadcasts.get(nth)!;
    if (under.isDone) return;
    under.isDone = true;
    const { parent } = placeOf(self);
    const nodes = [...under.reported.values()].reduce((sum, below) => sum + below, 1);
    if (parent !== null) out.send(parent, { kind: "receipt", nth, nodes });
    else if (under.call !== null) out.reply(under.call, nodes);
  }

  return {
    name: "relay",
    durable: [],
    init: (id) => ({ id, count: 0, broadcasts: new Map() }),
    request: {
      broadcast: (self, { value }, call, out) => begin(self, ++self.count, value, call, out),
    },
    timeout: {
      "give-up": (self, { nth }, out) => report(self, nth, out),
    },
    receive: {
      broadcast(self, { nth, value }, _, out) {
        if (!self.broadcasts.has(nth)) begin(self, nth, value, null, out);
      },
      receipt(self, { nth, nodes }, from, out) {
        const under = self.broadcasts.get(nth);
        if (!under) return;
        under.reported.set(from, nodes);
        if (under.reported.size < placeOf(self).children.length) return;
        out.cancelTimer({ kind: "give-up", nth });
        report(self, nth, out);
      },
    },
  };
}
