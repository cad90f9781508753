import type { CartRule, ClockOrderRule, Counters, DifferRule, Placing, QuorumSizesRule, ReconcileRule, SeenVersion, StandInRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const numbers = /numbers of replicas/;

export const quorumSizes: Answers<QuorumSizesRule> = {
  sound: (n, reads, writes) => (reads + writes < n ? { r: n - reads, w: n - writes } : null),
  wrong: [
    { name: "majorities, whatever is asked", trial: numbers, problem: /gets|would do|miss/, run: false, answer: (n) => ({ r: Math.floor(n / 2) + 1, w: Math.floor(n / 2) + 1 }) },
    { name: "quorums that need not meet", trial: numbers, problem: /miss|must be whole/, run: false, answer: (n, reads, writes) => ({ r: n - reads, w: n - writes }) },
    { name: "R + W = N is enough", trial: numbers, problem: /miss|must be whole/, run: false, answer: (n, reads, writes) => (reads + writes <= n ? { r: n - reads, w: n - writes } : null) },
    { name: "never", trial: numbers, problem: /would do/, run: false, answer: () => null },
    { name: "reads and writes mixed up", trial: numbers, problem: /gets no|no read gets|no write gets/, run: false, answer: (n, reads, writes) => (reads + writes < n ? { r: n - writes, w: n - reads } : null) },
  ],
};

const nodes = /orders of nodes/;

export const standIns: Answers<StandInRule> = {
  sound(order, n, down) {
    const spare = order.slice(n).filter((node) => !down.has(node));
    return order.slice(0, n).flatMap((node): readonly Placing[] => {
      if (!down.has(node)) return [{ node, hint: null }];
      const standIn = spare.shift();
      return standIn === undefined ? [] : [{ node: standIn, hint: node }];
    });
  },
  wrong: [
    { name: "strict: only its own", trial: nodes, problem: /must be/, run: false, answer: (order, n, down) => order.slice(0, n).filter((node) => !down.has(node)).map((node) => ({ node, hint: null })) },
    { name: "no hints", trial: nodes, problem: /must be .* for /, run: false, answer: (order, n, down) => order.filter((node) => !down.has(node)).slice(0, n).map((node) => ({ node, hint: null })) },
    {
      name: "one stands in for all", trial: nodes, problem: /must be/, run: false,
      answer: (order, n, down) => order.slice(0, n).map((node) => (down.has(node) ? { node: order.slice(n).find((one) => !down.has(one)) ?? node, hint: node } : { node, hint: null })),
    },
    {
      name: "stand-ins that are down", trial: nodes, problem: /must be/, run: false,
      answer(order, n, down) {
        const spare = order.slice(n);
        return order.slice(0, n).flatMap((node): readonly Placing[] => {
          if (!down.has(node)) return [{ node, hint: null }];
          const standIn = spare.shift();
          return standIn === undefined ? [] : [{ node: standIn, hint: node }];
        });
      },
    },
  ],
};

const clocks = /pairs of clocks/;
const knowsMore = (one: Counters, other: Counters): boolean => Object.entries(one).some(([node, count]) => count > (other[node] ?? 0));
const sum = (counters: Counters): number => Object.values(counters).reduce((all, count) => all + count, 0);

export const clockOrder: Answers<ClockOrderRule> = {
  sound(one, other) {
    const [left, right] = [knowsMore(one, other), knowsMore(other, one)];
    return left ? (right ? "concurrent" : "after") : right ? "before" : "same";
  },
  wrong: [
    { name: "by sums", trial: clocks, problem: /must be "concurrent"/, run: false, answer: (one, other) => (sum(one) < sum(other) ? "before" : sum(one) > sum(other) ? "after" : "same") },
    {
      name: "only the nodes of the first", trial: clocks, problem: /must be/, run: false,
      answer(one, other) {
        const left = knowsMore(one, other);
        const right = Object.keys(one).some((node) => (other[node] ?? 0) > one[node]!);
        return left ? (right ? "concurrent" : "after") : right ? "before" : "same";
      },
    },
    { name: "no equal clocks", trial: clocks, problem: /must be "same"/, run: false, answer: (one, other) => (knowsMore(one, other) ? (knowsMore(other, one) ? "concurrent" : "after") : "before") },
    { name: "all different ones are concurrent", trial: clocks, problem: /must be "(before|after)"/, run: false, answer: (one, other) => (knowsMore(one, other) || knowsMore(other, one) ? "concurrent" : "same") },
  ],
};

const sent = /what three replicas sent/;
const has = ({ past }: SeenVersion, { actor, counter }: SeenVersion): boolean => (past[actor] ?? 0) >= counter;
const values = (versions: readonly SeenVersion[]): readonly string[] => [...new Set(versions.map(({ value }) => value))];

export const reconcile: Answers<ReconcileRule> = {
  sound: (versions) => values(versions.filter((version) => !versions.some((by) => has(by, version)))),
  wrong: [
    { name: "keeps all", trial: sent, problem: /must be/, run: false, answer: values },
    { name: "says what it was sent twice", trial: sent, problem: /twice/, run: false, answer: (versions) => versions.filter((version) => !versions.some((by) => has(by, version))).map(({ value }) => value) },
    {
      name: "a node's later write replaces its earlier one", trial: sent, problem: /must be/, run: false,
      answer: (versions) => values(versions.filter((version) => !versions.some((by) => has(by, version) || (by.actor === version.actor && by.counter > version.counter)))),
    },
    { name: "the highest number wins", trial: sent, problem: /must be/, run: false, answer: (versions) => values(versions.filter(({ counter }) => versions.every((other) => other.counter <= counter))) },
    { name: "off by one: has seen what is one ahead", trial: sent, problem: /must be/, run: false, answer: (versions) => values(versions.filter((version) => !versions.some((by) => (by.past[version.actor] ?? 0) >= version.counter - 1))) },
  ],
};

const together = /two clients add to one cart/;

export const joinCarts: Answers<CartRule> = {
  sound: (siblings) => [...new Set(siblings.flat())].sort(),
  wrong: [
    { name: "the longest", trial: together, problem: /no replica has it/, run: true, answer: (siblings) => siblings.reduce((one, other) => (other.length > one.length ? other : one), []) },
    { name: "the first", trial: together, problem: /no replica has it/, run: true, answer: ([first]) => first ?? [] },
    { name: "what all of them hold", trial: together, problem: /no replica has it/, run: true, answer: ([first = [], ...rest]) => first.filter((item) => rest.every((cart) => cart.includes(item))) },
    { name: "items twice", trial: /carts side by side/, problem: /twice/, run: false, answer: (siblings) => siblings.flat() },
    { name: "in the order in which they came", trial: /carts side by side/, problem: /another order/, run: false, answer: (siblings) => [...new Set(siblings.flat())] },
    { name: "no list", trial: together, problem: /must be a list of items/, run: false, answer: () => null as never },
  ],
};

const trees = /pairs of trees/;

export const differing: Answers<DifferRule> = {
  sound(mine, theirs, depth) {
    const walk = (path: string): readonly string[] => (mine(path) === theirs(path) ? [] : path.length === depth ? [path] : [0, 1, 2, 3].flatMap((i) => walk(`${path}${i}`)));
    return walk("");
  },
  wrong: [
    {
      name: "asks for all leaves", trial: trees, problem: /are enough/, run: false,
      answer(mine, theirs, depth) {
        const walk = (path: string): readonly string[] => (path.length < depth ? [0, 1, 2, 3].flatMap((i) => walk(`${path}${i}`)) : mine(path) === theirs(path) ? [] : [path]);
        return walk("");
      },
    },
    {
      name: "stops at the first difference", trial: trees, problem: /the answer was/, run: false,
      answer(mine, theirs, depth) {
        let path = "";
        if (mine(path) === theirs(path)) return [];
        while (path.length < depth) path = [0, 1, 2, 3].map((i) => `${path}${i}`).find((child) => mine(child) !== theirs(child))!;
        return [path];
      },
    },
    { name: "looks one level deep", trial: trees, problem: /the answer was|are enough/, run: false, answer: (mine, theirs) => ["0", "1", "2", "3"].filter((path) => mine(path) !== theirs(path)) },
    {
      name: "names inner branches, too", trial: trees, problem: /the answer was/, run: false,
      answer(mine, theirs, depth) {
        const walk = (path: string): readonly string[] => (mine(path) === theirs(path) ? [] : [path, ...(path.length < depth ? [0, 1, 2, 3].flatMap((i) => walk(`${path}${i}`)) : [])]);
        return walk("");
      },
    },
  ],
};
