import type { Property } from "../core/property.js";
import type { AnyRole } from "../core/role.js";

/** A cluster, what is asked of it, what may happen to it, and what must hold: options for the explorer. */
export interface SmallWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** What clients ask; an entry that is a list is asked in its order. */
  readonly requests: readonly (Asked | readonly Asked[])[];
  readonly properties: readonly Property[];
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
  readonly duplicates: number;
}

interface Asked {
  readonly node: string;
  readonly request: { readonly kind: string };
}

/** A broken rule, and a world just large enough to show what the rule is for. */
export interface BrokenWorld {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** The fault of the article's listing 4.3 that it is, if it is one: "T-no-vote". */
  readonly inListing: string | null;
  /** With the broken role: `explore(world)` finds a violation. */
  readonly world: SmallWorld;
  /** With the sound role in its place: `explore(sound)` finds none. */
  readonly sound: SmallWorld;
}
