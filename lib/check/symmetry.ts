import { canonical } from "../core/canonical.js";
import { deepFreeze } from "../core/clone.js";
import type { NodeView } from "../core/property.js";
import type { NodeId } from "../core/role.js";
import type { Cluster, Happening, Local, Outcome } from "./cluster.js";
import type { Gate } from "./gate.js";

/** One way to rename the nodes: `to[n]` is the new number of node n. */
export interface Renaming {
  /** Its place in the list of all renamings. */
  readonly number: number;
  readonly to: readonly number[];
  readonly back: readonly number[];
  readonly names: ReadonlyMap<string, string>;
}

/** What the explorer lends: the tables of decisions and memories, by number. */
export interface Tables {
  decisions(list: number): unknown;
  numberOfDecisions(decisions: unknown): number;
  memory(memory: number): unknown;
  numberOfMemory(memory: unknown): number;
}

/** Where things stand in the vector of a world. */
export interface Layout {
  readonly decisionsAt: number;
  readonly memoryAt: number;
  readonly head: number;
}

/**
 * Symmetry reduction: where nodes are interchangeable, of all worlds that differ only in which of them is which
 * one is enough (Ip and Dill, "Better Verification Through Symmetry", 1996). The one that is kept is the one
 * with the least vector among all its renamings.
 *
 * Names are renamed wherever they stand in states, messages, decisions and memories: as a string, as a word of a
 * string, as a key. That roles do not tell the nodes apart is not believed: each step of a role, when it is first
 * worked out, is compared with the same step of the renamed nodes.
 */
export class Symmetry {
  readonly renamings: readonly Renaming[];
  readonly #cluster: Cluster;
  readonly #tables: Tables;
  readonly #layout: Layout;
  /** Renamings that together make up all others: those that exchange two neighbours of a group. */
  readonly #exchanges: readonly Renaming[];
  /** By renaming: the number of the renamed thing, or undefined where nobody has asked yet. */
  readonly #locals: (number | undefined)[][];
  readonly #happenings: (number | undefined)[][];
  readonly #decisions: (number | undefined)[][];
  readonly #memories: (number | undefined)[][];
  /** By renaming and local state, as an observer sees the renamed one. */
  readonly #views: (NodeView | undefined)[][];
  readonly #gate: Gate;
  readonly #checked = new Set<Outcome>();
  #best: Int32Array = new Int32Array(1 << 12);
  #other: Int32Array = new Int32Array(1 << 12);

