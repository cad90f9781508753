import { finite, integer, options as checkOptions } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";

/** The setting of the Chord paper's last simulation (Stoica et al. 2001, section 6.5 and figure 12). */
export interface StabilisingOptions {
  /** How many nodes there are at first, in an ideal ring (default 500). From 2 to 100,000. */
  readonly nodes?: number;
  /** How many nodes join in a second, and how many fail, on average (default 0.05). Both are Poisson processes. */
  readonly rate: number;
  /** How many lookups there are in a second, on average, in the whole network (default 1). */
  readonly lookups?: number;
  /** A node stabilises after so many seconds, chosen anew each time from half to one and a half of it (default 30). */
  readonly every?: number;
  /** How long it goes on, in seconds (default 7200). */
  readonly seconds?: number;
  /** The length of the successor list (default 9, log2 of 500). */
  readonly successors?: number;
  readonly seed?: Seed;
}

/** What became of the lookups. */
export interface StabilisingRow {
  readonly rate: number;
  readonly lookups: number;
  /** The share of lookups that failed. */
  readonly failed: number;
  /** Of these lookups, those that met a dead node on the way, and do not try again. */
  readonly deadOnTheWay: number;
  /** And those that ended at a live node that is not the key's successor any more, or not yet. */
  readonly wrongOwner: number;
  /** Mean number of hops of those that succeeded, the last step to the owner not counted. */
  readonly hops: number;
  readonly joins: number;
  readonly failures: number;
}

/** A node as far as pointers go. */
interface Peer {
  readonly id: number;
  isAlive: boolean;
  predecessor: Peer | null;
  /** Nearest first; never empty. */
  successors: Peer[];
  /** Finger k, from 0 to 31. */
  readonly fingers: Peer[];
  /** Successors and fingers, each once, by their distance clockwise; the first is the first successor. */
  contacts: Peer[];
  distances: number[];
  stabilisesAt: number;
}

const BITS = 32;

/**
 * Lookups while nodes join and fail and pointers lag behind (Stoica et al. 2001, figure 12). A message takes no time, and a node
 * that is asked and has failed is noticed at once; but a lookup that meets one has failed, as in the paper's simulator, which
 * tries nothing else. It succeeds if it reaches the node that is the key's successor at that moment. A node that stabilises
 * looks up all its fingers, and those lookups may fail, too.
 *
 * @throws RangeError where a number is out of its range
 */
