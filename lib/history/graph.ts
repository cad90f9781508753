/** An edge of a graph, as a circle of them tells it. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly label: string | null;
}

/**
 * A directed graph whose edges have a kind, each a bit of its own, so that a set of kinds is a number. Built once, then
 * asked for circles. Nodes are numbers from 0.
 */
export class Graph {
  #nodes: number;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #kind: number[] = [];
  readonly #label: (string | null)[] = [];
  /** Nodes from this one on are marks between others: to step on one takes no length. */
  readonly #marks: number;
  #starts: Int32Array | null = null;
  #edges: Int32Array = new Int32Array(0);

  constructor(nodes: number) {
    this.#nodes = nodes;
    this.#marks = nodes;
  }

  /** How many edges there are. */
  get size(): number {
    return this.#from.length;
  }

  /** More nodes, all of them marks; returns the number of the first. */
  extend(count: number): number {
    const first = this.#nodes;
    this.#nodes += count;
    return first;
  }

  /** An edge; one from a node to itself means nothing, and is left out. */
  add(from: number, to: number, kind: number, label: string | null): void {
    if (from === to) return;
    this.#from.push(from);
    this.#to.push(to);
    this.#kind.push(kind);
    this.#label.push(label);
    this.#starts = null;
  }

  /** Whether it has a circle of any kind. */
  get hasCycle(): boolean {
    this.#index();
    return this.#components(~0).count < this.#nodes;
  }

