import type { NodeId, Role } from "../../core/role.js";
import type { LogicalClock } from "./clock.js";

/** A message that carries the stamp of its sending. */
export interface Note<T> {
  readonly kind: "note";
  readonly stamp: T;
  /** The event of its sending, by name. The clock does not look at it; whoever checks the clock does. */
  readonly event: string;
}

/** What happened, and the stamp that it got. */
export interface Stamped<T> {
  /** The node and the number of the event there: "p1.3". */
  readonly event: string;
  readonly what: "work" | "send" | "receive";
  /** Of a receipt: the event of the sending. */
  readonly after: string | null;
  readonly stamp: T;
  /** What the node's physical clock showed, in ms. */
  readonly clock: number;
}

export interface Clocked<T> {
  readonly id: NodeId;
  /** The stamp of the last event here. */
  stamp: T;
  /** How many events there were here. */
  events: number;
}

/** "work": something happens here. "tell": send a message to a node. */
export type Deed = { readonly kind: "work" } | { readonly kind: "tell"; readonly to: NodeId };

export type ClockedSignature<T> = {
  state: Clocked<T>;
  requests: Deed;
  receives: Note<T>;
  sends: Note<T>;
  decides: Stamped<T>;
};

/** A node that does as it is told, and stamps all that happens there. Each step is one event, announced as a decision. */
export function clocked<T>(clock: LogicalClock<T>): Role<ClockedSignature<T>> {
  return {
    name: clock.name,
    durable: [],
    init: (id) => ({ id, stamp: clock.init(id), events: 0 }),
    timeout: {},

    request: {
      work(self, _, __, out) {
        self.stamp = clock.tick(self.stamp, out.clock());
        self.events += 1;
        out.decide({ event: `${self.id}.${self.events}`, what: "work", after: null, stamp: self.stamp, clock: out.clock() });
      },
      tell(self, { to }, _, out) {
        self.stamp = clock.tick(self.stamp, out.clock());
        self.events += 1;
        const event = `${self.id}.${self.events}`;
        out.decide({ event, what: "send", after: null, stamp: self.stamp, clock: out.clock() });
        out.send(to, { kind: "note", stamp: self.stamp, event });
      },
    },

    receive: {
      note(self, { stamp, event: after }, _, out) {
        self.stamp = clock.receive(self.stamp, stamp, out.clock());
        self.events += 1;
        out.decide({ event: `${self.id}.${self.events}`, what: "receive", after, stamp: self.stamp, clock: out.clock() });
      },
    },
  };
}
