import type { Nodes, SimulationOptions } from "./options.js";

/** The options of a run as text for readers, on one line: roles by their names, functions by theirs. */
export function describeOptions(given: SimulationOptions<Nodes>): string {
  const nodes = Object.fromEntries(Object.entries(given.nodes).map(([name, role]) => [name, role.name]));
  const properties = given.properties?.map(({ name }) => name);
  return JSON.stringify({ ...given, nodes, properties }, (_, value: unknown) =>
    typeof value === "function" ? `function ${value.name || "without a name"}` : value,
  );
}
