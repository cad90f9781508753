import { ids, type NodeId } from "../../../lib/core.js";
import { dynamo, type DynamoNode, type DynamoOptions, recordOf } from "../../../lib/dynamo.js";
import { settingsOf } from "../../../lib/storage/dynamo/options.js";

/** Some nodes by their letters. */
export const letters: readonly NodeId[] = ids("a", "b", "c", "d", "e", "f", "g", "h");

/** A store of so many nodes. */
export function store(count: number, options: Omit<DynamoOptions, "nodes"> = {}): Record<string, ReturnType<typeof dynamo>> {
  const nodes = letters.slice(0, count);
  const role = dynamo({ nodes, ...options });
  return Object.fromEntries(nodes.map((node) => [node, role]));
}

/** The preference list of a key in such a store, and then the other nodes. */
export function orderOf(key: string, count: number): readonly string[] {
  return settingsOf({ nodes: letters.slice(0, count) }).orderOf(key);
}

/** The values that a node has of a key as its replica. */
export function valuesAt(run: { readonly simulation: { state(node: never): object | null } }, node: string, key: string): readonly unknown[] {
  const { stored } = run.simulation.state(node as never) as DynamoNode;
  return recordOf(stored, key).versions.map(({ value }) => value);
}
