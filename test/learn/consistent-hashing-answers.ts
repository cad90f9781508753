import type { BoundedRule, LabelRule, PreferenceRule, RingRule, TagRule, WinnerRule } from "../../lib/learn.js";

/** An answer that a check must reject, and what it must say. */
export interface Wrong<A> {
  readonly name: string;
  readonly answer: A;
  /** The trial that finds it. */
  readonly trial: RegExp;
  readonly problem: RegExp;
}

interface Answers<A> {
  /** Right answers, written in different ways. */
  readonly sound: readonly A[];
  readonly wrong: readonly Wrong<A>[];
}

const soundRing: RingRule = (points, position) => (points.find(({ at }) => at >= position) ?? points[0]!).node;

export const ringRule: Answers<RingRule> = {
  sound: [
    soundRing,
    (points, position) => {
      let low = 0;
      let high = points.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (points[middle]!.at < position) low = middle + 1;
        else high = middle;
      }
      return points[low % points.length]!.node;
    },
  ],
  wrong: [
    {
      name: "the nearest point, as the article has it", trial: /^positions between two points$/, problem: /is given to "[a-d]", and belongs to [a-d]$/,
      answer(points, position) {
        const far = (at: number): number => Math.min(Math.abs(at - position), 360 - Math.abs(at - position));
        return points.reduce((a, b) => (far(b.at) < far(a.at) ? b : a)).node;
      },
    },
    {
      name: "a key on a point goes to the next one", trial: /^positions (between|on)/, problem: /and belongs to/,
      answer: (points, position) => (points.find(({ at }) => at > position) ?? points[0]!).node,
    },
    {
      name: "the ring is not closed", trial: /^positions behind the last point$/, problem: /is given to "[a-d]"/,
      answer: (points, position) => (points.find(({ at }) => at >= position) ?? points.at(-1)!).node,
    },
    {
      name: "stops behind the last point", trial: /^positions behind the last point$/, problem: /your code stopped with TypeError/,
      answer: (points, position) => points.find(({ at }) => at >= position)!.node,
    },
    {
      name: "counterclockwise", trial: /^positions between/, problem: /and belongs to/,
      answer: (points, position) => ([...points].reverse().find(({ at }) => at <= position) ?? points.at(-1)!).node,
    },
    { name: "modulo the number of points", trial: /^positions between/, problem: /and belongs to/, answer: (points, position) => points[position % points.length]!.node },
  ],
};

export const labelRule: Answers<LabelRule> = {
  sound: [(node, i) => `${node}#${i}`, (node, i) => `${node}-${i}`, (node, i) => `${i}:${node}`, (node, i) => JSON.stringify([node, i]), (node, i) => `${node}${String(i).padStart(6, "0")}`],
  wrong: [
    { name: "no separator", answer: (node, i) => `${node}${i}`, trial: /^names/, problem: /^point 10 of "a" and point 0 of "a1" have one label, "a10"/ },
    { name: "the number first, without separator", answer: (node, i) => `${i}${node}`, trial: /^names/, problem: /have one label/ },
    { name: "the name alone", answer: (node) => node, trial: /^names/, problem: /^point 0 of "a" and point 1 of "a" have one label/ },
    { name: "the length of the name", answer: (node, i) => `${node.length}#${i}`, trial: /^names/, problem: /have one label/ },
    { name: "no text", answer: ((_: string, i: number) => i) as unknown as LabelRule, trial: /^names/, problem: /^for point 0 of "a" it returns 0$/ },
  ],
};

const soundPreference: PreferenceRule = (walk, n) => {
  const [first, later]: [string[], string[]] = [[], []];
  const zones = new Set<string>();
  for (const { node, zone } of walk) {
    if (first.includes(node) || later.includes(node)) continue;
    (zones.has(zone) ? later : first).push(node);
    zones.add(zone);
  }
  return [...first, ...later].slice(0, n);
};

export const preferenceRule: Answers<PreferenceRule> = {
  sound: [soundPreference],
  wrong: [
    { name: "the next n places", trial: /^every node/, problem: /are put on/, answer: (walk, n) => walk.slice(0, n).map(({ node }) => node) },
    { name: "different nodes, whatever their zones", trial: /^as many zones/, problem: /are put on/, answer: (walk, n) => [...new Set(walk.map(({ node }) => node))].slice(0, n) },
    {
      name: "one node a zone, and no more", trial: /^fewer zones/, problem: /are put on/,
      answer: (walk, n) => walk.filter(({ zone }, i) => walk.findIndex((other) => other.zone === zone) === i).map(({ node }) => node).slice(0, n),
    },
    {
      name: "passed over, and forgotten where they were", trial: /^fewer zones/, problem: /are put on/,
      answer: (walk, n) => {
        const one = soundPreference(walk, n);
        const zones = new Set(walk.map(({ zone }) => zone)).size;
        return [...one.slice(0, zones), ...one.slice(zones).sort().reverse()];
      },
    },
    { name: "too many", trial: /^every node/, problem: /are put on/, answer: (walk) => soundPreference(walk, 99) },
  ],
};

