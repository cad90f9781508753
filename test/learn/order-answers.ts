import type { CausalRule, HybridRule, LamportRule, VectorRule, WaitRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const two = /^two nodes that do two things each/;
const before = /happened before/;

export const lamportRule: Answers<LamportRule> = {
  sound: (own, sent) => Math.max(own, sent ?? 0) + 1,
  wrong: [
    { name: "does not look at the message", trial: two, problem: before, run: true, answer: (own) => own + 1 },
    { name: "takes over the time of the message", trial: two, problem: before, run: true, answer: (own, sent) => Math.max(own + 1, sent ?? 0) },
    { name: "forgets its own time", trial: two, problem: before, run: true, answer: (own, sent) => (sent ?? own) + 1 },
    { name: "counts in halves", trial: two, problem: /must be a whole number/, run: true, answer: (own, sent) => Math.max(own, sent ?? 0) + 0.5 },
    { name: "adds both", trial: /^single events/, problem: /is the least that does/, run: false, answer: (own, sent) => own + (sent ?? 0) + 1 },
  ],
};

const joined = (own: Readonly<Record<string, number>>, sent: Readonly<Record<string, number>> | null): Record<string, number> => {
  const all: Record<string, number> = { ...own };
  for (const [name, count] of Object.entries(sent ?? {})) all[name] = Math.max(all[name] ?? 0, count);
  return all;
};

export const vectorRule: Answers<VectorRule> = {
  sound(own, sent, node) {
    const all = joined(own, sent);
    all[node] = (all[node] ?? 0) + 1;
    return all;
  },
  wrong: [
    { name: "does not look at the message", trial: two, problem: before, run: true, answer: (own, _, node) => ({ ...own, [node]: (own[node] ?? 0) + 1 }) },
    {
      name: "does not count receipts", trial: two, problem: /happened before/, run: true,
      answer: (own, sent, node) => (sent === null ? { ...own, [node]: (own[node] ?? 0) + 1 } : joined(own, sent)),
    },
    {
      name: "takes the message's vector in place of its own", trial: /^three nodes that talk/, problem: before, run: true,
      answer: (own, sent, node) => ({ ...(sent ?? own), [node]: (own[node] ?? 0) + 1 }),
    },
    {
      name: "raises all entries", trial: two, problem: /happen(ed)? .*before/, run: true,
      answer: (own, sent, node) => Object.fromEntries(Object.entries({ [node]: 0, ...joined(own, sent) }).map(([name, count]) => [name, count + 1])),
    },
    { name: "gives a list", trial: two, problem: /object of counts|whole number/, run: true, answer: (() => 3) as never },
  ],
};

const soundHybrid: HybridRule = (own, sent, now) => {
  const l = Math.max(own.l, sent.l, now);
  const tied = [own, sent].filter((one) => one.l === l).map(({ c }) => c);
  return { l, c: tied.length > 0 ? Math.max(...tied) + 1 : 0 };
};

export const hybridRule: Answers<HybridRule> = {
  sound: soundHybrid,
  wrong: [
    { name: "begins to count anew", trial: two, problem: before, run: true, answer: (own, sent, now) => ({ ...soundHybrid(own, sent, now), c: 0 }) },
    { name: "counts on from its own only", trial: two, problem: before, run: true, answer: (own, sent, now) => ({ l: Math.max(own.l, sent.l, now), c: own.c + 1 }) },
    { name: "goes beyond the message in l", trial: /^(two|three) nodes/, problem: /ahead|happened before/, run: true, answer: (own, sent, now) => ({ l: Math.max(own.l, sent.l + 40, now), c: Math.max(own.c, sent.c) + 1 }) },
    { name: "does not look at its clock", trial: /^three nodes/, problem: /ahead/, run: true, answer: (own, sent) => soundHybrid(own, sent, 0) },
    {
      name: "never begins anew", trial: /^single receipts/, problem: /is the least that does/, run: false,
      answer: (own, sent, now) => ({ l: Math.max(own.l, sent.l, now), c: Math.max(own.c, sent.c) + 1 }),
    },
  ],
};

const soundCausal: CausalRule = (knows, delivered) => Object.entries(knows).every(([node, count]) => count <= (delivered[node] ?? 0));

export const causalRule: Answers<CausalRule> = {
  sound: soundCausal,
  wrong: [
    { name: "at once", trial: /^a question and an answer/, problem: /which happened before it/, run: true, answer: () => true },
    {
      name: "only the sender's entry", trial: /^a question and an answer/, problem: /which happened before it/, run: true,
      answer: (knows, delivered, from) => (knows[from] ?? 0) <= (delivered[from] ?? 0),
    },
    {
      name: "only what the sender had delivered of others", trial: /^three nodes that chat/, problem: /which happened before it/, run: true,
      answer: (knows, delivered, from) => soundCausal({ ...knows, [from]: 0 }, delivered, from),
    },
    {
      name: "exactly as much, and no more", trial: /^a question and an answer/, problem: /all have all/, run: true,
      answer: (knows, delivered) => ["p1", "p2", "p3"].every((node) => (knows[node] ?? 0) === (delivered[node] ?? 0)),
    },
    { name: "says nothing", trial: /^a question and an answer/, problem: /must be true or false/, run: true, answer: (() => undefined) as never },
  ],
};

const soundWait: WaitRule = (own, asked) =>
  own.phase === "inside" || (own.phase === "waiting" && (own.time < asked.time || (own.time === asked.time && own.node < asked.node)));

export const waitRule: Answers<WaitRule> = {
  sound: soundWait,
  wrong: [
    { name: "consents always", trial: /^two of three/, problem: /are inside at the same time/, run: true, answer: () => false },
    { name: "lets everybody wait that asks while it waits", trial: /^two of three/, problem: /everybody gets in/, run: true, answer: (own) => own.phase !== "outside" },
    { name: "only while inside", trial: /^two of three/, problem: /are inside at the same time/, run: true, answer: (own) => own.phase === "inside" },
    {
      name: "consents where times are equal", trial: /^two of three/, problem: /are inside at the same time/, run: true,
      answer: (own, asked) => own.phase === "inside" || (own.phase === "waiting" && own.time < asked.time),
    },
    {
      name: "by names only", trial: /^(two of|three that)/, problem: /before|are inside|got in/, run: true,
      answer: (own, asked) => own.phase === "inside" || (own.phase === "waiting" && own.node < asked.node),
    },
    { name: "lets wait also when it wants nothing", trial: /^two of three/, problem: /get|gets in/, run: true, answer: (own, asked) => own.phase === "outside" || soundWait(own, asked) },
  ],
};
