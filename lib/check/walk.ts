import { checkInterrupt } from "../core/interrupt.js";
import { NO_RULE_THROWS } from "./options.js";
import type { Found, Limits, Space, Violation, Walk } from "./space.js";
import { Column, Vectors } from "./vectors.js";

/** Search a space on this thread. In "breadth" the way found first to a state is a shortest one. */
export function walk(space: Space, order: "breadth" | "depth", limits: Limits): Walk {
  const walker = new Walker(space, limits);
  walker.begin();
  if (order === "depth") walker.depthFirst();
  else walker.breadthFirst();
  return walker.walk();
}

/** The states of one thread, numbered as they are found. */
class States implements Found {
  readonly #vectors = new Vectors();
  /** One more than the number, so that 0 stands for none. */
  readonly #parents = new Column();
  readonly #ordinals = new Column();

  get size(): number {
    return this.#vectors.size;
  }

  get bytes(): number {
    return this.#vectors.bytes + this.#parents.bytes + this.#ordinals.bytes;
  }

  lengthOf(state: number): number {
    return this.#vectors.lengthOf(state);
  }

  read(state: number, into: Int32Array): number {
    return this.#vectors.read(state, into);
  }

  numberOf(vector: Int32Array, length: number): number {
    return this.#vectors.add(vector, length);
  }

  parent(state: number): number {
    return this.#parents.get(state) - 1;
  }

  ordinal(state: number): number {
    return this.#ordinals.get(state);
  }

  from(parent: number, ordinal: number, state: number): void {
    this.#parents.set(state, parent + 1);
    this.#ordinals.set(state, ordinal);
  }
}

class Walker {
  readonly #space: Space;
  readonly #limits: Limits;
  readonly #states = new States();
  readonly #unreached: Set<string>;
  readonly #reached = new Map<string, number>();
  readonly #visit = (): void => this.#enter();
  #index = -1;
  #depth = 0;
  #deepest = 0;
  #transitions = 0;
  #ends = 0;
  #turns = 0;
  #violation: Violation | null = null;
  #limit: Walk["limit"] = null;

  constructor(space: Space, limits: Limits) {
    this.#space = space;
    this.#limits = limits;
    this.#unreached = new Set(space.goals);
  }

  begin(): void {
    this.#space.begin(this.#visit);
    this.#transitions = 0;
  }

  breadthFirst(): void {
    let layerEnd = this.#states.size;
    for (let index = 0; index < this.#states.size && !this.#isOver(); index++) {
      if (index === layerEnd) {
        this.#depth++;
        layerEnd = this.#states.size;
      }
      this.#leave(index, this.#states.size - index);
    }
  }

  depthFirst(): void {
    const stack = Array.from({ length: this.#states.size }, (_, i) => this.#states.size - 1 - i);
    const depths = stack.map(() => 0);
    while (stack.length > 0 && !this.#isOver()) {
      const index = stack.pop()!;
      this.#depth = depths.pop()!;
      const known = this.#states.size;
      this.#leave(index, stack.length + 1);
      for (let fresh = this.#states.size - 1; fresh >= known; fresh--) {
        stack.push(fresh);
        depths.push(this.#depth + 1);
      }
    }
  }

  walk(): Walk {
    return {
      found: this.#states,
      states: Math.min(this.#states.size, this.#limits.max),
      transitions: this.#transitions,
      ends: this.#ends,
      depth: this.#deepest,
      reached: this.#reached,
      violation: this.#violation,
      limit: this.#limit,
    };
  }

  #isOver(): boolean {
    return this.#violation !== null || this.#limit === "max" || this.#limit === "stopped";
  }

  /** Take every step from a state. */
  #leave(index: number, waiting: number): void {
    if (++this.#turns % 4096 === 0) this.#tell(waiting);
    const isWithin = this.#depth < this.#limits.maxDepth;
    if (!isWithin && this.#limit === "maxDepth") return;
    const vector = this.#space.room(this.#states.lengthOf(index));
    const length = this.#states.read(index, vector);
    this.#index = index;
    const steps = this.#space.expand(length, isWithin ? this.#visit : nothing);
    if (!isWithin && steps > 0) this.#limit = "maxDepth";
    if (isWithin && steps === 0) this.#ends++;
  }

  #tell(waiting: number): void {
    checkInterrupt();
    const { tell } = this.#limits;
    const states = this.#states.size;
    if (!tell({ states, waiting, transitions: this.#transitions, depth: this.#depth })) this.#limit = "stopped";
  }

  /** A step leads from the present state to the one in `to`. */
  #enter(): void {
    if (this.#isOver()) return;
    this.#transitions++;
    const { error, ordinal, to, length, isSeen } = this.#space;
    if (error !== null) {
      this.#violation = { property: NO_RULE_THROWS, problem: error, state: this.#index, last: ordinal };
      return;
    }
    const known = this.#states.size;
    const index = this.#states.numberOf(to, length);
    if (index < known) return;
    if (index >= this.#limits.max) {
      this.#limit = "max";
      return;
    }
    this.#states.from(this.#index, ordinal, index);
    if (this.#index >= 0 && this.#depth + 1 > this.#deepest) this.#deepest = this.#depth + 1;
    if (isSeen) this.#judge(index, to);
  }

  #judge(index: number, vector: Int32Array): void {
    const { reached, broken } = this.#space.judge(vector, this.#unreached);
    for (const name of reached) {
      this.#reached.set(name, index);
      this.#unreached.delete(name);
    }
    if (broken !== null) this.#violation = { ...broken, state: index, last: -1 };
  }
}

const nothing = (): void => {};
