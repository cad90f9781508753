import type { AdoptRule, ForgetRule, LeaseRule, OnceRule, PerformRule, ToldVote } from "../../lib/learn.js";
import { majority } from "../../lib/core/quorum.js";
import { isBefore } from "../../lib/consensus/paxos/ballot.js";
import type { Answers } from "./hold-exercises.js";

const orders = /^every order in which two decisions/;
const drawnDecisions = /^decisions drawn by chance$/;

export const performRule: Answers<PerformRule> = {
  sound(decided, next) {
    const slots: number[] = [];
    for (let slot = next; decided.has(slot); slot++) slots.push(slot);
    return slots;
  },
  wrong: [
    { name: "nothing", trial: /^one command/, problem: /0 of 1 commands are answered/, run: true, answer: () => [] },
    { name: "no list", trial: /^one command/, problem: /must return a list/, run: false, answer: () => 1 as never },
    { name: "what is not decided", trial: orders, problem: /which is not decided/, run: true, answer: (_, next) => [next] },
    { name: "whatever has come, in its order", trial: orders, problem: /nobody has performed slot 1|differ/, run: true, answer: (decided, next) => [...decided.keys()].filter((slot) => slot >= next) },
    {
      name: "over the hole", trial: orders, problem: /nobody has performed slot 1/, run: true,
      answer: (decided, next) => [...decided.keys()].filter((slot) => slot >= next).sort((a, b) => a - b),
    },
    { name: "one at a time", trial: drawnDecisions, problem: /where \[/, run: false, answer: (decided, next) => (decided.has(next) ? [next] : []) },
    {
      name: "all again", trial: drawnDecisions, problem: /is right$/, run: false,
      answer(decided) {
        const slots: number[] = [];
        for (let slot = 1; decided.has(slot); slot++) slots.push(slot);
        return slots;
      },
    },
  ],
};

const rivals = /^every world of two leaders/;
const holed = /^a leader that crashes/;
const drawnPromises = /^promises drawn by chance$/;

function adopting({ latest = (a: ToldVote, b: ToldVote) => (isBefore(a.ballot, b.ballot) ? b : a), fills = true, keeps = true } = {}): AdoptRule {
  return (promises, first) => {
    const votes = new Map<number, ToldVote>();
    for (const vote of promises.flat()) {
      const known = votes.get(vote.slot);
      if (vote.slot >= first) votes.set(vote.slot, known ? latest(known, vote) : vote);
    }
    const found = [...votes.keys()].sort((a, b) => a - b);
    const last = found.at(-1) ?? first - 1;
    if (!keeps) return new Map(found.map((slot, i) => [first + i, votes.get(slot)!.command]));
    const slots = fills ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : found;
    return new Map(slots.map((slot) => [slot, votes.get(slot)?.command ?? "no-op"]));
  };
}

export const adoptRule: Answers<AdoptRule> = {
  sound: adopting(),
  wrong: [
    { name: "nothing", trial: rivals, problem: /slot 1 is decided twice/, run: true, answer: () => new Map() },
    { name: "no map", trial: rivals, problem: /must return a map/, run: true, answer: () => [] as never },
    { name: "no-ops everywhere", trial: rivals, problem: /slot 1 is decided twice/, run: true, answer: (promises, first) => new Map([...adopting()(promises, first).keys()].map((slot) => [slot, "no-op"])) },
    { name: "holes left open", trial: holed, problem: /never the third/, run: true, answer: adopting({ fills: false }) },
    { name: "moved together", trial: holed, problem: /slot 3 is decided twice|./, run: true, answer: adopting({ keeps: false }) },
    { name: "the first vote that it heard of", trial: drawnPromises, problem: /is right$/, run: false, answer: adopting({ latest: (a) => a }) },
    { name: "the last vote that it heard of", trial: drawnPromises, problem: /is right$/, run: false, answer: adopting({ latest: (_, b) => b }) },
    { name: "by round only", trial: drawnPromises, problem: /is right$/, run: false, answer: adopting({ latest: (a, b) => (a.ballot.round >= b.ballot.round ? a : b) }) },
    {
      name: "also what is decided", trial: drawnPromises, problem: /is right$/, run: false,
      answer: (promises) => adopting()(promises, 1),
    },
  ],
};

const twice = /^logs in which calls come twice$/;

export const onceRule: Answers<OnceRule> = {
  sound(sessions, client, serial, perform) {
    const last = sessions.get(client);
    if (last && serial <= last.serial) return last.answer;
    const answer = perform();
    sessions.set(client, { serial, answer });
    return answer;
  },
  wrong: [
    { name: "always", trial: twice, problem: /was carried out again$/, run: false, answer: (_, __, ___, perform) => perform() },
    { name: "never", trial: twice, problem: /was carried out never$/, run: false, answer: () => 0 },
    {
      name: "only the same call again", trial: twice, problem: /was carried out again$/, run: false,
      answer(sessions, client, serial, perform) {
        const last = sessions.get(client);
        if (last?.serial === serial) return last.answer;
        const answer = perform();
        sessions.set(client, { serial, answer });
        return answer;
      },
    },
    {
      name: "one session for all", trial: twice, problem: /was carried out never$/, run: false,
      answer(sessions, _, serial, perform) {
        const last = sessions.get("");
        if (last && serial <= last.serial) return last.answer;
        const answer = perform();
        sessions.set("", { serial, answer });
        return answer;
      },
    },
    {
      name: "not noted", trial: twice, problem: /is answered with 0|was carried out again/, run: false,
      answer: (sessions, client, serial, perform) => (serial <= (sessions.get(client)?.serial ?? 0) ? 0 : perform()),
    },
    {
      name: "no answer the second time", trial: twice, problem: /is answered with 0, and its answer is/, run: false,
      answer(sessions, client, serial, perform) {
        if (serial <= (sessions.get(client)?.serial ?? 0)) return 0;
        const answer = perform();
        sessions.set(client, { serial, answer });
        return answer;
      },
    },
  ],
};

const disturbed = /^a leader that is cut off/;
const running = (drift: boolean): LeaseRule => ({ now, grants, leaseMs, drift: share, acceptors }) =>
  [...grants.values()].filter((sentAt) => now < sentAt + leaseMs * (drift ? 1 - share : 1)).length >= majority(acceptors);

export const leaseRule: Answers<LeaseRule> = {
  sound: running(true),
  wrong: [
    { name: "never", trial: /^a leader that nobody disturbs$/, problem: /take a slot of their own/, run: true, answer: () => false },
    { name: "always", trial: disturbed, problem: /no order explains the answer/, run: true, answer: () => true },
    { name: "once granted, for ever", trial: disturbed, problem: /no order explains the answer/, run: true, answer: ({ grants, acceptors }) => grants.size >= majority(acceptors) },
    { name: "any one acceptor", trial: /./, problem: /./, run: false, answer: ({ now, grants, leaseMs, drift }) => [...grants.values()].some((sentAt) => now < sentAt + leaseMs * (1 - drift)) },
    { name: "without the drift", trial: /its clock runs slow/, problem: /no order explains the answer/, run: true, answer: running(false) },
    {
      name: "the drift added", trial: /./, problem: /./, run: false,
      answer: ({ now, grants, leaseMs, drift, acceptors }) => [...grants.values()].filter((sentAt) => now < sentAt + leaseMs * (1 + drift)).length >= majority(acceptors),
    },
    {
      name: "half is enough", trial: /^grants drawn by chance$/, problem: /is right$/, run: false,
      answer: ({ now, grants, leaseMs, drift, acceptors }) => [...grants.values()].filter((sentAt) => now < sentAt + leaseMs * (1 - drift)).length >= acceptors / 2,
    },
    { name: "no answer", trial: /^a leader that nobody disturbs$/, problem: /must return true or false/, run: false, answer: () => undefined as never },
  ],
};

const drawn = /^checkpoints drawn by chance$/;
const sorted = (onDisk: ReadonlyMap<unknown, number>): number[] => [...onDisk.values()].sort((a, b) => b - a);

export const forgetRule: Answers<ForgetRule> = {
  sound: (onDisk, replicas) => sorted(onDisk)[majority(replicas) - 1] ?? 1,
  wrong: [
    { name: "what any disk holds", trial: drawn, problem: /which one disk holds|no slot/, run: false, answer: (onDisk) => sorted(onDisk)[0] ?? 1 },
    { name: "what all disks hold", trial: drawn, problem: /acceptors would remember for ever$/, run: false, answer: (onDisk, replicas) => (onDisk.size < replicas ? 1 : sorted(onDisk).at(-1)!) },
    { name: "of those that have said something, the middle", trial: drawn, problem: /./, run: false, answer: (onDisk) => sorted(onDisk)[majority(Math.max(1, onDisk.size)) - 1] ?? 1 },
    { name: "sorted as texts", trial: drawn, problem: /./, run: false, answer: (onDisk, replicas) => [...onDisk.values()].map(String).sort().reverse().map(Number)[majority(replicas) - 1] ?? 1 },
    { name: "nothing, ever", trial: drawn, problem: /acceptors would remember for ever$/, run: false, answer: () => 1 },
    { name: "no answer", trial: drawn, problem: /which is no slot$/, run: false, answer: () => undefined as never },
  ],
};