  /** @throws RangeError if a group names nodes that are none, or makes for more than 5,040 renamings */
  constructor(
    groups: readonly (readonly string[])[],
    cluster: Cluster,
    tables: Tables,
    layout: Layout,
    gate: Gate,
  ) {
    this.#gate = gate;
    this.#cluster = cluster;
    this.#tables = tables;
    this.#layout = layout;
    const { names } = cluster;
    let maps: number[][] = [names.map((_, node) => node)];
    for (const group of groups) {
      const members = group.map((name) => names.indexOf(name as NodeId));
      const orders = permutations(members);
      maps = maps.flatMap((map) =>
        orders.map((order) => map.map((to) => (members.includes(to) ? order[members.indexOf(to)]! : to))),
      );
    }
    this.renamings = maps.map((to, number) => {
      const back: number[] = [];
      to.forEach((target, node) => (back[target] = node));
      return {
        number,
        to,
        back,
        names: new Map(to.flatMap((target, node) => (target === node ? [] : [[names[node]!, names[target]!]]))),
      };
    });
    this.#exchanges = this.renamings.filter(({ to }) => {
      const moved = to.flatMap((target, node) => (target === node ? [] : [node]));
      return (
        moved.length === 2 &&
        groups.some((group) => Math.abs(group.indexOf(names[moved[0]!]!) - group.indexOf(names[moved[1]!]!)) === 1)
      );
    });
    this.#locals = this.renamings.map(() => []);
    this.#happenings = this.renamings.map(() => []);
    this.#decisions = this.renamings.map(() => []);
    this.#memories = this.renamings.map(() => []);
    this.#views = this.renamings.map(() => []);
  }

  /** Put the least of the world's renamings in its place; returns which renaming led there. */
  reduce(vector: Int32Array, length: number): Renaming {
    const { decisionsAt, memoryAt, head } = this.#layout;
    const size = decisionsAt;
    if (this.#best.length < length) {
      this.#best = new Int32Array(2 * length);
      this.#other = new Int32Array(2 * length);
    }
    let best = vector;
    let chosen = this.renamings[0]!;
    renamings: for (let number = 1; number < this.renamings.length; number++) {
      const renaming = this.renamings[number]!;
      const { back } = renaming;
      let isLess = false;
      // Most renamings are ruled out by the first few nodes.
      for (let node = 0; node < size; node++) {
        const local = this.local(vector[back[node]!]!, renaming);
        if (!isLess) {
          if (local > best[node]!) continue renamings;
          isLess = local < best[node]!;
        }
        this.#other[node] = local;
      }
      const other = this.#other;
      other[decisionsAt] = this.#renamed(this.#decisions[number]!, vector[decisionsAt]!, () =>
        this.#tables.numberOfDecisions(renamed(this.#tables.decisions(vector[decisionsAt]!), renaming.names)),
      );
      other[memoryAt] = this.#renamed(this.#memories[number]!, vector[memoryAt]!, () =>
        this.#tables.numberOfMemory(renamed(this.#tables.memory(vector[memoryAt]!), renaming.names)),
      );
      for (let i = memoryAt + 1; i < head; i++) other[i] = vector[i]!;
      for (let i = head; i < length; i++) other[i] = this.happening(vector[i]!, renaming);
      sort(other, head, length);
      if (!isLess && !isBefore(other, best, decisionsAt, length)) continue;
      this.#other = best === vector ? this.#best : best;
      this.#best = best = other;
      chosen = renaming;
    }
    if (best !== vector) for (let i = 0; i < length; i++) vector[i] = best[i]!;
    return chosen;
  }

  /** @throws RangeError if the world is not the same when two nodes of a group change places, as the first one must be */
  checkFirst(vector: Int32Array, length: number): void {
    const { decisionsAt, memoryAt, head } = this.#layout;
    for (const renaming of this.#exchanges) {
      const same =
        Array.from(
          { length: decisionsAt },
          (_, node) => this.local(vector[node]!, renaming) === vector[renaming.to[node]!],
        ).every(Boolean) &&
        canonical(renamed(this.#tables.memory(vector[memoryAt]!), renaming.names)) ===
          canonical(this.#tables.memory(vector[memoryAt]!)) &&
        Array.from(vector.subarray(head, length), (message) => this.happening(message, renaming))
          .sort((a, b) => a - b)
          .join() === vector.subarray(head, length).join();
      if (!same) throw new RangeError(`${this.#pair(renaming)} are not interchangeable: they differ from the start`);
    }
  }

  /**
   * Compare a step with those of renamed nodes, once.
   *
   * @throws RangeError if the renamed step is another
   */
  checkStep(local: number, happening: number, outcome: Outcome): void {
    if (this.#checked.has(outcome)) return;
    this.#gate.pass();
    this.#checked.add(outcome);
    for (const renaming of this.#exchanges) {
      const other =
        this.#cluster.outcomes[
          this.#cluster.outcome(this.local(local, renaming), this.happening(happening, renaming))
        ]!;
      if (!this.#isSame(outcome, other, renaming)) {
        const { node } = this.#cluster.locals[local]!;
        throw new RangeError(
          `${this.#pair(renaming)} are not interchangeable: ${this.#cluster.names[node]!} handles ${this.#kindOf(happening)} in another way ` +
            "when they change places (is there an order of names, or a list where a set would do?)",
        );
      }
    }
  }

  /**
   * Compare what somebody says of a world with what they say of the renamed one.
   *
   * @throws RangeError if it is not the same
   */
  checkWorld(who: string, says: boolean, sayOf: (renaming: Renaming) => boolean): void {
    for (const renaming of this.#exchanges) {
      if (sayOf(renaming) !== says)
        throw new RangeError(`${this.#pair(renaming)} are not interchangeable: ${who} tells them apart`);
    }
  }

  /** The renamed local state, by number. */
  local(local: number, renaming: Renaming): number {
    return this.#renamed(this.#locals[renaming.number]!, local, () => {
      const { node, self, disk, pending, timers }: Local = this.#cluster.locals[local]!;
      return this.#cluster.local({
        node: renaming.to[node]!,
        self: renamed(self, renaming.names),
        disk: renamed(disk, renaming.names),
        pending: renamed(pending, renaming.names),
        timers: timers.map((timer) => this.happening(timer, renaming)).sort((a, b) => a - b),
      });
    });
  }

  /** How an observer sees the renamed local state, which need not have a number. */
  view(local: number, { number, to, names }: Renaming): NodeView {
    const known = this.#views[number]![local];
    if (known !== undefined) return known;
    const { role, state } = this.#cluster.views[local]!;
    const id = this.#cluster.names[to[this.#cluster.locals[local]!.node]!]!;
    return (this.#views[number]![local] = Object.freeze({ id, role, state: deepFreeze(renamed(state, names)) }));
  }

  /** The renamed input, by number. */
  happening(happening: number, renaming: Renaming): number {
    return this.#renamed(this.#happenings[renaming.number]!, happening, () => {
      const what: Happening = this.#cluster.happenings[happening]!;
      const node = renaming.to[what.node]!;
      switch (what.kind) {
        case "start":
          return this.#cluster.happening({ ...what, node });
        case "message":
          return this.#cluster.happening({
            ...what,
            node,
            from: renaming.to[what.from]!,
            message: renamed(what.message, renaming.names),
          });
        case "timer":
          return this.#cluster.happening({ ...what, node, timer: renamed(what.timer, renaming.names) });
        case "request":
          return this.#cluster.happening({ ...what, node, request: renamed(what.request, renaming.names) });
      }
    });
  }

  #isSame(a: Outcome, b: Outcome, renaming: Renaming): boolean {
    if (a.error !== null || b.error !== null) return a.error !== null && b.error !== null;
    const sends = a.sends.map((message) => this.happening(message, renaming)).sort((x, y) => x - y);
    return (
      this.local(a.next, renaming) === b.next &&
      sends.join() === b.sends.join() &&
      canonical(renamed(a.decisions, renaming.names)) === canonical(b.decisions) &&
      a.cuts.length === b.cuts.length &&
      a.cuts.every((cut, i) =>
        this.#isSame(this.#cluster.outcomes[cut]!, this.#cluster.outcomes[b.cuts[i]!]!, renaming),
      )
    );
  }

  #renamed(table: (number | undefined)[], number: number, make: () => number): number {
    const known = table[number];
    if (known !== undefined) return known;
    this.#gate.pass();
    return (table[number] = make());
  }

  #pair({ names }: Renaming): string {
    return [...names.keys()].join(" and ");
  }

  #kindOf(happening: number): string {
    const what = this.#cluster.happenings[happening]!;
    return what.kind === "message"
      ? `"${what.message.kind}"`
      : what.kind === "timer"
        ? `the timer "${what.timer.kind}"`
        : `a ${what.kind}`;
  }
}

/** The value with names exchanged, wherever they stand but in the field `kind`. The value itself stays as it is. */
export function renamed<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (typeof value === "string") return text(value, names) as T;
  if (typeof value !== "object" || value === null || names.size === 0) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, names)) as T;
  if (value instanceof Set) return new Set(Array.from(value, (item) => renamed(item, names))) as T;
  if (value instanceof Map)
    return new Map(Array.from(value, ([key, item]) => [renamed(key, names), renamed(item, names)])) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    copy[text(name, names)] = name === "kind" ? item : renamed(item, names);
  return copy as T;
}

function text(value: string, names: ReadonlyMap<string, string>): string {
  const whole = names.get(value);
  if (whole !== undefined) return whole;
  // A name as a word of a longer text, as in "1.a2". Names may have letters, digits, dashes and underscores.
  return value.replace(/[\p{L}\p{N}_-]+/gu, (word) => names.get(word) ?? word);
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Insertion sort: the lists are short and nearly in order. */
function sort(vector: Int32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const item = vector[i]!;
    let at = i;
    for (; at > from && vector[at - 1]! > item; at--) vector[at] = vector[at - 1]!;
    vector[at] = item;
  }
}

function isBefore(a: Int32Array, b: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}
