/** A graph of worlds and the steps between them that are no faults, row by row: those of world w begin at `starts[w]`. */
export interface Graph {
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
}

/** Whether all ways lead to a goal. */
export type Inevitability =
  /**
   * From every world, every way leads to the goal, and the longest takes `within` steps; but for the ways that end
   * in one of the `cutOff` worlds, where only a bound of the search keeps more from happening.
   */
  | { readonly kind: "always"; readonly within: number; readonly cutOff: number }
  /** In this world nothing is left to do, and the goal has not come true. */
  | { readonly kind: "stuck"; readonly world: number }
  /** These worlds follow one another, the last one being one of the earlier: a way that goes round for ever. */
  | { readonly kind: "round"; readonly worlds: readonly number[] };

/**
 * Find out whether every way through the graph leads to a goal. The worlds are taken in from the goals backwards,
 * each when all its successors have been (Kahn 1962); what is left over lies on a round, or before one.
 */
export function inevitability(
  { starts, targets }: Graph,
  isGoal: (world: number) => boolean,
  isCutOff: (world: number) => boolean,
): Inevitability {
  const size = starts.length - 1;
  const before = predecessors({ starts, targets });
  const open = new Uint32Array(size);
  const distance = new Uint32Array(size);
  const ready: number[] = [];
  let cutOff = 0;
  for (let world = 0; world < size; world++) {
    const steps = starts[world + 1]! - starts[world]!;
    open[world] = steps;
    if (isGoal(world)) open[world] = 0;
    else if (steps === 0) {
      if (!isCutOff(world)) return { kind: "stuck", world };
      cutOff++;
    }
    if (open[world] === 0) ready.push(world);
  }
  const isTaken = new Uint8Array(size);
  let within = 0;
  let taken = 0;
  while (ready.length > 0) {
    const world = ready.pop()!;
    isTaken[world] = 1;
    taken++;
    within = Math.max(within, distance[world]!);
    for (let i = before.starts[world]!; i < before.starts[world + 1]!; i++) {
      const from = before.targets[i]!;
      if (isTaken[from] === 1 || open[from] === 0) continue;
      distance[from] = Math.max(distance[from]!, distance[world]! + 1);
      if (--open[from]! === 0) ready.push(from);
    }
  }
  if (taken === size) return { kind: "always", within, cutOff };
  return { kind: "round", worlds: aRound({ starts, targets }, isTaken) };
}

/** From the first world that was not taken, on through such worlds, until one comes again. */
function aRound({ starts, targets }: Graph, isTaken: Uint8Array): number[] {
  const worlds: number[] = [];
  const seen = new Set<number>();
  let at: number | undefined = isTaken.indexOf(0);
  while (at !== undefined) {
    worlds.push(at);
    if (seen.has(at)) return worlds;
    seen.add(at);
    at = targets.subarray(starts[at]!, starts[at + 1]!).find((target) => isTaken[target] === 0);
  }
  throw new Error("a world that is not taken has a successor that is not taken");
}

/** The graph with every step turned round. */
export function predecessors({ starts, targets }: Graph): Graph {
  const size = starts.length - 1;
  const counts = new Uint32Array(size + 1);
  for (const target of targets) counts[target + 1]!++;
  for (let world = 0; world < size; world++) counts[world + 1]! += counts[world]!;
  const fill = counts.slice();
  const sources = new Uint32Array(targets.length);
  for (let world = 0; world < size; world++) {
    for (let i = starts[world]!; i < starts[world + 1]!; i++) sources[fill[targets[i]!]!++] = world;
  }
  return { starts: counts, targets: sources };
}
