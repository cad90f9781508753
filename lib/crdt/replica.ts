import { canonical } from "../core/canonical.js";
import { delay, flag, nodeNames, options as checkOptions } from "../core/parameters.js";
import type { Delay, NodeId, Out, Role, Tagged } from "../core/role.js";
import { type DeltaType, laterOf, type OperationType, type StateType, type Versions } from "./type.js";

/** What clients ask of a replica: to change the data here and now, or to be shown it. Both are answered at once. */
export type CrdtRequest<Update extends Tagged = Tagged> = { readonly kind: "update"; readonly update: Update } | { readonly kind: "read" };

export interface GossipOptions {
  /** All replicas. */
  readonly nodes: readonly NodeId[];
  /** How often it tells the others what it knows, in ms (default [80, 120]); null: never. */
  readonly every?: Delay | null;
  /** Whether it tells them at once of each update of its own (default false). */
  readonly eager?: boolean;
}

/** What a replica of a state-based type knows. Data and versions survive a crash. */
export interface StateReplica<State = unknown> {
  readonly id: NodeId;
  data: State;
  /** How many updates of each replica the data has seen. The type does not need it; observers do. */
  seen: Versions;
  /** What a reader is shown now, for those who look at the replica from outside. */
  shows: unknown;
}

/** A whole state on its way. */
export interface StateMessage<State = unknown> {
  readonly kind: "state";
  readonly data: State;
  readonly seen: Versions;
}

export type StateSignature<State, Update extends Tagged, Value> = {
  state: StateReplica<State>;
  requests: CrdtRequest<Update>;
  receives: StateMessage<State>;
  sends: StateMessage<State>;
  timers: { readonly kind: "gossip" };
  replies: Value | null;
};

function checkGossip(name: string, given: GossipOptions): Required<GossipOptions> {
  const { nodes, every = [80, 120], eager = false } = checkOptions(name, given, ["nodes", "every", "eager"]);
  nodeNames("nodes", nodes);
  if (every !== null) delay("every", every);
  return { nodes, every, eager: flag("eager", eager) };
}

/**
 * A replica of a state-based type (report 7506, section 2.3.1): updates are local, and now and then it sends its whole
 * state to all others. Messages may be lost, doubled and reordered: a later state makes up for what did not arrive.
 *
 * @throws RangeError unless `nodes` are different names and `every` a delay
 */
export function stateReplica<State, Update extends Tagged, Value>(
  type: StateType<State, Update, Value>,
  given: GossipOptions,
): Role<StateSignature<State, Update, Value>> {
  const { nodes, every, eager } = checkGossip("stateReplica", given);
  type Outlet = Out<StateSignature<State, Update, Value>>;

  function tell(self: StateReplica<State>, out: Outlet): void {
    for (const node of nodes) if (node !== self.id) out.send(node, { kind: "state", data: self.data, seen: self.seen });
  }
  const again = (out: Outlet): void => {
    if (every !== null) out.setTimer({ kind: "gossip" }, every);
  };

  return {
    name: type.name,
    durable: ["data", "seen", "shows"],
    init: (id) => ({ id, data: type.initial, seen: {}, shows: type.value(type.initial) }),
    start: (_, out) => again(out),

    request: {
      update(self, { update }, call, out) {
        self.data = type.update(self.data, update, self.id);
        self.shows = type.value(self.data);
        self.seen = { ...self.seen, [self.id]: (self.seen[self.id] ?? 0) + 1 };
        out.persist(); // a name for an update must not be used twice, also after a crash
        out.reply(call, null);
        if (eager) tell(self, out);
      },
      read: (self, _, call, out) => out.reply(call, self.shows as Value),
    },

    receive: {
      state(self, { data, seen }, _, out) {
        self.data = type.merge(self.data, data);
        self.shows = type.value(self.data);
        self.seen = laterOf(self.seen, seen);
        out.write();
      },
    },

    timeout: {
      gossip(self, _, out) {
        tell(self, out);
        again(out);
      },
    },
  };
}

/** What a replica that sends deltas knows. Data, versions and the counter survive a crash; deltas and acknowledgements do not. */
export interface DeltaReplica<State = unknown> extends StateReplica<State> {
  /** How many deltas it has put into its buffer, in all. */
  counter: number;
  /** Deltas that somebody may not have, by number. */
  readonly deltas: Map<number, State>;
  /** For each other replica, up to which delta it has acknowledged. */
  readonly acks: Map<NodeId, number>;
}

/** Deltas joined to one, up to (not including) a number; or the whole state, where that is needed. */
export interface DeltaMessage<State = unknown> {
  readonly kind: "delta";
  readonly data: State;
  readonly seen: Versions;
  readonly upTo: number;
}

