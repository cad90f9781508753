import { show } from "../../core/parameters.js";
import { sha1Hex } from "../hash/digests.js";

/** A node of the listing: an id, which the article's example makes a number. */
export interface ListedNode {
  readonly id: unknown;
}

/** How far the listing is mended: as printed; with texts as ids; and with the hash read as a hexadecimal number too. */
export type ListingRepair = "as printed" | "texts as ids" | "hexadecimal";

/**
 * Listing 4.4 of the article, "Consistent Hashing", line by line, with Python's behaviour where it matters: `encode` is a
 * method of texts only, and `int(x)` reads decimal digits.
 *
 * As printed it stops with the first error. With both errors mended it is hash modulo the number of nodes: the order of the
 * nodes by their hashes plays no part, and a join moves nearly all keys.
 */
export class ListedHashRing {
  readonly nodes: ListedNode[];
  readonly #repair: ListingRepair;

  constructor(nodes: readonly ListedNode[], repair: ListingRepair = "as printed") {
    this.#repair = repair;
    this.nodes = [...nodes];
    this.#sort();
  }

  join(node: ListedNode): void {
    this.nodes.push(node);
    this.#sort();
  }

  /** @throws TypeError where an id is a number, RangeError where a hexadecimal digit is no decimal one: as Python does */
  getNode(key: string): ListedNode {
    const index = sha1Hex(key);
    return this.nodes[Number(this.#int(index) % BigInt(this.nodes.length))]!;
  }

  #sort(): void {
    const hashed = this.nodes.map((node) => ({ node, hash: sha1Hex(this.#encode(node.id)) }));
    hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.nodes.splice(0, Infinity, ...hashed.map(({ node }) => node));
  }

  #encode(id: unknown): string {
    if (typeof id === "string") return id;
    if (this.#repair !== "as printed") return String(id);
    throw new TypeError(`AttributeError: '${typeof id === "number" ? "int" : typeof id}' object has no attribute 'encode'`);
  }

  #int(digits: string): bigint {
    if (this.#repair === "hexadecimal") return BigInt(`0x${digits}`);
    if (/^\d+$/.test(digits)) return BigInt(digits);
    throw new RangeError(`ValueError: invalid literal for int() with base 10: ${show(digits).replace(/"/g, "'")}`);
  }
}
