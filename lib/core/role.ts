/**
 * A distributed algorithm is a set of roles; a role is a deterministic state machine.
 *
 * A rule reads its own state and one input, changes the state in place, and says on `out` what it
 * wants done. It sees no random number, no network and no other node, so the same role runs unchanged
 * in the simulator (`distlab/sim`) and under the explorer (`distlab/check`).
 *
 * The contract between a role and whatever runs it:
 *
 * 1. Rules of one node run one at a time, each to its end, and never wait.
 * 2. Effects leave in the order in which they were asked for. What is asked for after `persist()`
 *    leaves only when the write is on disk; a crash before that loses what waits for it, and mostly the write.
 *    Timers do not leave the node: they are set and cancelled at once.
 * 3. State is plain data: numbers, strings, booleans, null, arrays, plain objects, maps and sets.
 * 4. Messages are values: nobody changes one after it was sent.
 * 5. After a crash the node starts from `init`, with its durable fields as they were last written.
 *    Timers and everything else are gone; `start` runs again.
 */

/** The name of a node, unique in its cluster. */
export type NodeId = string & { readonly __brand: "NodeId" };

/** Names of nodes: `const [a1, a2, a3] = ids("a1", "a2", "a3")`. */
export function ids(...names: readonly string[]): readonly NodeId[] {
  return names as readonly NodeId[];
}

/**
 * One request of one client, by the name `client#serial`. A client that tries again uses the same call, so
 * that a server can recognise the second try.
 */
export type Call = string & { readonly __brand: "Call" };

/**
 * What a node answers that cannot serve a request and knows who may: `to`, or nobody in particular. It is no answer to
 * the request: clients ask again elsewhere, under the same call.
 */
export interface Redirect {
  readonly kind: "redirect";
  readonly to: NodeId | null;
}

/** Whether an answer says no more than whom to ask. */
export function isRedirect(result: unknown): result is Redirect {
  return typeof result === "object" && result !== null && (result as Redirect).kind === "redirect";
}

/** Messages, timers and requests are tagged values: the tag names the rule that handles them. */
export type Tagged = { readonly kind: string };

/** A delay in virtual milliseconds; a pair is a range, from which the runtime chooses. */
export type Delay = number | readonly [min: number, max: number];

/** What an I/O automaton calls its signature (Lynch 1996, chapter 8): the state, what comes in, and what goes out. */
export interface Signature {
  readonly state: object;
  /** Messages from other nodes. */
  readonly receives?: Tagged;
  /** What clients ask for, from outside the cluster. */
  readonly requests?: Tagged;
  readonly timers?: Tagged;
  readonly sends?: Tagged;
  /** Irrevocable outcomes. */
  readonly decides?: unknown;
  /** Answers to requests. */
  readonly replies?: unknown;
}

/** Everything that a rule may ask for. Effects leave in the order in which they were asked for. */
export interface Out<S extends Signature> {
  /** Send a message. The network may lose, delay, double or reorder it; a node may send to itself. */
  send(to: NodeId, message: Part<S, "sends">): void;
  /** Set the timer, or set it anew: a node has at most one of each value. The delay is by the node's own clock. */
  setTimer(timer: Part<S, "timers">, after: Delay): void;
  /** Cancel the timer, if it is set. */
  cancelTimer(timer: Part<S, "timers">): void;
  /** Write the durable fields and flush them. What is asked for after this waits until they are on disk. */
  persist(): void;
  /** Write the durable fields without waiting. A crash keeps some prefix of the writes since the last `persist`. */
  write(): void;
  /** Announce an irrevocable outcome. */
  decide(outcome: Part<S, "decides">): void;
  /** Answer a client's request. */
  reply(call: Call, result: Part<S, "replies">): void;
  /**
   * What the node's own clock shows, in ms. It may be wrong and run fast or slow: a rule's safety must not
   * rest on it unless the paper's does, as that of a lease. Always 0 under the explorer, which knows no time.
   */
  clock(): number;
}

/** A role: the rules of one kind of node. Each rule is keyed by the kind of the input that it handles. */
export interface Role<S extends Signature> {
  /** The role's name in the paper: "acceptor". */
  readonly name: string;
  /** The fields that survive a crash, as they were when last written. */
  readonly durable: readonly (keyof S["state"] & string)[];
  /** The state of a node that has never run. */
  init(id: NodeId): S["state"];
  /** Runs once at boot, and again after each restart. */
  start?(self: S["state"], out: Out<S>): void;
  readonly receive: { readonly [K in Kind<S, "receives">]: ReceiveRule<S, K> };
  readonly timeout: { readonly [K in Kind<S, "timers">]: TimeoutRule<S, K> };
  readonly request: { readonly [K in Kind<S, "requests">]: RequestRule<S, K> };
}

/** What may be asked of a node in this role. */
export type RequestOf<R> = R extends Role<infer S> ? Part<S, "requests"> : never;

/** The state of a node in this role. */
export type StateOf<R> = R extends Role<infer S> ? S["state"] : never;

/**
 * A role whose signature has been forgotten, which is how every runtime holds it. Rules are checked
 * against their signatures where they are written; here only the tag is known.
 */
export type AnyRole = Role<any>;

type ReceiveRule<S extends Signature, K> = (
  self: S["state"],
  message: Case<S, "receives", K>,
  from: NodeId,
  out: Out<S>,
) => void;
type TimeoutRule<S extends Signature, K> = (self: S["state"], timer: Case<S, "timers", K>, out: Out<S>) => void;
type RequestRule<S extends Signature, K> = (
  self: S["state"],
  request: Case<S, "requests", K>,
  call: Call,
  out: Out<S>,
) => void;

/** One entry of a signature; never where it has none. Of a union of signatures, the union of the entries. */
export type Part<S, P extends keyof Signature> = S extends { readonly [K in P]: infer V } ? V : never;
type Kind<S, P extends keyof Signature> = Part<S, P> extends { readonly kind: infer K extends string } ? K : never;
type Case<S, P extends keyof Signature, K> = Extract<Part<S, P>, { readonly kind: K }>;
