import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids, type AnyRole, type NodeId } from "../../core/role.js";
import { stream } from "../../core/random.js";
import { causalWhen } from "../../ordering/broadcast/causal.js";
import { agrees, causalOrder } from "../../ordering/broadcast/properties.js";
import type { LogicalClock } from "../../ordering/clocks/clock.js";
import { clocked } from "../../ordering/clocks/clocked.js";
import { hybridClock, type HybridTime } from "../../ordering/clocks/hybrid.js";
import { isEarlier, lamportClock, type LamportTime } from "../../ordering/clocks/lamport.js";
import { clockCondition, nearPhysicalTime, tellsConcurrency } from "../../ordering/clocks/properties.js";
import { vectorClock, type Counts, type VectorTime } from "../../ordering/clocks/vector.js";
import type { Contender } from "../../ordering/mutex/contender.js";
import { contenderDeferring } from "../../ordering/mutex/ricart-agrawala.js";
import { inOrderOfRequests, oneInside } from "../../ordering/mutex/properties.js";
import type { Nodes } from "../../sim/options.js";
import type { SeedOptions } from "../../check/seeds.js";
import type { ExploreOptions } from "../../check/options.js";
import type { Property } from "../../core/property.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, manySeeds } from "../trial.js";

const chapter = "2.1.2";
const names = ids("p1", "p2", "p3");
const [p1, p2] = names as [NodeId, NodeId, NodeId];

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

function each(role: AnyRole, of: readonly NodeId[] = names): Record<string, AnyRole> {
  return Object.fromEntries(of.map((name) => [name, role]));
}

/** Two nodes that do two things each, in every order. */
function twoNodes<T>(clock: LogicalClock<T>, property: Property): ExploreOptions<Nodes> {
  return {
    nodes: each(clocked(clock), [p1, p2]),
    requests: [
      [{ node: "p1", request: { kind: "work" } }, { node: "p1", request: { kind: "tell", to: p2 } }],
      [{ node: "p2", request: { kind: "tell", to: p1 } }, { node: "p2", request: { kind: "work" } }],
    ] as never,
    properties: [property],
  };
}

/** Three nodes that do things and tell each other, one each `everyMs`; their clocks are up to `skew` ms apart. */
function threeNodes<T>(clock: LogicalClock<T>, properties: readonly Property[], everyMs = 5, skew = 0): SeedOptions {
  const chance = stream("deeds", `${everyMs}`);
  return {
    nodes: each(clocked(clock)),
    network: { latency: [1, 20] },
    faults: skew > 0 ? names.map((node, i) => ({ at: 0, kind: "skew" as const, node, offsetMs: (i * skew) / 2 })) : [],
    requests: Array.from({ length: 30 }, (_, i) => {
      const node = chance.pick(names);
      const to = chance.pick(names.filter((other) => other !== node));
      return { at: 10 + i * everyMs, node, request: chance.chance(0.3) ? { kind: "work" } : { kind: "tell", to } };
    }),
    properties,
  };
}

function wholeNumber(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value)) throw new TypeError(`the answer must be a whole number, got ${show(value)}`);
  return value;
}

// ------------------------------------------------------------------------------------------------------- Lamport's clock

/** The time of a node's next event: `own` is that of its last one, `sent` that of the message received, null if none was. */
export type LamportRule = (own: number, sent: number | null) => number;

function lamportBy(rule: LamportRule): LogicalClock<LamportTime> {
  return {
    ...lamportClock,
    tick: ({ time, node }) => ({ time: wholeNumber(rule(time, null)), node }),
    receive: ({ time, node }, sent) => ({ time: wholeNumber(rule(time, sent.time)), node }),
  };
}

const lamportLook = "Two stamps and two events: one happened before the other. By which step: on the same node, or by a message?";

