import { sha1Hex } from "../hash/digests.js";

/** A node of the listing, with the two links that it has. */
export interface ListedChordNode {
  readonly id: unknown;
  successor: ListedChordNode | null;
  predecessor: ListedChordNode | null;
}

/** How far the listing is mended: as printed; with texts as ids; and with the hash read as a number too. */
export type ChordListingRepair = "as printed" | "texts as ids" | "hexadecimal";

/**
 * Listing 4.5 of the article, "Chord", line by line, with Python's behaviour where it matters.
 *
 * As printed it stops with the first error. With both errors mended `find` never returns: it goes on until a node's name is
 * the key, which no node's is. The links lead backwards, there are no fingers and no intervals, and the node to begin with is
 * hash modulo the number of nodes, which presumes that everybody knows them all.
 */
export class ListedChord {
  readonly nodes: readonly ListedChordNode[];
  readonly #repair: ChordListingRepair;

  constructor(ids: readonly unknown[], repair: ChordListingRepair = "as printed") {
    this.#repair = repair;
    const hashed = ids.map((id) => ({ node: { id, successor: null, predecessor: null } as ListedChordNode, hash: sha1Hex(this.#encode(id)) }));
    this.nodes = hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ node }) => node);
    for (const [i, node] of this.nodes.entries()) {
      const joined = this.nodes.at(i - 1)!;
      node.successor = joined; // i - 1: the one before it
      joined.predecessor = node;
    }
  }

  /**
   * Find a key, giving up after so many steps, which the listing does not do.
   *
   * @throws TypeError where the listing stops with one, RangeError where it would go on for ever
   */
  find(key: string, steps: number = 1_000): ListedChordNode {
    if (this.#repair !== "hexadecimal") throw new TypeError("TypeError: not all arguments converted during string formatting");
    let node = this.nodes[Number(BigInt(`0x${sha1Hex(key)}`) % BigInt(this.nodes.length))]!;
    for (let step = 0; node.id !== key; step++) {
      if (step === steps) throw new RangeError(`after ${steps} steps no node is called ${key}: it would go on for ever`);
      if (node.successor === null) break;
      node = node.successor;
    }
    return node;
  }

  #encode(id: unknown): string {
    if (typeof id === "string") return id;
    if (this.#repair !== "as printed") return String(id);
    throw new TypeError(`AttributeError: '${typeof id === "number" ? "int" : typeof id}' object has no attribute 'encode'`);
  }
}