export type DeltaSignature<State, Update extends Tagged, Value> = {
  state: DeltaReplica<State>;
  requests: CrdtRequest<Update>;
  receives: DeltaMessage<State> | { readonly kind: "ack"; readonly upTo: number };
  sends: DeltaMessage<State> | { readonly kind: "ack"; readonly upTo: number };
  timers: { readonly kind: "gossip" };
  replies: Value | null;
};

export interface DeltaOptions extends GossipOptions {
  /**
   * Whether it passes on what it was told (the default, and the paper's). Where everybody hears everybody, it need not: each
   * sends its own updates until they are acknowledged, and nothing goes round. (How to pass on without telling twice: Enes,
   * Almeida, Baquero and Leitão, Efficient synchronization of state-based CRDTs, 2019.)
   */
  readonly relay?: boolean;
}

/**
 * A replica that sends deltas: the causal anti-entropy algorithm of Almeida, Shoker and Baquero 2018 (section 6, algorithm
 * 2). It joins what a neighbour has not acknowledged and sends that; where it has thrown away what the neighbour
 * lacks, because it crashed since, it sends the whole state. A replica that has nothing new for anybody is silent.
 *
 * @throws as `stateReplica`
 */
export function deltaReplica<State, Update extends Tagged, Value>(
  type: DeltaType<State, Update, Value>,
  { relay = true, ...given }: DeltaOptions,
): Role<DeltaSignature<State, Update, Value>> {
  const { nodes, every, eager } = checkGossip("deltaReplica", given);
  flag("relay", relay);
  type Outlet = Out<DeltaSignature<State, Update, Value>>;
  type Self = DeltaReplica<State>;

  function tell(self: Self, out: Outlet): void {
    for (const node of nodes) {
      if (node === self.id) continue;
      const acked = self.acks.get(node) ?? 0;
      if (acked >= self.counter) continue;
      const numbers = [...self.deltas.keys()].filter((number) => number >= acked).sort((a, b) => a - b);
      const isWhole = numbers.length < self.counter - acked; // some of what it lacks is gone
      const data = isWhole ? self.data : numbers.map((number) => self.deltas.get(number) as State).reduce((one, other) => type.merge(one, other));
      // Without relay, deltas say nothing of what others did.
      const seen = relay || isWhole ? self.seen : { [self.id]: self.seen[self.id] ?? 0 };
      out.send(node, { kind: "delta", data, seen, upTo: self.counter });
    }
  }
  function keep(self: Self, delta: State): void {
    self.data = type.merge(self.data, delta);
    self.deltas.set(self.counter, delta);
    self.counter += 1;
  }
  const again = (out: Outlet): void => {
    if (every !== null) out.setTimer({ kind: "gossip" }, every);
  };

  return {
    name: `${type.name} by deltas`,
    durable: ["data", "seen", "shows", "counter"],
    init: (id) => ({ id, data: type.initial, seen: {}, shows: type.value(type.initial), counter: 0, deltas: new Map(), acks: new Map() }),
    start: (_, out) => again(out),

    request: {
      update(self, { update }, call, out) {
        keep(self, type.delta(self.data, update, self.id));
        self.shows = type.value(self.data);
        self.seen = { ...self.seen, [self.id]: (self.seen[self.id] ?? 0) + 1 };
        out.persist();
        out.reply(call, null);
        if (eager) tell(self, out);
      },
      read: (self, _, call, out) => out.reply(call, self.shows as Value),
    },

    receive: {
      delta(self, { data, seen, upTo }, from, out) {
        // What says nothing new is not passed on, or it would go round for ever.
        const merged = type.merge(self.data, data);
        if (relay && canonical(merged) !== canonical(self.data)) keep(self, data);
        else self.data = merged;
        self.shows = type.value(self.data);
        self.seen = laterOf(self.seen, seen);
        out.persist(); // before the acknowledgement, after which nobody sends it again
        out.send(from, { kind: "ack", upTo });
      },
      ack(self, { upTo }, from) {
        self.acks.set(from, Math.max(self.acks.get(from) ?? 0, upTo));
        const least = Math.min(...nodes.filter((node) => node !== self.id).map((node) => self.acks.get(node) ?? 0));
        for (const number of [...self.deltas.keys()]) if (number < least) self.deltas.delete(number);
      },
    },

    timeout: {
      gossip(self, _, out) {
        tell(self, out);
        again(out);
      },
    },
  };
}

/** An operation on its way, with what its replica had applied before it. */
export interface OperationMessage<Operation = unknown> {
  readonly kind: "operation";
  readonly operation: Operation;
  readonly from: NodeId;
  readonly past: Versions;
}

