import { checkInterrupt } from "../core/interrupt.js";
import type { Found, Limits, Violation, Walk } from "../check/space.js";
import { Own, own, sharedWords, Word, type Growth, type SharedMemory, type SharedStates } from "./shared.js";
import type { Cut, Member, Phase, Report } from "./member.js";

/** The threads of a search, as the one sees them who leads it. */
export interface Crew {
  readonly threads: number;
  readonly memory: SharedMemory;
  /** The leader's own part. */
  readonly member: Member;
  /** Let all take a turn, and wait for all. */
  take(phase: Phase): readonly (Report | null)[] | Promise<readonly (Report | null)[]>;
  /** Tell all, before the next turn, what has grown. */
  grow(growth: Growth): void;
}

/** Search a space in breadth with several threads, to the very walk that one thread takes. */
export async function walkTogether(crew: Crew, limits: Limits): Promise<Walk> {
  const walk = new Together(crew, limits);
  await walk.breadthFirst();
  return walk.walk();
}

/** The states that all have found together. */
class All implements Found {
  size = 0;
  bytes = 0;
  readonly #states: SharedStates;
  #isNumbered = false;

  constructor(states: SharedStates) {
    this.#states = states;
  }

  lengthOf(state: number): number {
    return this.#states.lengthAt(this.#states.order[state]!);
  }

  read(state: number, into: Int32Array): number {
    return this.#states.readAt(this.#states.order[state]!, into);
  }

  numberOf(vector: Int32Array, length: number): number {
    if (!this.#isNumbered) this.#states.numberAll(this.size);
    this.#isNumbered = true;
    return this.#states.numberOf(vector, length);
  }

  parent(state: number): number {
    return this.#states.parentAt(this.#states.order[state]!);
  }

  ordinal(state: number): number {
    return this.#states.markAt(this.#states.order[state]!) >>> 1;
  }
}

/** Where the walk ends: at a cut of some thread, or where the states are too many. */
type End = Cut | { readonly parent: number; readonly ordinal: number; readonly what: { readonly kind: "max" } };

class Together {
  readonly #crew: Crew;
  readonly #control: Int32Array;
  readonly #limits: Limits;
  readonly #all: All;
  readonly #reached = new Map<string, number>();
  #blocks = 0;
  #depth = -1;
  #deepest = 0;
  #transitions = 0;
  #ends = 0;
  /** States, none beyond the end. */
  #states = 0;
  #layerEnd = 0;
  #told = 0;
  #violation: Violation | null = null;
  #limit: Walk["limit"] = null;

  constructor(crew: Crew, limits: Limits) {
    this.#crew = crew;
    this.#control = crew.memory.control;
    this.#limits = limits;
    this.#all = new All(crew.member.states);
    this.#control[Word.max] = limits.max;
    crew.grow({ table: sharedWords(crew.memory.sizes.table), order: sharedWords(crew.memory.sizes.batch) });
  }