  /** The nodes in an order that all edges follow; to be asked only of a graph without circles. */
  order(): readonly number[] {
    this.#index();
    const indegree = new Int32Array(this.#nodes);
    for (const to of this.#to) indegree[to]!++;
    const order: number[] = [];
    for (let node = 0; node < this.#nodes; node++) if (indegree[node] === 0) order.push(node);
    for (let i = 0; i < order.length; i++) {
      const node = order[i]!;
      for (let at = this.#starts![node]!; at < this.#starts![node + 1]!; at++) {
        const to = this.#to[this.#edges[at]!]!;
        if (--indegree[to]! === 0) order.push(to);
      }
    }
    return order;
  }

  /**
   * A shortest circle that has an edge of a kind of `once` and otherwise edges of kinds of `allowed`; null if there is
   * none. It lies within a strongly connected component (Tarjan 1972), and in whatever order the nodes stand, one of its
   * edges leads backward. So it is looked for from those edges alone, which are few where the order is nearly one that
   * explains all; and no farther than the shortest circle that is known.
   */
  shortestCycle({ allowed, once }: { readonly allowed: number; readonly once: number }): readonly Edge[] | null {
    this.#index();
    const { component, place, count } = this.#components(allowed | once);
    if (count === this.#nodes) return null;
    const backward = this.#backward(allowed | once, component, place);
    const ways = new Ways(this.#nodes);
    let best: number[] | null = null;
    let bestLength = Infinity;
    for (const edge of backward) {
      if (bestLength <= 2) break;
      for (const isOnce of [true, false]) {
        if ((this.#kind[edge]! & (isOnce ? once : allowed)) === 0) continue;
        const way = this.#wayBack(
          edge,
          { allowed, once, isOnce, component, limit: bestLength - this.#lengthOf(edge) },
          ways,
        );
        if (way === null) continue;
        best = [edge, ...way];
        bestLength = best.reduce((sum, each) => sum + this.#lengthOf(each), 0);
      }
    }
    return (
      best?.map((edge) => ({
        from: this.#from[edge]!,
        to: this.#to[edge]!,
        kind: this.#kind[edge]!,
        label: this.#label[edge]!,
      })) ?? null
    );
  }

  /**
   * Edges within components that lead backward, in the better of two orders: that of the numbers, and one that a
   * search in depth gives.
   */
  #backward(kinds: number, component: Int32Array, place: Int32Array): readonly number[] {
    const byNumber: number[] = [];
    const byDepth: number[] = [];
    for (let edge = 0; edge < this.#from.length; edge++) {
      const from = this.#from[edge]!;
      const to = this.#to[edge]!;
      if ((this.#kind[edge]! & kinds) === 0 || component[from] !== component[to]) continue;
      if (from > to) byNumber.push(edge);
      if (place[from]! < place[to]!) byDepth.push(edge);
    }
    return byNumber.length <= byDepth.length ? byNumber : byDepth;
  }

  #lengthOf(edge: number): number {
    return this.#to[edge]! >= this.#marks ? 0 : 1;
  }

  /**
   * A shortest way from the end of an edge to its beginning, by the numbers of its edges, if it is shorter than the
   * limit. Unless the edge itself is the one of `once`, the way has one: a place is a node and whether it has come by
   * such an edge.
   */
  #wayBack(
    edge: number,
    about: {
      readonly allowed: number;
      readonly once: number;
      readonly isOnce: boolean;
      readonly component: Int32Array;
      readonly limit: number;
    },
    ways: Ways,
  ): readonly number[] | null {
    const { allowed, once, isOnce, component, limit } = about;
    const starts = this.#starts!;
    const goal = 2 * this.#from[edge]! + 1;
    const source = 2 * this.#to[edge]! + (isOnce ? 1 : 0);
    const home = component[this.#to[edge]!]!;
    ways.begin(source);
    // Layer by layer; steps to marks, which take no length, within the layer.
    let layer = [source];
    for (let depth = 0; layer.length > 0 && depth < limit; depth++) {
      const next: number[] = [];
      for (let i = 0; i < layer.length; i++) {
        const here = layer[i]!;
        if (here === goal) return ways.back(here, source, (by) => this.#from[by]!);
        const node = here >>> 1;
        const hasCome = here & 1;
        for (let at = starts[node]!; at < starts[node + 1]!; at++) {
          const by = this.#edges[at]!;
          const kind = this.#kind[by]!;
          const to = this.#to[by]!;
          if (component[to] !== home) continue;
          const far = to >= this.#marks ? layer : next;
          if ((kind & allowed) !== 0 && ways.reach(2 * to + hasCome, by, hasCome)) far.push(2 * to + hasCome);
          if (hasCome === 0 && (kind & once) !== 0 && ways.reach(2 * to + 1, by, 0)) far.push(2 * to + 1);
        }
      }
      layer = next;
    }
    return null;
  }

  /**
   * For each node, the number of its strongly connected component over edges of these kinds, and its place in the order
   * in which the search was done with them: later ones lead to earlier ones, but for circles.
   */
  #components(kinds: number): { readonly component: Int32Array; readonly place: Int32Array; readonly count: number } {
    const starts = this.#starts!;
    const component = new Int32Array(this.#nodes).fill(-1);
    const index = new Int32Array(this.#nodes).fill(-1);
    const low = new Int32Array(this.#nodes);
    const stack: number[] = [];
    const path: number[] = [];
    const at = new Int32Array(this.#nodes);
    const place = new Int32Array(this.#nodes);
    let places = 0;
    let counter = 0;
    let components = 0;
    for (let root = 0; root < this.#nodes; root++) {
      if (index[root] !== -1) continue;
      path.push(root);
      while (path.length > 0) {
        const node = path.at(-1)!;
        if (index[node] === -1) {
          index[node] = low[node] = counter++;
          at[node] = starts[node]!;
          stack.push(node);
        }
        let isDeeper = false;
        while (at[node]! < starts[node + 1]!) {
          const edge = this.#edges[at[node]!]!;
          const to = this.#to[edge]!;
          if ((this.#kind[edge]! & kinds) !== 0) {
            if (index[to] === -1) {
              path.push(to);
              isDeeper = true;
              break;
            }
            if (component[to] === -1) low[node] = Math.min(low[node]!, low[to]!);
          }
          at[node]!++;
        }
        if (isDeeper) continue;
        path.pop();
        place[node] = places++;
        if (low[node] === index[node]) {
          for (let member = stack.pop()!; ; member = stack.pop()!) {
            component[member] = components;
            if (member === node) break;
          }
          components++;
        }
      }
    }
    return { component, place, count: components };
  }

  /** The edges of each node one behind the other. */
  #index(): void {
    if (this.#starts) return;
    const starts = new Int32Array(this.#nodes + 1);
    for (const from of this.#from) starts[from + 1]!++;
    for (let node = 0; node < this.#nodes; node++) starts[node + 1]! += starts[node]!;
    const next = starts.slice();
    const edges = new Int32Array(this.#from.length);
    this.#from.forEach((from, edge) => (edges[next[from]!++] = edge));
    this.#edges = edges;
    this.#starts = starts;
  }
}

/**
 * The places that a search has reached, and by which edges; one for many searches, because to empty it takes no time.
 */
class Ways {
  readonly #by: Int32Array;
  readonly #came: Uint8Array;
  readonly #seen: Int32Array;
  #search = 0;

  constructor(nodes: number) {
    this.#by = new Int32Array(2 * nodes);
    this.#came = new Uint8Array(2 * nodes);
    this.#seen = new Int32Array(2 * nodes);
  }

  begin(source: number): void {
    this.#search++;
    this.#seen[source] = this.#search;
  }

  /** Whether this is the first time; `came` is the second half of the place before. */
  reach(place: number, by: number, came: number): boolean {
    if (this.#seen[place] === this.#search) return false;
    this.#seen[place] = this.#search;
    this.#by[place] = by;
    this.#came[place] = came;
    return true;
  }

  /** The edges from the source to this place. */
  back(place: number, source: number, fromOf: (edge: number) => number): readonly number[] {
    const edges: number[] = [];
    for (let at = place; at !== source;) {
      const by = this.#by[at]!;
      edges.push(by);
      at = 2 * fromOf(by) + this.#came[at]!;
    }
    return edges.reverse();
  }
}