/** What a replica of an operation-based type knows; all of it survives a crash. */
export interface OperationReplica<State = unknown> {
  readonly id: NodeId;
  data: State;
  /** How many operations of each replica are applied. */
  seen: Versions;
  /** What a reader is shown now. */
  shows: unknown;
  /** Operations that came before one that they follow. */
  readonly early: Map<string, OperationMessage>;
  /** For each other replica its own operations that it has not acknowledged, oldest first. */
  readonly outbox: Map<NodeId, readonly OperationMessage[]>;
}

export type OperationSignature<State, Update extends Tagged, Operation, Value> = {
  state: OperationReplica<State>;
  requests: CrdtRequest<Update>;
  receives: OperationMessage<Operation> | { readonly kind: "got"; readonly count: number };
  sends: OperationMessage<Operation> | { readonly kind: "got"; readonly count: number };
  timers: { readonly kind: "gossip" };
  replies: Value | null;
};

/**
 * A replica of an operation-based type (report 7506, section 2.3.2): each operation is sent to all, again and again until
 * it is acknowledged, and applied once and in causal order.
 *
 * @throws as `stateReplica`
 */
export function operationReplica<State, Update extends Tagged, Operation, Value>(
  type: OperationType<State, Update, Operation, Value>,
  given: GossipOptions,
): Role<OperationSignature<State, Update, Operation, Value>> {
  return operationReplicaWhen(type, given, ({ from, past }, seen) =>
    Object.entries({ ...past, [from]: past[from] ?? 0 }).every(([node, count]) => (node === from ? (seen[node] ?? 0) === count : (seen[node] ?? 0) >= count)),
  );
}

/** The same with any rule for when an operation may be applied. Only to show what causal delivery is for. */
export function operationReplicaWhen<State, Update extends Tagged, Operation, Value>(
  type: OperationType<State, Update, Operation, Value>,
  given: GossipOptions,
  mayApply: (message: OperationMessage<Operation>, seen: Versions) => boolean,
): Role<OperationSignature<State, Update, Operation, Value>> {
  const { nodes, every, eager } = checkGossip("operationReplica", given);
  type Outlet = Out<OperationSignature<State, Update, Operation, Value>>;
  type Self = OperationReplica<State>;
  const nameOf = ({ from, past }: OperationMessage): string => `${from}.${(past[from] ?? 0) + 1}`;

  function tell(self: Self, out: Outlet): void {
    for (const [node, messages] of self.outbox) for (const message of messages) out.send(node, message as OperationMessage<Operation>);
  }
  const again = (out: Outlet): void => {
    if (every !== null) out.setTimer({ kind: "gossip" }, every);
  };

  return {
    name: type.name,
    durable: ["data", "seen", "shows", "early", "outbox"],
    init: (id) => ({ id, data: type.initial, seen: {}, shows: type.value(type.initial), early: new Map(), outbox: new Map() }),
    start: (_, out) => again(out),

    request: {
      update(self, { update }, call, out) {
        const operation = type.prepare(self.data, update, { replica: self.id, counter: (self.seen[self.id] ?? 0) + 1 });
        if (operation !== null) {
          const message: OperationMessage<Operation> = { kind: "operation", operation, from: self.id, past: self.seen };
          self.data = type.apply(self.data, operation);
          self.shows = type.value(self.data);
          self.seen = { ...self.seen, [self.id]: (self.seen[self.id] ?? 0) + 1 };
          for (const node of nodes) if (node !== self.id) self.outbox.set(node, [...(self.outbox.get(node) ?? []), message]);
          out.persist();
          if (eager) for (const node of nodes) if (node !== self.id) out.send(node, message);
        }
        out.reply(call, null);
      },
      read: (self, _, call, out) => out.reply(call, self.shows as Value),
    },

    receive: {
      operation(self, message, from, out) {
        const number = (message.past[from] ?? 0) + 1;
        if (number > (self.seen[from] ?? 0)) self.early.set(nameOf(message), message);
        for (let due: OperationMessage<Operation> | undefined = message; due !== undefined; ) {
          due = [...self.early.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).find((one) => mayApply(one as OperationMessage<Operation>, self.seen)) as typeof due;
          if (due === undefined) break;
          self.early.delete(nameOf(due));
          self.data = type.apply(self.data, due.operation);
          self.seen = { ...self.seen, [due.from]: (self.seen[due.from] ?? 0) + 1 };
        }
        self.shows = type.value(self.data);
        out.persist();
        out.send(from, { kind: "got", count: self.seen[from] ?? 0 });
      },
      got(self, { count }, from, out) {
        const left = (self.outbox.get(from) ?? []).filter(({ past }) => (past[self.id] ?? 0) >= count);
        if (left.length > 0) self.outbox.set(from, left);
        else self.outbox.delete(from);
        out.write();
      },
    },

    timeout: {
      gossip(self, _, out) {
        tell(self, out);
        again(out);
      },
    },
  };
}
