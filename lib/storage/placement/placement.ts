import { finite, integer, oneOf, options as checkOptions, show } from "../../core/parameters.js";

/** A node of a placement, with what it may have beside its name. */
export interface NodeOptions {
  /** How much of the keys it should hold, beside the others' weights (default 1). */
  readonly weight?: number;
  /** What it shares its fate with: a rack, a data centre (default: itself alone). */
  readonly zone?: string;
}

/** Nodes to begin with: their names, or names with weights and zones. */
export type NodeList = readonly (string | (NodeOptions & { readonly node: string }))[];

/** What a node owns. */
export interface Ownership {
  readonly node: string;
  readonly weight: number;
  /** The share of all keys that it holds, under a hash that spreads keys evenly. */
  readonly share: number;
  /** The share that its weight asks for. */
  readonly ideal: number;
}

/** How the replicas of a key are chosen: on different nodes, or first on different zones. */
export interface ReplicaOptions {
  readonly apart?: "nodes" | "zones";
}

/**
 * Which node holds a key. Everybody who knows the nodes computes the same answer, without asking anybody.
 *
 * What every scheme promises: the same nodes and weights, added in the same order, give the same answer for a key, on
 * every machine. What a scheme cannot do it refuses, with the reason.
 */
export interface Placement {
  /** The scheme's name, as "ring". */
  readonly scheme: string;
  /** The nodes, in the order in which they came. */
  readonly nodes: readonly string[];
  /** The bytes of the tables that a lookup reads, without the names. */
  readonly bytes: number;
  /**
   * Let a node join.
   *
   * @throws RangeError if it is there already, or the weight is not greater than 0
   */
  add(node: string, options?: NodeOptions): void;
  /**
   * Let a node leave.
   *
   * @throws RangeError if there is no such node
   */
  remove(node: string): void;
  /**
   * Change a node's weight.
   *
   * @throws RangeError if there is no such node, the weight is not greater than 0, or the scheme knows no weights
   */
  reweight(node: string, weight: number): void;
  /**
   * The node that holds the key.
   *
   * @throws RangeError where there is no node, TypeError where the key is no text
   */
  lookup(key: string): string;
  /**
   * The first `n` nodes of the key's order of preference, the one that holds it first. With `apart: "zones"` a node whose
   * zone is there already comes after all that bring a new one.
   *
   * @throws RangeError if there are fewer than `n` nodes, or the scheme has no order of preference
   */
  replicas(key: string, n: number, options?: ReplicaOptions): readonly string[];
  /** What each node owns. */
  ownership(): readonly Ownership[];
}

/** A node as a scheme keeps it. */
export interface Member {
  readonly name: string;
  /** A small number that is its own as long as it is there; tables hold it instead of the name. */
  readonly id: number;
  readonly weight: number;
  readonly zone: string;
}

/**
 * What all schemes share: who is there, and the checks. A scheme adds where its tables change (`joined`, `left`) and how
 * a key finds its node (`ownerOf`).
 */
export abstract class Scheme implements Placement {
  abstract readonly scheme: string;
  readonly #members = new Map<string, Member>();
  readonly #names: string[] = [];
  readonly #free: number[] = [];

  abstract get bytes(): number;

