import { stream, type Stream } from "../../lib/core.js";
import { explorationOf, type Verdict } from "../../lib/check/explore.js";
import { searchingOf, type SearchVerdict } from "../../lib/check/search.js";
import type { Limits, Space, Walk } from "../../lib/check/space.js";
import { Member, type Phase, type Report } from "../../lib/parallel/member.js";
import { sharedMemory, SharedStates, Word, type Growth, type SharedMemory, type Sizes } from "../../lib/parallel/shared.js";
import { walkTogether, type Crew } from "../../lib/parallel/walk.js";

/** Memory so small that every part of it fills up and grows, even in a small search. */
const small: Sizes = { batch: 64, chunk: 4, table: 1 << 10, block: 1 << 14 };

export interface Alone {
  readonly threads: number;
  /** Decides which thread takes which chunk, and in which order they take their turns. */
  readonly seed: number;
  readonly sizes?: Sizes;
  /** The set of states as each thread has it: perhaps a broken one. */
  readonly states?: typeof SharedStates;
}

/**
 * The threads of a search on one thread, one after the other: in orders that are as wild as the seed, and the same
 * every time. What comes first in the order of the states is often done last.
 */
class OneByOne implements Crew {
  readonly threads: number;
  readonly memory: SharedMemory;
  readonly member: Member;
  readonly #members: readonly Member[];
  readonly #chance: Stream;
  #chunks: number[][] = [];

  constructor(spaces: readonly Space[], { seed, sizes = small, states = SharedStates }: Alone) {
    this.threads = spaces.length;
    this.memory = sharedMemory(this.threads, sizes);
    this.#chance = stream(seed, "threads");
    this.#members = spaces.map(
      (space, i) => new Member(space, new states(this.memory, i), this.memory, i, () => this.#chunks[i]!.shift() ?? 1e6),
    );
    this.member = this.#members[0]!;
  }

  take(phase: Phase): readonly (Report | null)[] {
    const { control, sizes } = this.memory;
    const chunks = Math.ceil((control[Word.to]! - control[Word.from]!) / sizes.chunk);
    this.#chunks = this.#members.map(() => []);
    for (let chunk = 0; chunk < chunks; chunk++) this.#chunks[this.#chance.below(this.threads)]!.push(chunk);
    return this.#chance.shuffle(this.#members).map((member) => member.take(phase));
  }

  grow(growth: Growth): void {
    for (const { states } of this.#members) states.grow(growth);
  }
}

/** What `explore` says, found by several threads one by one. */
export async function exploredAlone(options: object, alone: Alone): Promise<Verdict> {
  const ready = Array.from({ length: alone.threads }, () => explorationOf(options as never));
  return ready[0]!.verdict(await walked(ready, alone));
}

/** What `search` says, found by several threads one by one. */
export async function searchedAlone(options: object, alone: Alone): Promise<SearchVerdict<any>> {
  const ready = Array.from({ length: alone.threads }, () => searchingOf(options as never));
  return ready[0]!.verdict(await walked(ready, alone));
}

async function walked(ready: readonly { readonly space: Space; readonly limits: Limits }[], alone: Alone): Promise<Walk> {
  return await walkTogether(new OneByOne(ready.map(({ space }) => space), alone), ready[0]!.limits);
}

/** A verdict as text, but for what may differ: the bytes. */
export function verdictText({ bytes: _, ...verdict }: Verdict | SearchVerdict<any>): string {
  return JSON.stringify(verdict, (_, value: unknown) =>
    value instanceof Set ? { set: [...value] } : value instanceof Map ? { map: [...value] } : value,
  );
}
