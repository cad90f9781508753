import { fingerprint } from "../core/hash.js";
import type { NodeId } from "../core/role.js";

/** How a caller chooses among servers. */
export type ServerChoice =
  /** Any of them. */
  | "random"
  /** One after the other. */
  | "round-robin"
  /** The one of which the fewest answers are awaited; the first of those. It knows its own questions only. */
  | "least-loaded"
  /** Two at random, and the better of the two: the power of two choices (Mitzenmacher 2001). */
  | "two-choices";

/** All of them. */
export const serverChoices: readonly ServerChoice[] = ["random", "round-robin", "least-loaded", "two-choices"];

/** What a choice is made by. */
export interface ChoiceFacts {
  readonly choice: ServerChoice;
  /** At least one. */
  readonly servers: readonly NodeId[];
  /** How many answers of each are awaited; 0 where nothing is said. */
  readonly awaited: ReadonlyMap<NodeId, number>;
  /** How many choices were made before. */
  readonly turn: number;
  /** What makes this choice different from others: a rule has no chance, and takes the hash of a name for it. */
  readonly name: string;
}

/** The server to ask. */
export function chooseServer({ choice, servers, awaited, turn, name }: ChoiceFacts): NodeId {
  const load = (node: NodeId): number => awaited.get(node) ?? 0;
  switch (choice) {
    case "round-robin":
      return servers[turn % servers.length]!;
    case "least-loaded":
      return servers.reduce((best, node) => (load(node) < load(best) ? node : best));
    case "random":
      return servers[below(servers.length, fingerprint(name).slice(0, 8))]!;
    case "two-choices": {
      const hash = fingerprint(name);
      const one = below(servers.length, hash.slice(0, 8));
      if (servers.length === 1) return servers[one]!;
      // The second among the others, so that the two are different.
      const other = (one + 1 + below(servers.length - 1, hash.slice(8))) % servers.length;
      return load(servers[other]!) < load(servers[one]!) ? servers[other]! : servers[one]!;
    }
  }
}

function below(n: number, hex: string): number {
  return Math.floor((parseInt(hex, 16) / 2 ** 32) * n);
}
