import type { NodeView } from "../core/property.js";
import { stream, type Seed, type Stream } from "../core/random.js";
import type { AnyRole, NodeId } from "../core/role.js";
import { rulesOf, type Fields, type Rules } from "../core/step.js";

/** An effect that waits for a write to reach the disk. */
export type Held =
  | { readonly kind: "send"; readonly to: NodeId; readonly message: { readonly kind: string } }
  | { readonly kind: "decide"; readonly outcome: unknown }
  | { readonly kind: "reply"; readonly call: string; readonly result: unknown }
  | { readonly kind: "write"; readonly fields: Fields; readonly flush: boolean };

/** The moment of a crash that waits for the node's next write. */
export type CrashMoment = "before-flush" | "after-flush";

/** One node of a running simulation: its state, its disk, its clock, and what was done to it. */
export class Node implements NodeView {
  readonly id: NodeId;
  readonly index: number;
  readonly role: string;
  readonly of: AnyRole;
  readonly rules: Rules;
  readonly chances: Chances;

  /** Null while it is down. */
  state: object | null = null;
  /** How often it has crashed: what was under way inside it before a crash does not happen after it. */
  incarnation = 0;
  crashedAt = 0;
  /** The slots of its timers in the agenda, by their text. */
  readonly timers: Map<string, number> = new Map();

  /** What is on disk for certain. */
  disk: Fields = {};
  /** Writes after that, oldest first; a crash keeps a prefix of them. */
  unsynced: Fields[] = [];
  /** What was asked for after a write that is not yet on disk; null when no write is awaited. */
  held: Held[] | null = null;
  diskFreeAt = 0;

  /** The slots of what arrived while it was paused. */
  paused: boolean = false;
  waiting: (() => void)[] = [];
  busyUntil = 0;
  slowness = 1;

  /** A crash that waits for a write, and whether it has struck in the rule that runs now. */
  doomed: CrashMoment | null = null;
  falling = false;
  fallFor: number | undefined = undefined;

  #clockAtSkew = 0;
  #skewedAt = 0;
  clockRate = 1;

  constructor(id: NodeId, index: number, role: AnyRole, seed: Seed) {
    this.id = id;
    this.index = index;
    this.role = role.name;
    this.of = role;
    this.rules = rulesOf(role);
    this.chances = new Chances(seed, id);
  }

  /** What the node's own clock shows, in ms. */
  clock(now: number): number {
    return this.#clockAtSkew + (now - this.#skewedAt) * this.clockRate;
  }

  skew(now: number, offsetMs: number, rate: number): void {
    this.#clockAtSkew = now + offsetMs;
    this.#skewedAt = now;
    this.clockRate = rate;
  }
}

/**
 * The streams of chance of one place. Each sender has its own, so that what happens elsewhere in the cluster
 * does not shift the latency of its next message; and each knob has its own, so that no knob shifts another.
 */
export class Chances {
  #seed: Seed;
  readonly #id: NodeId;
  #latency: (() => number) | null = null;
  #loss: (() => number) | null = null;
  #duplication: (() => number) | null = null;
  #copies: (() => number) | null = null;
  #timers: (() => number) | null = null;
  #disk: Stream | null = null;
  #processing: (() => number) | null = null;

  constructor(seed: Seed, id: NodeId) {
    this.#seed = seed;
    this.#id = id;
  }

  latency(): number {
    return (this.#latency ??= this.#stream("latency").next)();
  }
  loss(): number {
    return (this.#loss ??= this.#stream("loss").next)();
  }
  duplication(): number {
    return (this.#duplication ??= this.#stream("duplication").next)();
  }
  /** Latency and loss of the second copies: a stream of their own, so that doubling a message shifts nothing. */
  copies(): number {
    return (this.#copies ??= this.#stream("copies").next)();
  }
  timers(): number {
    return (this.#timers ??= this.#stream("timers").next)();
  }
  disk(): Stream {
    return (this.#disk ??= this.#stream("disk"));
  }
  processing(): number {
    return (this.#processing ??= this.#stream("processing").next)();
  }

  /** From here on, another seed. */
  reseed(seed: Seed): void {
    this.#seed = seed;
    this.#latency = this.#loss = this.#duplication = this.#copies = this.#timers = this.#processing = null;
    this.#disk = null;
  }

  #stream(knob: string): Stream {
    return stream(this.#seed, `${knob} of ${this.#id}`);
  }
}