  get nodes(): readonly string[] {
    return [...this.#members.keys()];
  }

  add(node: string, options: NodeOptions = {}): void {
    this.addAll([{ ...checkOptions("options", options, ["weight", "zone"]), node }]);
  }

  /** Let several nodes join at once, which builds the tables once. */
  addAll(nodes: NodeList): void {
    if (!Array.isArray(nodes)) throw new TypeError(`nodes must be a list of names, got ${show(nodes)}`);
    const fresh = new Map<string, { readonly weight: number; readonly zone: string | undefined }>();
    for (const one of nodes as NodeList) {
      const { node, weight = 1, zone } = typeof one === "string" ? { node: one } : checkOptions("nodes", one, ["node", "weight", "zone"]);
      if (typeof node !== "string" || node === "") throw new TypeError(`a node must have a name, got ${show(node)}`);
      if (this.#members.has(node) || fresh.has(node)) throw new RangeError(`${this.scheme}: the node ${show(node)} is there already`);
      if (zone !== undefined && typeof zone !== "string") throw new TypeError(`zone must be a text, got ${show(zone)}`);
      fresh.set(node, { weight: this.#weight(weight), zone });
    }
    this.mayJoin(this.#members.size + fresh.size);
    const members = Array.from(fresh, ([name, { weight, zone }]): Member => {
      const id = this.#free.pop() ?? this.#names.length;
      this.#names[id] = name;
      return { name, id, weight, zone: zone ?? `the node ${name} alone` };
    });
    for (const member of members) this.#members.set(member.name, member);
    if (members.length > 0) this.joined(members);
  }

  remove(node: string): void {
    const member = this.member(node);
    this.mayLeave(member);
    this.#members.delete(node);
    this.left(member);
    this.#free.push(member.id);
  }

  reweight(node: string, weight: number): void {
    const before = this.member(node);
    const after: Member = { ...before, weight: this.#weight(weight) };
    if (after.weight === before.weight) return;
    this.#members.set(node, after);
    this.reweighted(after, before);
  }

  lookup(key: string): string {
    return this.#names[this.ownerOf(this.check(key))]!;
  }

  replicas(key: string, n: number, options: ReplicaOptions = {}): readonly string[] {
    const { apart = "nodes" } = checkOptions("options", options, ["apart"]);
    oneOf("apart", apart, ["nodes", "zones"]);
    integer("n", n, { min: 1 });
    this.check(key);
    if (n > this.#members.size) {
      throw new RangeError(`${this.scheme}: n must be at most the number of nodes, ${this.#members.size}, got ${n}`);
    }
    const chosen: string[] = [];
    const later: string[] = [];
    const zones = new Set<string>();
    for (const id of this.preference(key)) {
      const { name, zone } = this.#members.get(this.#names[id]!)!;
      if (apart === "zones" && zones.has(zone)) later.push(name);
      else chosen.push(name);
      zones.add(zone);
      if (chosen.length === n) return chosen;
    }
    return [...chosen, ...later].slice(0, n);
  }

  ownership(): readonly Ownership[] {
    const members = [...this.#members.values()];
    const total = members.reduce((sum, { weight }) => sum + weight, 0);
    const shares = this.shares();
    return members.map(({ name, id, weight }) => ({ node: name, weight, share: shares.get(id) ?? 0, ideal: weight / total }));
  }

  /** The members, in the order in which they came. */
  protected get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** How many members there are. */
  protected get size(): number {
    return this.#members.size;
  }

  protected nameOf(id: number): string {
    return this.#names[id]!;
  }

  protected member(node: string): Member {
    const member = this.#members.get(node);
    if (member) return member;
    throw new RangeError(`${this.scheme}: there is no node ${show(node)}; it has ${listed([...this.#members.keys()])}`);
  }

  /** The key, if it is one and there is a node that can hold it. */
  protected check(key: string): string {
    if (typeof key !== "string") throw new TypeError(`key must be a text, got ${show(key)}; write String(key) if it is meant so`);
    if (this.#members.size === 0) throw new RangeError(`${this.scheme}: there is no node; add one before you look up a key`);
    return key;
  }

  /** Why every node has to weigh the same, or null where weights are known. */
  protected get noWeights(): string | null {
    return null;
  }

  /** Throws where there cannot be so many members. */
  protected mayJoin(_total: number): void {}

  /** Throws where a member cannot leave. */
  protected mayLeave(_member: Member): void {}

  /** Takes new members into the tables. */
  protected abstract joined(members: readonly Member[]): void;

  /** Takes a member, which is no longer among `members`, out of the tables. */
  protected abstract left(member: Member): void;

  /** Brings the tables to a member's new weight. */
  protected abstract reweighted(after: Member, before: Member): void;

  /** The id of the member that holds the key. There is at least one member. */
  protected abstract ownerOf(key: string): number;

  /** The ids of all members in the key's order of preference, each once. */
  protected abstract preference(key: string): Iterable<number>;

  /** The share of all keys by id, under an even hash. */
  protected abstract shares(): ReadonlyMap<number, number>;

  #weight(weight: unknown): number {
    finite("weight", weight);
    if (weight === 0) throw new RangeError("weight must be greater than 0, got 0; a node that should hold nothing is removed");
    if (weight !== 1 && this.noWeights !== null) throw new RangeError(`${this.scheme}: weight must be 1, got ${show(weight)}: ${this.noWeights}`);
    return weight as number;
  }
}

/** Equal shares by weight, which is what a scheme gives that has no tables of its own. */
export function idealShares(members: readonly Member[]): ReadonlyMap<number, number> {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(members.map(({ id, weight }) => [id, weight / total]));
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return names.length <= 10 ? names.join(", ") : `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
}
