import type { NodeView } from "../core/property.js";
import type { AnyRole, Call, NodeId } from "../core/role.js";
import { rulesOf, type Fields, type Rules } from "../core/step.js";
import { Disk } from "./disk.js";

/** The rules of a role by kind. Nodes in the same role share them. */
export interface RuleMaps {
  readonly start: Rules["start"];
  readonly receive: ReadonlyMap<string, Rules["receive"][string]>;
  readonly timeout: ReadonlyMap<string, Rules["timeout"][string]>;
  readonly request: ReadonlyMap<string, Rules["request"][string]>;
}

/** The role's rules, looked up once. */
export function ruleMaps(role: AnyRole): RuleMaps {
  const { start, receive, timeout, request } = rulesOf(role);
  return {
    start,
    receive: new Map(Object.entries(receive)),
    timeout: new Map(Object.entries(timeout)),
    request: new Map(Object.entries(request)),
  };
}

/** An effect that waits for a write to reach the disk. */
export type Held =
  | { readonly kind: "send"; readonly to: NodeId; readonly message: { readonly kind: string } }
  | { readonly kind: "decide"; readonly outcome: unknown }
  | { readonly kind: "reply"; readonly call: Call; readonly result: unknown }
  | { readonly kind: "write"; readonly fields: Fields; readonly flush: boolean };

/** The moment of a crash that waits for the node's next write. */
export type CrashMoment = "before-flush" | "after-flush";

/** A clock that runs by itself: it may be wrong, and run fast or slow. */
export class Clock {
  /** How many of its milliseconds pass in one. */
  readonly rate: number;
  readonly #shown: number;
  readonly #since: number;
  readonly #offset: number;

  constructor(now: number, offsetMs: number, rate: number) {
    this.rate = rate;
    this.#shown = now + offsetMs;
    this.#since = now;
    this.#offset = offsetMs;
  }

  get isTrue(): boolean {
    return this.rate === 1 && this.#offset === 0;
  }

  /** What it shows at this true time, in ms. */
  read(now: number): number {
    return this.#shown + (now - this.#since) * this.rate;
  }
}

/** One node of a running simulation: its state, its disk, its clock, and what was done to it. */
export class Node implements NodeView {
  // What every message asks for comes first, so that it shares a cache line.
  readonly id: NodeId;
  readonly index: number;
  readonly rules: RuleMaps;
  /** Null while it is down. */
  state: object | null = null;
  paused = false;
  /** What was asked for after a write that is not yet on disk; null when no write is awaited. */
  held: Held[] | null = null;
  /** A crash has struck in the rule that runs now: whatever else the rule asks for does not happen. */
  falling = false;
  slowness = 1;

  readonly role: string;
  readonly of: AnyRole;
  /** How often it has crashed: what was under way inside it before a crash does not happen after it. */
  incarnation = 0;
  crashedAt = 0;
  /** The slots of its timers in the agenda, by their text. */
  readonly timers: Map<string, number> = new Map();
  readonly disk: Disk = new Disk();
  clock: Clock = new Clock(0, 0, 1);
  /** A crash that lies in wait for the next write. */
  doom: { readonly moment: CrashMoment; readonly forMs: number | undefined } | null = null;
  busyUntil = 0;
  /** What came while it was paused. */
  waiting: (() => void)[] = [];
  /** How often it was paused and slowed: the end of one pause must not end the next. */
  pauses = 0;
  slowdowns = 0;

  constructor(id: NodeId, index: number, role: AnyRole, rules: RuleMaps) {
    this.id = id;
    this.index = index;
    this.role = role.name;
    this.of = role;
    this.rules = rules;
  }
}