const lamportRule: Exercise<LamportRule> = new Exercise({
  chapter,
  name: "lamportRule",
  task: "Give the next event of a node its Lamport time.",
  hints: [
    "Of which events is it known that they happened before this one? Its time must be beyond all of theirs.",
    "The event before it on the same node happened before it, and so did the sending of the message that it receives.",
    "return Math.max(own, sent ?? 0) + 1;",
  ],
  shape: isFunction,
  trials: [
    everyWorld("two nodes that do two things each", {
      options: (answer) => twoNodes(lamportBy(answer), clockCondition(lamportBy(answer))),
      look: lamportLook,
    }),
    manySeeds("three nodes that talk", {
      seeds: 10,
      options: (answer) => threeNodes(lamportBy(answer), [clockCondition(lamportBy(answer))]),
      look: lamportLook,
    }),
    manyCases("single events", {
      cases: 200,
      draw: (chance) => ({ own: chance.below(20), sent: chance.chance(0.4) ? null : chance.below(20) }),
      judge(answer, { own, sent }) {
        const least = Math.max(own, sent ?? 0) + 1;
        const given: unknown = answer(own, sent);
        return given === least ? null : `own time ${own}, message ${sent ?? "none"}: the answer was ${show(given)}, and ${least} is the least that does`;
      },
      look: "Any later time would do, too; but let it be the least.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------------ vector clock

/** The vector of the next event of `node`: `own` is that of its last one, `sent` that of the message received, null if none was. */
export type VectorRule = (own: Counts, sent: Counts | null, node: string) => Counts;

function vectorBy(rule: VectorRule): LogicalClock<VectorTime> {
  const asked = ({ node, counts }: VectorTime, sent: Counts | null): VectorTime => {
    const given: unknown = rule({ ...counts }, sent === null ? null : { ...sent }, node);
    if (typeof given !== "object" || given === null) throw new TypeError(`the answer must be an object of counts, got ${show(given)}`);
    return { node, counts: Object.fromEntries(Object.entries(given).map(([name, count]) => [name, wholeNumber(count)])) };
  };
  return { ...vectorClock, tick: (last) => asked(last, null), receive: (last, sent) => asked(last, sent.counts) };
}

const vectorLook = "Two events and their vectors. What did the later one know of, and which entry should say so?";

const vectorRule: Exercise<VectorRule> = new Exercise({
  chapter,
  name: "vectorRule",
  task: "Give the next event of a node its vector clock.",
  hints: [
    "Every event counts in one entry: that of its own node. And what does a receipt know besides what its node knew?",
    "Take for each node the greater of the two entries, where a missing one is 0. Then count the event itself, receipt or not.",
    "const all = { ...own }; for (const [name, count] of Object.entries(sent ?? {})) all[name] = Math.max(all[name] ?? 0, count); all[node] = (all[node] ?? 0) + 1; return all;",
  ],
  shape: isFunction,
  trials: [
    everyWorld("two nodes that do two things each", {
      options: (answer) => twoNodes(vectorBy(answer), tellsConcurrency(vectorBy(answer))),
      look: vectorLook,
    }),
    manySeeds("three nodes that talk", {
      seeds: 15,
      options: (answer) => threeNodes(vectorBy(answer), [tellsConcurrency(vectorBy(answer))]),
      look: vectorLook,
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------------ hybrid clock

/** A hybrid stamp without its name. */
export interface HybridStamp {
  readonly l: number;
  readonly c: number;
}

/** The stamp of a receipt: `own` is that of the node's last event, `sent` that of the message, `now` the physical clock in whole ms. */
export type HybridRule = (own: HybridStamp, sent: HybridStamp, now: number) => HybridStamp;

function hybridBy(rule: HybridRule): LogicalClock<HybridTime> {
  return {
    ...hybridClock,
    receive(last, sent, now) {
      const given: unknown = rule({ l: last.l, c: last.c }, { l: sent.l, c: sent.c }, Math.floor(now));
      if (typeof given !== "object" || given === null) throw new TypeError(`the answer must be { l, c }, got ${show(given)}`);
      const { l, c } = given as HybridStamp;
      return { l: wholeNumber(l), c: wholeNumber(c), node: last.node };
    },
  };
}

const stampText = ({ l, c }: HybridStamp): string => `${l}+${c}`;
const hybridLook = {
  "clock condition": "The receipt must be after the message and after the node's last event: compare l first, then c.",
  else: "How far is l from the physical clock, and from where did it come?",
};

const hybridRule: Exercise<HybridRule> = new Exercise({
  chapter,
  name: "hybridRule",
  task: "Give the receipt of a message its hybrid stamp.",
  hints: [
    "l is a physical time that somebody has seen: which three are at hand, and which of them must it be?",
    "The stamp must be after own and after sent. Where l is new, c may begin with 0; where l is that of own or of sent (or both), c must go beyond theirs.",
    "const l = Math.max(own.l, sent.l, now); const tied = [own, sent].filter((one) => one.l === l).map(({ c }) => c); return { l, c: tied.length > 0 ? Math.max(...tied) + 1 : 0 };",
  ],
  shape: isFunction,
  trials: [
    everyWorld("two nodes that do two things each, in no time", {
      options: (answer) => twoNodes(hybridBy(answer), clockCondition(hybridBy(answer))),
      look: hybridLook,
    }),
    manySeeds("three nodes whose clocks are up to 30 ms apart", {
      seeds: 10,
      options: (answer) => threeNodes(hybridBy(answer), [clockCondition(hybridBy(answer)), nearPhysicalTime(30)], 5, 30),
      look: hybridLook,
    }),
    manyCases("single receipts", {
      cases: 300,
      draw: (chance) => ({ own: drawStamp(chance), sent: drawStamp(chance), now: 8 + chance.below(6) }),
      judge(answer, { own, sent, now }) {
        const l = Math.max(own.l, sent.l, now);
        const c = Math.max(-1, ...[own, sent].filter((one) => one.l === l).map((one) => one.c)) + 1;
        const given = answer(own, sent, now) as HybridStamp | null | undefined;
        if (given?.l === l && given.c === c) return null;
        return `own ${stampText(own)}, message ${stampText(sent)}, clock ${now}: the answer was ${show(given)}, and ${stampText({ l, c })} is the least that does`;
      },
      look: "The least stamp that is after both, and whose l is no physical time that nobody has seen.",
    }),
  ],
});

function drawStamp(chance: Stream): HybridStamp {
  return { l: 8 + chance.below(5), c: chance.below(4) };
}

// --------------------------------------------------------------------------------------------------------- causal delivery

/**
 * Whether a post of `from` may be delivered now. `knows`: how many posts of each node its sender had delivered when it
 * broadcast (of its own: had broadcast); `delivered`: how many of each were delivered here. A missing entry is 0.
 */
export type CausalRule = (knows: Counts, delivered: Counts, from: string) => boolean;

function broadcasting(rule: CausalRule): Record<string, AnyRole> {
  return each(
    causalWhen(
      names,
      ({ knows, post }, delivered) => {
        const given: unknown = rule({ ...knows }, { ...delivered }, post.from);
        if (typeof given !== "boolean") throw new TypeError(`the answer must be true or false, got ${show(given)}`);
        return given;
      },
      false,
    ),
  );
}

const causalLook = {
  "causal order": "Which post had the sender delivered before it wrote this one, and which entry of the vector says so?",
  "all have all": "A post waits for ever, although everything that it follows has been delivered. What does the rule still wait for?",
  else: "What does each entry of the two vectors count?",
};
const say = (node: NodeId, text: string): { readonly node: NodeId; readonly request: { readonly kind: "broadcast"; readonly text: string } } => ({
  node, request: { kind: "broadcast", text },
});

const causalRule: Exercise<CausalRule> = new Exercise({
  chapter,
  name: "causalRule",
  task: "Say when a post may be delivered, so that nobody sees an answer before its question.",
  hints: [
    "The sender knew some posts when it wrote this one. What must be true of them here?",
    "Compare the vectors entry by entry. More may have been delivered here than the sender knew of: that does no harm.",
    "return Object.entries(knows).every(([node, count]) => count <= (delivered[node] ?? 0));",
  ],
  shape: isFunction,
  trials: [
    everyWorld("a question and an answer", {
      options: (answer) => ({
        nodes: broadcasting(answer), requests: [say(p1, "a"), say(p2, "b")] as never, properties: [causalOrder], eventually: { "all have all": agrees },
      }),
      look: causalLook,
    }),
    manySeeds("three nodes that chat", {
      seeds: 20,
      options: (answer) => {
        const chance = stream("chat", "times");
        return {
          nodes: broadcasting(answer), network: { latency: [1, 60] }, properties: [causalOrder],
          requests: Array.from({ length: 9 }, (_, i) => ({ at: chance.within([0, 120]), ...say(chance.pick(names), `m${i}`) })),
        };
      },
      atEnd: ({ decisions }) => (decisions.length === 27 ? null : `nine posts and three nodes make 27 deliveries, and there were ${decisions.length}`),
      look: causalLook,
    }),
  ],
});

// --------------------------------------------------------------------------------------------------------- who lets whom wait

/** What a node wants: "outside": nothing. Its own request has this time and this name. */
export interface OwnWish {
  readonly phase: "outside" | "waiting" | "inside";
  readonly time: number;
  readonly node: string;
}

/** Whether a node lets the asker wait until it has left, instead of consenting at once. */
export type WaitRule = (own: OwnWish, asked: { readonly time: number; readonly node: string }) => boolean;

function contending(rule: WaitRule, of: readonly NodeId[]): Record<string, AnyRole> {
  return Object.fromEntries(
    of.map((id) => [
      id,
      contenderDeferring(
        (own, asked) => {
          const stamp = own.kind === "outside" ? { time: 0, node: id } : own.stamp;
          const given: unknown = rule({ phase: own.kind, ...stamp }, { ...asked });
          if (typeof given !== "boolean") throw new TypeError(`the answer must be true or false, got ${show(given)}`);
          return given;
        },
        { nodes: of },
      ),
    ]),
  );
}

const waitLook = {
  "mutual exclusion": "Both are inside. Which of them consented to the other, and what did it want itself at that moment?",
  "in the order of requests": "The later request got in first. Who consented to it, while waiting with an earlier one?",
  "everybody gets in": "Everybody waits for somebody. Who ought to have consented?",
  else: "What did the node that was asked want itself?",
};
const enters = (node: NodeId): { readonly node: NodeId; readonly request: { readonly kind: "enter" } } => ({ node, request: { kind: "enter" } });

const waitRule: Exercise<WaitRule> = new Exercise({
  chapter,
  name: "waitRule",
  task: "Say when a node lets another one wait, so that one at a time is inside.",
  hints: [
    "A node that wants nothing consents. A node that is inside lets everybody wait. What of a node that waits itself?",
    "Two that wait for each other would wait for ever, and two that consent to each other would both get in. So exactly one of them must consent: the one with the later request. Times can be equal.",
    "return own.phase === \"inside\" || (own.phase === \"waiting\" && (own.time < asked.time || (own.time === asked.time && own.node < asked.node)));",
  ],
  shape: isFunction,
  trials: [
    everyWorld("two of three want to get in", {
      options: (answer) => ({
        nodes: contending(answer, names), requests: [enters(p1), enters(p2)] as never, properties: [oneInside, inOrderOfRequests], timers: Infinity,
        reach: { "both get in": ({ decisions }) => decisions.length === 2 },
        eventually: { "everybody gets in": ({ nodes }) => nodes.every(({ state }) => (state as Contender).phase.kind === "outside") },
      }),
      look: waitLook,
    }),
    manySeeds("three that want in again and again", {
      seeds: 15,
      options: (answer) => {
        const chance = stream("wishes", "times");
        return {
          nodes: contending(answer, names), network: { latency: [1, 30] }, properties: [oneInside, inOrderOfRequests],
          requests: Array.from({ length: 9 }, () => ({ at: chance.within([0, 150]), ...enters(chance.pick(names)) })),
        };
      },
      atEnd: ({ decisions }) => (decisions.length === 9 ? null : `nine wishes, and ${decisions.length} times somebody got in`),
      look: waitLook,
    }),
    manyCases("single questions", {
      cases: 300,
      draw: (chance) => ({
        own: { phase: chance.pick(["outside", "waiting", "inside"] as const), time: 1 + chance.below(4), node: "p2" },
        asked: { time: 1 + chance.below(4), node: chance.pick(["p1", "p3"]) },
      }),
      judge(answer, { own, asked }) {
        const right = own.phase === "inside" || (own.phase === "waiting" && isEarlier({ ...own, node: own.node as NodeId }, { ...asked, node: asked.node as NodeId }));
        const given: unknown = answer(own, asked);
        const when = `${own.phase}${own.phase === "outside" ? "" : ` with ${own.time}.${own.node}`}, asked with ${asked.time}.${asked.node}`;
        return given === right ? null : `${when}: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "Inside: wait. Outside: consent. Waiting: the earlier request first, by time and then by name.",
    }),
  ],
});

/** The exercises of chapter 2.1.2, by name. */
export const orderExercises: {
  readonly lamportRule: Exercise<LamportRule>;
  readonly vectorRule: Exercise<VectorRule>;
  readonly hybridRule: Exercise<HybridRule>;
  readonly causalRule: Exercise<CausalRule>;
  readonly waitRule: Exercise<WaitRule>;
} = { lamportRule, vectorRule, hybridRule, causalRule, waitRule };
