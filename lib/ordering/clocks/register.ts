import { nodeNames, options } from "../../core/parameters.js";
import type { Property } from "../../core/property.js";
import type { NodeId, Role } from "../../core/role.js";
import type { LogicalClock } from "./clock.js";

/** A value and the stamp of its writing. */
export interface Put<T> {
  readonly kind: "put";
  readonly value: string;
  readonly stamp: T;
}

export interface Register<T> {
  readonly id: NodeId;
  /** The stamp of the last event here. */
  now: T;
  /** The value with the latest stamp, and that stamp; null before any. */
  value: string | null;
  stamp: T | null;
}

/** The answer to a write, or the value that a read has found. */
export type RegisterAnswer = { readonly kind: "written"; readonly value: string } | { readonly kind: "read"; readonly value: string | null };

export type RegisterSignature<T> = {
  state: Register<T>;
  requests: { readonly kind: "write"; readonly value: string } | { readonly kind: "read" };
  receives: Put<T>;
  sends: Put<T>;
  replies: RegisterAnswer;
};

/**
 * A replica of a register in which the last writer wins (最后写入者胜, LWW): each write gets a stamp of the clock, is told
 * to all replicas, and replaces what has an earlier stamp. What "last" means is up to the clock. (The clock must order any
 * two stamps, so vector clocks are not for it.)
 *
 * @throws RangeError unless `nodes` are different names
 */
export function register<T>(given: { readonly nodes: readonly NodeId[]; readonly clock: LogicalClock<T> }): Role<RegisterSignature<T>> {
  const { nodes, clock } = options("register", given, ["nodes", "clock"]);
  nodeNames("nodes", nodes);

  function store(self: Register<T>, value: string, stamp: T): void {
    if (self.stamp !== null && !clock.isBefore(self.stamp, stamp)) return;
    self.value = value;
    self.stamp = stamp;
  }

  return {
    name: "register",
    durable: [],
    init: (id) => ({ id, now: clock.init(id), value: null, stamp: null }),
    timeout: {},
    receive: {
      put(self, { value, stamp }, _, out) {
        self.now = clock.receive(self.now, stamp, out.clock());
        store(self, value, stamp);
      },
    },
    request: {
      write(self, { value }, call, out) {
        self.now = clock.tick(self.now, out.clock());
        const stamp = self.now;
        store(self, value, stamp);
        for (const node of nodes) if (node !== self.id) out.send(node, { kind: "put", value, stamp });
        out.reply(call, { kind: "written", value });
      },
      read: (self, _, call, out) => out.reply(call, { kind: "read", value: self.value }),
    },
  };
}

/**
 * A write takes effect where it is made: whoever is told "written" finds the value there at that moment. What was there
 * before was known to the writer's node, so the write is later in every sense but that of a clock that is behind.
 */
export const writesTakeEffect: Property<{ readonly node: NodeId; readonly value: string } | null> = {
  name: "a write takes effect",
  memory: null,
  observe(_, happened) {
    if (happened.kind !== "reply") return null;
    const answer = happened.result as RegisterAnswer;
    return answer.kind === "written" ? { node: happened.node, value: answer.value } : null;
  },
  check({ nodes }, written) {
    const state = nodes.find(({ id }) => id === written?.node)?.state as Register<unknown> | null | undefined;
    if (!written || !state || state.value === written.value) return null;
    return `${written.node} has told its client that "${written.value}" is written, and holds "${String(state.value)}"`;
  },
};
