import type { Property, World } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import type { ChordHost } from "./host.js";
import type { ChordNode } from "./node.js";
import { isBetween, remembered, type Identifier } from "./space.js";

/** The nodes that are up; of hosts, their positions. */
function nodesOf(world: World): ChordNode[] {
  return world.nodes.flatMap(({ state }) => (state === null ? [] : ((state as Partial<ChordHost>).positions ?? [state as ChordNode])));
}

/** The members of the ring that are up, clockwise. */
function membersOf(world: World, identifier: (node: NodeId) => Identifier): readonly ChordNode[] {
  const members = nodesOf(world).filter(({ phase }) => phase === "member");
  return members.sort((a, b) => (identifier(a.id) < identifier(b.id) ? -1 : 1));
}

/**
 * What keeps the ring from its ideal form, in sentences: every successor list, predecessor and finger as the members that
 * are up demand. Maintenance brings it there in the end, when nobody joins or fails any more.
 *
 * @param r the length of the successor list
 * @param after where the fingers begin, as `space.after`
 */
export function ringFaults(world: World, { identifier, r, bits, after }: {
  readonly identifier: (node: NodeId) => Identifier; readonly r: number; readonly bits: number; readonly after: (id: Identifier, k: number) => Identifier;
}): readonly string[] {
  const members = membersOf(world, identifier);
  const faults: string[] = [];
  for (const [i, node] of members.entries()) {
    const clockwise = [...members.slice(i + 1), ...members.slice(0, i)].map(({ id }) => id);
    const list = clockwise.length === 0 ? [node.id] : clockwise.slice(0, r);
    if (node.successors.join() !== list.join()) faults.push(`${node.id} has the successors ${node.successors.join(", ")}, which should be ${list.join(", ")}`);
    const before = clockwise.at(-1) ?? null;
    if (before !== null && node.predecessor !== before) faults.push(`${node.id} has the predecessor ${node.predecessor ?? "none"}, which should be ${before}`);
    for (let k = 0; k < bits; k++) {
      const begin = after(identifier(node.id), k);
      const right = (members.find(({ id }) => identifier(id) >= begin) ?? members[0]!).id;
      if (node.fingers[k] !== right) faults.push(`finger ${k} of ${node.id} is ${node.fingers[k] ?? "none"}, which should be ${right}`);
    }
  }
  return faults;
}

/**
 * Zave's conditions on the pointers, at every time: every member that is up has a successor that is up, these form one ring in
 * the order of the identifiers, and who is not on it reaches it. They hold with the corrected rules as long as no more nodes
 * fail at a time than the successor lists can bear.
 */
export function orderedRing(given: { readonly identifier: (node: NodeId) => Identifier }): Property {
  const identifier = remembered(given.identifier);
  /** The lists that were in order when they were last looked at. Most steps change none. */
  let sound: readonly (readonly NodeId[] | null)[] = [];
  return {
    name: "one ordered ring that everybody reaches",
    check(world) {
      const lists = nodesOf(world).map(({ phase, successors }) => (phase === "member" ? successors : null));
      if (lists.length === sound.length && lists.every((list, i) => list === sound[i])) return null;
      const members = new Map(membersOf(world, identifier).map((node) => [node.id, node]));
      const next = new Map<NodeId, NodeId>();
      for (const { id, successors } of members.values()) {
        const best = successors.find((node) => members.has(node));
        if (best === undefined) return `${id} has no successor that is up: ${successors.join(", ")}`;
        next.set(id, best);
      }
      const rings = new Set<string>();
      let ring: readonly NodeId[] = [];
      for (const start of members.keys()) {
        const way = [start];
        for (let node = next.get(start)!; ; node = next.get(node)!) {
          const again = way.indexOf(node);
          if (again >= 0) {
            ring = way.slice(again);
            break;
          }
          way.push(node);
        }
        rings.add([...ring].sort().join());
      }
      if (rings.size > 1) return `there are ${rings.size} rings: ${[...rings].map((one) => one.replaceAll(",", " ")).join("; ")}`;
      for (const node of ring) {
        const passed = ring.find((other) => other !== node && isBetween(identifier(other), identifier(node), identifier(next.get(node)!)));
        if (passed !== undefined) return `${node} is followed by ${next.get(node)}, although ${passed} lies between them`;
      }
      sound = lists;
      return null;
    },
  };
}