export const boundedRule: Answers<BoundedRule> = {
  sound: [
    (nodes, loads, epsilon) => {
      const keys = nodes.reduce((sum, node) => sum + loads.get(node)!, 0) + 1;
      const capacity = Math.ceil(((1 + epsilon) * keys) / nodes.length);
      return nodes.find((node) => loads.get(node)! < capacity)!;
    },
    // The exact fraction in place of the ceiling says the same.
    (nodes, loads, epsilon) => nodes.find((node) => loads.get(node)! < ((1 + epsilon) * ([...loads.values()].reduce((a, b) => a + b, 0) + 1)) / nodes.length)!,
  ],
  wrong: [
    { name: "the first node", trial: /^clusters/, problem: /is the first with room$/, answer: (nodes) => nodes[0]! },
    { name: "the emptiest node", trial: /^clusters/, problem: /is the first with room$/, answer: (nodes, loads) => [...nodes].sort((a, b) => loads.get(a)! - loads.get(b)!)[0]! },
    {
      name: "the new key is not counted", trial: /^an empty cluster$/, problem: /goes to nothing/,
      answer: (nodes, loads, epsilon) => nodes.find((node) => loads.get(node)! < Math.ceil(((1 + epsilon) * [...loads.values()].reduce((a, b) => a + b, 0)) / nodes.length))!,
    },
    {
      name: "one too many", trial: /^clusters/, problem: /is the first with room$/,
      answer: (nodes, loads, epsilon) => nodes.find((node) => loads.get(node)! <= Math.ceil(((1 + epsilon) * ([...loads.values()].reduce((a, b) => a + b, 0) + 1)) / nodes.length))!,
    },
    {
      name: "rounded down", trial: /^an empty cluster$/, problem: /is the first with room$/,
      answer: (nodes, loads, epsilon) => nodes.find((node) => loads.get(node)! < Math.floor(((1 + epsilon) * ([...loads.values()].reduce((a, b) => a + b, 0) + 1)) / nodes.length))!,
    },
  ],
};

const best = (score: (weight: number, draw: number) => number): WinnerRule => (contenders) => contenders.reduce((a, b) => (score(b.weight, b.draw) > score(a.weight, a.draw) ? b : a)).node;

export const winnerRule: Answers<WinnerRule> = {
  sound: [best((weight, draw) => -weight / Math.log(draw)), best((weight, draw) => draw ** (1 / weight)), best((weight, draw) => Math.log(draw) / weight)],
  wrong: [
    { name: "weight times draw", answer: best((weight, draw) => weight * draw), trial: /^shares with weights 1, 2$/, problem: /^the node of weight 1 of 3 wins 2[45]\.\d % of 6,000 keys, where 33\.3 % is its share$/ },
    { name: "the draw alone", answer: best((_, draw) => draw), trial: /^shares with weights 1, 2$/, problem: /wins [45]\d/ },
    { name: "the lowest draw", answer: best((_, draw) => -draw), trial: /^equal weights$/, problem: /it lets "w\d" win/ },
    { name: "the heaviest", answer: best((weight) => weight), trial: /^equal weights$/, problem: /win$/ },
    {
      name: "an interval for each weight, all beside each other", trial: /^equal weights$|^one weight grows$/, problem: /win$|moves from w\d to w\d/,
      answer(contenders) {
        // Shares are right, but every weight moves every limit.
        if (contenders.every(({ weight }) => weight === 1)) return best((_, draw) => draw)(contenders);
        let place = contenders[0]!.draw * contenders.reduce((sum, { weight }) => sum + weight, 0);
        for (const { node, weight } of contenders) if ((place -= weight) < 0) return node;
        return contenders.at(-1)!.node;
      },
    },
  ],
};

const soundTag: TagRule = (key) => {
  const open = key.indexOf("{");
  const close = key.indexOf("}", open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
};

export const tagRule: Answers<TagRule> = {
  sound: [soundTag, (key) => /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key],
  wrong: [
    { name: "the whole key", answer: (key) => key, trial: /^keys with a tag$/, problem: /^of "\{user1000\}\.following" it hashes/ },
    { name: "the last brace", answer: (key) => (key.includes("{") && key.lastIndexOf("}") > key.indexOf("{") + 1 ? key.slice(key.indexOf("{") + 1, key.lastIndexOf("}")) : key), trial: /^keys (whose|with several)/, problem: /Redis says/ },
    { name: "an empty tag counts", answer: (key) => /\{([^}]*)\}/.exec(key)?.[1] ?? key, trial: /^keys whose/, problem: /^of "foo\{\}\{bar\}" it hashes "", which is slot 0/ },
    { name: "the innermost tag", answer: (key) => /\{([^{}]+)\}/.exec(key)?.[1] ?? key, trial: /^keys (whose|with several)/, problem: /Redis says/ },
    { name: "the first } of all", answer: (key) => (key.includes("{") && key.indexOf("}") > key.indexOf("{") + 1 ? key.slice(key.indexOf("{") + 1, key.indexOf("}")) : key), trial: /^keys with several/, problem: /^of "\}a\{b\}c\}"/ },
    { name: "no text", answer: (() => null) as unknown as TagRule, trial: /^keys without/, problem: /it returns null$/ },
  ],
};