export function lookupsWhileStabilising(given: StabilisingOptions): StabilisingRow {
  const known = ["nodes", "rate", "lookups", "every", "seconds", "successors", "seed"];
  const { nodes = 500, rate, lookups = 1, every = 30, seconds = 7_200, successors: r = 9, seed = 1 } = checkOptions("lookupsWhileStabilising", given, known);
  integer("nodes", nodes, { min: 2, max: 100_000 });
  finite("rate", rate, { max: 1_000 });
  finite("lookups", lookups, { max: 10_000 });
  finite("every", every, { min: 0.001 });
  finite("seconds", seconds, { max: 1_000_000 });
  integer("successors", r, { min: 1, max: 64 });
  const [identifiers, pauses, joining, failing, asking] = ["identifiers", "pauses", "joins", "failures", "lookups"].map((name) => stream(seed, name)) as [
    ReturnType<typeof stream>, ReturnType<typeof stream>, ReturnType<typeof stream>, ReturnType<typeof stream>, ReturnType<typeof stream>,
  ];
  const pause = (): number => pauses.within([every / 2, (every * 3) / 2]);

  /** All that are alive, by their identifiers: what is true, which no node knows. */
  const ring: Peer[] = [];
  const peer = (id: number): Peer => ({ id, isAlive: true, predecessor: null, successors: [], fingers: [], contacts: [], distances: [], stabilisesAt: pause() });
  const taken = new Set<number>();
  const newId = (): number => {
    for (;;) {
      const id = identifiers.below(2 ** BITS);
      if (!taken.has(id) && taken.add(id)) return id;
    }
  };
  const owner = (key: number): number => {
    let low = 0;
    let high = ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ring[middle]!.id < key) low = middle + 1;
      else high = middle;
    }
    return low % ring.length;
  };

  let hops = 0;
  /** Where a lookup ends, or null if it meets a dead node. */
  function find(from: Peer, key: number): Peer | null {
    let node = from;
    for (hops = 0; hops <= 2 * nodes; hops++) {
      const far = (key - node.id) >>> 0;
      const successor = node.successors[0]!;
      if (successor === node || (far > 0 && far <= (successor.id - node.id) >>> 0)) return successor.isAlive ? successor : null;
      if (far === 0) return node;
      const { contacts, distances } = node;
      let i = contacts.length - 1;
      while (i > 0 && distances[i]! >= far) i--;
      const closest = contacts[i]!;
      if (!closest.isAlive) return null;
      node = closest;
    }
    return null;
  }

  /** Line up whom a node knows, for its lookups. */
  function lineUp(node: Peer): void {
    const far = (other: Peer): number => (other.id - node.id) >>> 0;
    node.contacts = [...new Set([...node.successors, ...node.fingers])].filter((other) => other !== node && far(other) >= far(node.successors[0]!));
    node.contacts.sort((a, b) => far(a) - far(b));
    node.distances = node.contacts.map(far);
  }

  function stabilise(node: Peer): void {
    node.successors = node.successors.filter(({ isAlive }) => isAlive);
    if (node.successors.length === 0) node.successors = [ring[(owner(node.id) + 1) % ring.length]!]; // all of a list gone at once: it joins anew
    let successor = node.successors[0]!;
    const between = successor.predecessor;
    if (between?.isAlive && between !== node && (between.id - node.id) >>> 0 < (successor.id - node.id) >>> 0) successor = between;
    node.successors = [successor, ...successor.successors.filter((other) => other !== node && other !== successor)].slice(0, r);
    lineUp(node);
    const { predecessor } = successor;
    if (!predecessor?.isAlive || (node.id - predecessor.id) >>> 0 < (successor.id - predecessor.id) >>> 0) successor.predecessor = node;
    for (let k = 0; k < BITS; k++) {
      const begin = (node.id + 2 ** k) >>> 0;
      const isNear = 2 ** k <= (successor.id - node.id) >>> 0;
      const found = isNear ? successor : find(node, begin);
      if (found !== null) node.fingers[k] = found;
      else node.fingers[k] ??= successor;
    }
    lineUp(node);
    node.stabilisesAt += pause();
  }

  for (let i = 0; i < nodes; i++) ring.push(peer(newId()));
  ring.sort((a, b) => a.id - b.id);
  for (const [i, node] of ring.entries()) {
    node.predecessor = ring.at(i - 1)!;
    node.successors = Array.from({ length: Math.min(r, nodes - 1) }, (_, k) => ring[(i + 1 + k) % nodes]!);
    for (let k = 0; k < BITS; k++) node.fingers.push(ring[owner((node.id + 2 ** k) >>> 0)]!);
    lineUp(node);
  }

  const gap = (chance: ReturnType<typeof stream>, perSecond: number): number => (perSecond === 0 ? Infinity : -Math.log(1 - chance.double()) / perSecond);
  const seen = { lookups: 0, dead: 0, wrong: 0, hops: 0, joins: 0, failures: 0 };
  let joinsAt = gap(joining, rate);
  let failsAt = gap(failing, rate);
  let asksAt = gap(asking, lookups);
  for (;;) {
    let first = ring[0]!;
    for (const node of ring) if (node.stabilisesAt < first.stabilisesAt) first = node;
    const now = Math.min(first.stabilisesAt, joinsAt, failsAt, asksAt);
    if (now > seconds) break;
    if (now === asksAt) {
      asksAt += gap(asking, lookups);
      const key = asking.below(2 ** BITS);
      const found = find(asking.pick(ring), key);
      seen.lookups++;
      if (found === null) seen.dead++;
      else if (found !== ring[owner(key)]) seen.wrong++;
      else seen.hops += hops;
    } else if (now === joinsAt) {
      joinsAt += gap(joining, rate);
      const node = peer(newId());
      const successor = find(joining.pick(ring), node.id) ?? ring[owner(node.id)]!;
      node.successors = [successor, ...successor.successors].slice(0, r);
      lineUp(node);
      node.stabilisesAt = now;
      ring.splice(ring.findIndex(({ id }) => id > node.id) < 0 ? ring.length : owner(node.id), 0, node);
      seen.joins++;
    } else if (now === failsAt) {
      failsAt += gap(failing, rate);
      if (ring.length <= 2) continue;
      const gone = failing.below(ring.length);
      ring[gone]!.isAlive = false;
      ring.splice(gone, 1);
      seen.failures++;
    } else stabilise(first);
  }
  const good = seen.lookups - seen.dead - seen.wrong;
  return {
    rate, lookups: seen.lookups, failed: seen.lookups === 0 ? 0 : 1 - good / seen.lookups, deadOnTheWay: seen.dead, wrongOwner: seen.wrong,
    hops: good === 0 ? 0 : seen.hops / good, joins: seen.joins, failures: seen.failures,
  };
}
