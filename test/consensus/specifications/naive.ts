import { canonical, type Specification } from "../../../lib/core.js";

/** All states of a specification and all steps between them, the obvious way: what `search` is compared with. */
export function statesOf<State extends object>(specification: Specification<State>): {
  readonly states: readonly State[];
  readonly steps: readonly (readonly [before: State, action: string, after: State])[];
} {
  const initial = (Array.isArray(specification.initial) ? specification.initial : [specification.initial]) as readonly State[];
  const known = new Map<string, State>();
  const steps: (readonly [State, string, State])[] = [];
  const states: State[] = [];
  const enter = (state: State): State => {
    const text = canonical(state);
    const same = known.get(text);
    if (same) return same;
    known.set(text, state);
    states.push(state);
    return state;
  };
  initial.forEach(enter);
  for (const before of states) {
    for (const [name, action] of Object.entries(specification.next)) {
      const answer = action(before);
      for (const change of answer === null ? [] : ((Array.isArray(answer) ? answer : [answer]) as readonly Partial<State>[])) {
        steps.push([before, name, enter({ ...before, ...change })]);
      }
    }
  }
  return { states, steps };
}

/**
 * How many states there are if states count as one that differ only in which name of a group is which: what TLC counts
 * under SYMMETRY. Names must occur in the states as whole words.
 */
export function orbits(states: readonly object[], groups: readonly (readonly string[])[]): number {
  const renamings = groups.reduce<readonly ReadonlyMap<string, string>[]>(
    (all, group) => all.flatMap((one) => permutations(group).map((order) => new Map([...one, ...group.map((name, i) => [name, order[i]!] as const)]))),
    [new Map()],
  );
  const least = (state: object): string =>
    renamings.map((renaming) => canonical(renamed(state, renaming))).reduce((a, b) => (a < b ? a : b));
  return new Set(states.map(least)).size;
}

function renamed(value: unknown, renaming: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return value.replace(/\w+/g, (word) => renaming.get(word) ?? word);
  if (value instanceof Set) return new Set(Array.from(value, (item) => renamed(item, renaming)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [renamed(name, renaming), renamed(item, renaming)]));
}

function permutations(items: readonly string[]): readonly (readonly string[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