  async breadthFirst(): Promise<void> {
    await this.#batch("begin", -1, 0);
    // The first states come from nowhere, and no step was taken.
    this.#transitions = 0;
    this.#ends = 0;
    this.#deepest = 0;
    this.#depth = 0;
    this.#layerEnd = this.#all.size;
    for (let from = 0; from < this.#all.size && !this.#isOver(); ) {
      if (from === this.#layerEnd) {
        this.#depth++;
        this.#layerEnd = this.#all.size;
      }
      if (this.#depth >= this.#limits.maxDepth) {
        this.#lookOn(from);
        break;
      }
      const to = Math.min(from + this.#crew.memory.sizes.batch, this.#layerEnd);
      await this.#batch("leave", from, to);
      from = to;
      this.#tell(from);
    }
    // What follows is told by the leader alone.
    this.#crew.member.space.gate.isOpen = true;
    const { threads } = this.#crew;
    const words = Array.from({ length: threads }, (_, thread) => this.#control[own(thread, Own.used)]!);
    const { table, order } = this.#crew.member.states;
    this.#all.bytes = words.reduce((sum, count) => sum + 8 * count, 0) + table.byteLength + order.byteLength;
  }

  walk(): Walk {
    return {
      found: this.#all,
      states: this.#states,
      transitions: this.#transitions,
      ends: this.#ends,
      depth: this.#deepest,
      reached: this.#reached,
      violation: this.#violation,
      limit: this.#limit,
    };
  }

  #isOver(): boolean {
    return this.#violation !== null || this.#limit !== null;
  }

  #tell(from: number): void {
    if (from - this.#told < 4096) return;
    this.#told = from;
    checkInterrupt();
    const states = this.#all.size;
    const progress = { states, waiting: states - from, transitions: this.#transitions, depth: this.#depth };
    if (!this.#isOver() && !this.#limits.tell(progress)) this.#limit = "stopped";
  }

  /** At the greatest depth nothing is left any more; it only matters whether anything could be. */
  #lookOn(from: number): void {
    this.#crew.member.space.gate.isOpen = true;
    for (let state = from; state < this.#all.size && this.#limit === null; state++) {
      if (this.#crew.member.canGoOn(state)) this.#limit = "maxDepth";
    }
  }

  /** Leave some states. */
  async #batch(phase: "begin" | "leave", from: number, to: number): Promise<void> {
    const crew = this.#crew;
    const { steps, fresh, missed } = crew.memory;
    const control = this.#control;
    const size = this.#all.size;
    control[Word.found] = 0;
    await this.#makeRoom();
    fresh.fill(0);
    missed.fill(0);
    control[Word.from] = from;
    control[Word.to] = to;
    control[Word.size] = size;
    control[Word.chunk] = 0;
    const reports = [...(await crew.take(phase))];
    while (missed.includes(1)) {
      await this.#makeRoom();
      const learned = await crew.take("learn");
      this.#checkLearned(learned);
      reports.push(...learned);
      reports.push(...(await crew.take("again")));
    }
    const found = control[Word.found]!;
    this.#makeOrder(size + found);
    reports.push(...(await crew.take("number")));
    this.#all.size = size + found;
    const end = this.#endOf(reports.flatMap((report) => report?.cuts ?? []));
    const last = end ? end.parent : to;
    for (let state = from; state < last; state++) {
      this.#transitions += steps[state - from]!;
      if (steps[state - from] === 0) this.#ends++;
    }
    this.#states = end ? this.#finish(end, size) : this.#all.size;
    for (const [goal, state] of reports.flatMap((report) => report?.reached ?? [])) {
      if (state < this.#states) this.#reached.set(goal, Math.min(state, this.#reached.get(goal) ?? Infinity));
    }
    if (this.#states > this.#layerEnd) this.#deepest = this.#depth + 1;
  }

  /** Where one thread would have come to an end, if it would. */
  #endOf(cuts: readonly Cut[]): End | null {
    const ends: End[] = [...cuts];
    const { max } = this.#limits;
    if (this.#all.size > max) {
      ends.push({ parent: this.#all.parent(max), ordinal: this.#all.ordinal(max), what: { kind: "max" } });
    }
    return ends.reduce<End | null>((least, end) => (least === null || isBefore(end, least) ? end : least), null);
  }

  /** Come to an end as one thread would; returns how many states it would have found. */
  #finish({ parent, ordinal, what }: End, size: number): number {
    if (what.kind === "thrown") throw what.error;
    this.#transitions += ordinal + 1;
    switch (what.kind) {
      case "max":
        this.#limit = "max";
        return this.#limits.max;
      case "state":
        this.#violation = { property: what.property, problem: what.problem, state: what.state, last: -1 };
        return what.state + 1;
      case "step": {
        this.#violation = { property: what.property, problem: what.problem, state: parent, last: ordinal };
        let states = size;
        while (
          states < this.#all.size &&
          isBefore({ parent: this.#all.parent(states), ordinal: this.#all.ordinal(states) }, { parent, ordinal })
        )
          states++;
        return states;
      }
    }
  }

  /** Let the table be at most half full, and give each thread an empty block. */
  async #makeRoom(): Promise<void> {
    const { threads, memory, member } = this.#crew;
    const blocks: NonNullable<Growth["blocks"]>[number][] = [];
    // At first each needs two: one to write, and one in store.
    const wanted = this.#blocks === 0 ? 2 : 1;
    for (let thread = 0; thread < threads; thread++) {
      for (let spare = this.#control[own(thread, Own.spare)]!; spare < wanted; spare++) {
        blocks.push({ number: this.#blocks++, thread, words: sharedWords(memory.sizes.block) });
      }
    }
    if (blocks.length > 0) this.#crew.grow({ blocks });
    let places = member.states.table.length;
    while (2 * (this.#all.size + this.#control[Word.found]!) > places) places *= 2;
    if (places === member.states.table.length) return;
    this.#crew.grow({ table: sharedWords(places) });
    await this.#crew.take("rehash");
  }

  #makeOrder(states: number): void {
    const { order } = this.#crew.member.states;
    if (states <= order.length) return;
    const larger = sharedWords(Math.max(states, 2 * order.length));
    larger.set(order);
    this.#crew.grow({ order: larger });
  }

  #checkLearned(reports: readonly (Report | null)[]): void {
    const { threads } = this.#crew;
    const learned = this.#control[own(0, Own.learned)]!;
    for (let thread = 1; thread < threads; thread++) {
      if (this.#control[own(thread, Own.learned)] === learned) continue;
      // What only one of them threw tells more than that they do not agree.
      for (const { what } of reports.flatMap((report) => report?.cuts ?? [])) if (what.kind === "thrown") throw what.error;
      throw new Error(
        "the threads do not agree on what a step does: a rule, action or property must rest on something outside its state and input",
      );
    }
  }
}

interface Place {
  readonly parent: number;
  readonly ordinal: number;
}

function isBefore(a: Place, b: Place): boolean {
  return a.parent !== b.parent ? a.parent < b.parent : a.ordinal < b.ordinal;
}
