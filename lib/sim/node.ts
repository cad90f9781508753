import type { NodeView } from "../core/property.js";
import type { AnyRole, NodeId } from "../core/role.js";
import { rulesOf, type Fields, type Rules } from "../core/step.js";

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
  readonly rules: RuleMaps;

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

  paused = false;
  /** What came while it was paused. */
  waiting: (() => void)[] = [];
  busyUntil = 0;
  slowness = 1;

  /** A crash that waits for a write, and whether it has struck in the rule that runs now. */
  doom: { readonly moment: CrashMoment; readonly forMs: number | undefined } | null = null;
  falling = false;

  #clockAtSkew = 0;
  #skewedAt = 0;
  clockRate = 1;

  constructor(id: NodeId, index: number, role: AnyRole, rules: RuleMaps) {
    this.id = id;
    this.index = index;
    this.role = role.name;
    this.of = role;
    this.rules = rules;
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
