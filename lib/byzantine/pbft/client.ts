import { delay, flag, integer, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { canonical } from "../../core/canonical.js";
import { keyRing, type KeyRing, type Signed } from "../keys.js";
import type { Reply, Request } from "./messages.js";
import { byzantineQuorum, mostFaults } from "./quorum.js";

/** What a client is asked for, from outside. */
export type Ask<C> =
  /** Have the operation performed, once. */
  | { readonly kind: "operate"; readonly operation: C }
  /** Answer an operation that changes nothing. */
  | { readonly kind: "read"; readonly operation: C };

/** What a client knows. It has one request under way at a time, as the paper assumes. */
export interface Client<C, R> {
  readonly id: NodeId;
  /** The number of its last request. */
  timestamp: number;
  /** The view of which it heard last: it asks that one's primary. */
  view: number;
  current: { readonly call: Call; readonly request: Signed<Request<C>> } | null;
  /** Which replica has answered what, for the request under way. */
  readonly replies: Map<NodeId, Reply<R>>;
  queue: { readonly call: Call; readonly ask: Ask<C> }[];
}

export type ClientSignature<C, R> = {
  state: Client<C, R>;
  requests: Ask<C>;
  receives: Reply<R>;
  timers: { readonly kind: "retry" };
  sends: Signed<Request<C>>;
  replies: R;
};

export interface ClientOptions {
  readonly replicas: readonly NodeId[];
  /** How many of them may lie. Default: as many as n allows. */
  readonly f?: number;
  /** How long it waits for enough answers before it asks all replicas, in ms; again and again. Default 150. */
  readonly retryAfter?: Delay;
  /** Whom it asks first: the primary of the last view that it knows, or all replicas at once, as HotStuff wants it. Default "primary". */
  readonly contact?: "primary" | "all";
  /**
   * Whether it asks all replicas at once for what changes nothing (section 5.1). Default false: a read is a request like
   * others. All clients must have it, or none: it then takes 2f + 1 equal answers for every request, because a write of which
   * only f + 1 replicas have told may be unknown to 2f + 1 who answer a read (Berger, Reiser and Bessani, "Making Reads in BFT
   * State Machine Replication Fast, Linearizable, and Live", 2021).
   */
  readonly readOnly?: boolean;
  readonly keys?: KeyRing;
}

/**
 * A client (客户端) of PBFT (Castro and Liskov 1999, section 4.1). It believes an answer that f + 1 replicas give, as one of
 * them is honest; and an answer about what is not committed yet only if 2f + 1 give it.
 *
 * @throws RangeError or TypeError for an option that is unknown or out of its range
 */
export function client<C = unknown, R = unknown>(given: ClientOptions): Role<ClientSignature<C, R>> {
  return clientWith(({ f }) => f + 1, given);
}

/** A client that believes as many equal answers as it is told to. Only to show what f + 1 is for. */
export function clientWith<C = unknown, R = unknown>(
  enough: (cluster: { readonly n: number; readonly f: number }) => number,
  given: ClientOptions,
): Role<ClientSignature<C, R>> {
  const { replicas, retryAfter = 150, contact = "primary", readOnly = false, keys = keyRing() } = options("client", given, [
    "replicas", "f", "retryAfter", "contact", "readOnly", "keys",
  ]);
  oneOf("contact", contact, ["primary", "all"]);
  nodeNames("replicas", replicas);
  const f = integer("f", given.f ?? mostFaults(replicas.length), { max: replicas.length - 1 });
  delay("retryAfter", retryAfter);
  flag("readOnly", readOnly);
  const n = replicas.length;
  const quorum = byzantineQuorum(n, f);
  const believed = readOnly ? quorum : enough({ n, f });

  type Self = Client<C, R>;
  type To = Out<ClientSignature<C, R>>;

  function next(self: Self, out: To): void {
    const first = self.queue.shift();
    if (!first) return;
    begin(self, first.call, first.ask.operation, readOnly && first.ask.kind === "read", out);
  }

  function begin(self: Self, call: Call, operation: C, isRead: boolean, out: To): void {
    self.timestamp += 1;
    const request = keys.pen(self.id).sign({
      kind: "request" as const, operation, timestamp: self.timestamp, client: self.id, readOnly: isRead,
    });
    self.current = { call, request };
    self.replies.clear();
    if (isRead || contact === "all") for (const replica of replicas) out.send(replica, request);
    else out.send(replicas[self.view % n]!, request);
    out.setTimer({ kind: "retry" }, retryAfter);
  }

  return {
    name: "client",
    durable: [],
    init: (id) => ({ id, timestamp: 0, view: 0, current: null, replies: new Map(), queue: [] }),
    request: {
      operate: ask,
      read: ask,
    },
    receive: {
      reply(self, message, from, out) {
        const { current } = self;
        if (!current || message.timestamp !== self.timestamp || !replicas.includes(from)) return;
        self.replies.set(from, message);
        const text = canonical(message.result);
        const equal = [...self.replies.values()].filter(({ result }) => canonical(result) === text);
        const settled = equal.filter(({ tentative }) => !tentative).length;
        if (settled < believed && equal.length < quorum) return;
        // Of f + 1 views one is an honest replica's; the lowest of them cannot be one that no honest replica has reached.
        self.view = Math.max(self.view, Math.min(...equal.map(({ view }) => view)));
        self.current = null;
        out.cancelTimer({ kind: "retry" });
        out.reply(current.call, message.result);
        next(self, out);
      },
    },
    timeout: {
      // "If the client does not receive replies soon enough, it broadcasts the request to all replicas." A read that found no
      // quorum of one mind becomes a request like others (section 5.1).
      retry(self, _, out) {
        const { current } = self;
        if (!current) return;
        if (current.request.readOnly) return begin(self, current.call, current.request.operation, false, out);
        for (const replica of replicas) out.send(replica, current.request);
        out.setTimer({ kind: "retry" }, retryAfter);
      },
    },
  };

  function ask(self: Self, asked: Ask<C>, call: Call, out: To): void {
    self.queue.push({ call, ask: asked });
    if (!self.current) next(self, out);
  }
}
