import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids } from "../../core/role.js";
import { percentile } from "../../measure/statistics.js";
import { aggregator } from "../../service/aggregator.js";
import { availability } from "../../service/availability.js";
import { quantileOfEach } from "../../service/fan-out.js";
import { responseTimes } from "../../service/outcomes.js";
import { mmc } from "../../service/queueing.js";
import { server } from "../../service/server.js";
import { mixedWork } from "../../service/work.js";
import { simulate } from "../../sim/simulate.js";
import { Exercise } from "../exercise.js";
import { manyCases, wrong, type Trial } from "../trial.js";

const chapter = "1";

/** How likely it is that at least `needed` of n replicas work, each of which is down with probability `down`. */
export type ReplicasRule = (n: number, needed: number, down: number) => number;

/** How many servers with one queue keep the mean response time within `limitMs`. */
export type ServersRule = (perSecond: number, serviceMs: number, limitMs: number) => number;

/** Which share of one server's answers must be quick, if a share p of the requests to n servers is to be quick. */
export type EachRule = (n: number, p: number) => number;

/** After how many ms a second replica is asked, from measured times of one replica, so that at most `share` of the questions are asked twice. */
export type HedgeRule = (times: readonly number[], share: number) => number;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

/** Null where the two agree to within a millionth. */
function off(given: unknown, right: number): boolean {
  return typeof given !== "number" || !(Math.abs(given - right) <= 1e-6 * Math.max(1, Math.abs(right)));
}

const replicas: Exercise<ReplicasRule> = new Exercise({
  chapter,
  name: "replicas",
  task: "Say how likely it is that enough replicas work.",
  hints: [
    "First the probability that exactly k work. In how many ways can k of n be the ones that work?",
    "Exactly k: (ways to choose k of n) x up^k x down^(n - k), with up = 1 - down. Add these for k from needed to n.",
    "let sum = 0; for (let k = needed; k <= n; k++) sum += ways(n, k) * (1 - down) ** k * down ** (n - k); return sum; and ways is the product of (n - i) / (i + 1) for i from 0 to k - 1.",
  ],
  shape: isFunction,
  trials: [
    manyCases<ReplicasRule, { n: number; needed: number; down: number }>("one replica, all replicas, any replica", {
      cases: 30,
      draw: (chance) => {
        const n = 1 + chance.below(5);
        return { n, needed: chance.chance(0.5) ? n : 1, down: chance.pick([0.01, 0.1, 0.5]) };
      },
      judge: judgeReplicas,
      look: "If all are needed, the probability is up^n; if any will do, it is 1 - down^n.",
    }),
    manyCases<ReplicasRule, { n: number; needed: number; down: number }>("some of several", {
      cases: 60,
      draw: (chance) => {
        const n = 3 + chance.below(9);
        return { n, needed: 1 + chance.below(n), down: chance.pick([0.001, 0.05, 0.3]) };
      },
      judge: judgeReplicas,
      look: "Several sets of replicas are large enough. Is each counted, and each once?",
    }),
  ],
});

function judgeReplicas(answer: ReplicasRule, { n, needed, down }: { n: number; needed: number; down: number }): string | null {
  const given: unknown = answer(n, needed, down);
  const right = availability({ n, needed, down });
  return off(given, right) ? `${needed} of ${n} with down = ${down}: the answer was ${show(given)}, and it is ${right.toFixed(6)}` : null;
}

const servers: Exercise<ServersRule> = new Exercise({
  chapter,
  name: "servers",
  task: "Say how many servers are needed.",
  hints: [
    "How many servers would be busy all the time? That many are not enough: the queue would grow for ever.",
    "Begin with the first number that is above the load, and ask `mmc` for the response time of each number from there on.",
    "let servers = Math.floor((perSecond * serviceMs) / 1000) + 1; while (mmc({ perSecond, serviceMs, servers }).responseMs > limitMs) servers++; return servers;",
  ],
  shape: isFunction,
  trials: [
    manyCases<ServersRule, { perSecond: number; serviceMs: number; limitMs: number }>("a hundred services", {
      cases: 100,
      draw: (chance) => {
        const serviceMs = 1 + chance.below(100);
        return { perSecond: 1 + chance.below(2_000), serviceMs, limitMs: Math.ceil(serviceMs * (1.02 + 3 * chance.next())) };
      },
      judge(answer, { perSecond, serviceMs, limitMs }) {
        const time = (n: number): number => mmc({ perSecond, serviceMs, servers: n }).responseMs;
        const given: unknown = answer(perSecond, serviceMs, limitMs);
        const what = `${perSecond} requests a second of ${serviceMs} ms each, within ${limitMs} ms`;
        if (typeof given !== "number" || !Number.isInteger(given) || given < 1) return `${what}: the answer was ${show(given)}, which is no number of servers`;
        if (time(given) > limitMs) return `${what}: ${given} servers take ${Number.isFinite(time(given)) ? `${time(given).toFixed(1)} ms` : "longer and longer"}`;
        if (given > 1 && time(given - 1) <= limitMs) return `${what}: the answer was ${given}, and ${given - 1} would do`;
        return null;
      },
      look: "A response is waiting and service. What does one more server change in each?",
    }),
  ],
});

const each: Exercise<EachRule> = new Exercise({
  chapter,
  name: "each",
  task: "Say how good each server must be, so that all together are good.",
  hints: [
    "A request is quick if all n answers are quick. What is the probability of that, if each one is quick with probability q?",
    "q^n = p. Solve for q.",
    "(n, p) => p ** (1 / n)",
  ],
  shape: isFunction,
  trials: [
    manyCases<EachRule, { n: number; p: number }>("1 to 2,000 servers", {
      cases: 60,
      draw: (chance) => ({ n: chance.pick([1, 2, 10, 100, 2000]), p: chance.pick([0.5, 0.9, 0.99]) }),
      judge(answer, { n, p }) {
        const given: unknown = answer(n, p);
        const right = quantileOfEach({ n, p });
        return off(given, right) ? `${n} servers and p = ${p}: the answer was ${show(given)}, and it is ${right.toFixed(7)}` : null;
      },
      look: "Independent probabilities multiply. Try it backwards: your answer to the power of n.",
    }),
  ],
});

/** A run with the delay that the answer gives for the times of a run without hedging. */
function hedgedRuns(work: { ms: number; slowMs: number; slow: number }, share: number): Trial<HedgeRule> {
  const shards = Array.from({ length: 10 }, (_, i) => ids(`a${i}`, `b${i}`));
  const draw = mixedWork(work);
  const spread = (chance: Stream): number => draw(chance) * (0.5 + chance.double());
  const run = (hedgeAfterMs?: number) => {
    const { history, simulation } = simulate({
      seed: 21,
      nodes: {
        root: aggregator({ shards, ...(hedgeAfterMs === undefined ? {} : { hedgeAfterMs }) }),
        ...Object.fromEntries(shards.flat().map((node) => [node, server({ workers: 20 })])),
      },
      network: { latency: 0 },
      clients: {
        c: {
          operations: (chance) => ({ kind: "query", works: shards.map(() => [spread(chance), spread(chance)]) }),
          load: { kind: "open", perSecond: 5 }, to: "root", count: 300, timeoutMs: 1e9,
        },
      },
      limits: { time: 1e9 },
    });
    const { copies, queries } = simulation.state("root") as { copies: number; queries: number };
    return { p90: percentile(responseTimes(history), 0.9), copied: copies / (queries * shards.length) };
  };
  return {
    name: `queries to ${shards.length} shards, at most ${100 * share} % asked twice`,
    run(answer) {
      const chance = streamOfTimes(spread);
      const delay: unknown = answer(chance, share);
      if (typeof delay !== "number" || !(delay >= 0) || !Number.isFinite(delay)) return wrong({ problem: `the delay was ${show(delay)}, which is no number of ms`, look: "Return one of the times, or a number between two of them." });
      const hedged = run(delay);
      const plain = run();
      const look = "A question is asked twice if its answer takes longer than the delay. Which share of the times is longer than yours?";
      if (hedged.copied > 1.25 * share + 0.002) return wrong({ problem: `after ${delay.toFixed(1)} ms, ${(100 * hedged.copied).toFixed(1)} % were asked twice, and ${100 * share} % may be`, look });
      if (hedged.p90 > plain.p90 / 2) return wrong({ problem: `the 90th percentile is ${hedged.p90.toFixed(0)} ms, and ${plain.p90.toFixed(0)} ms without second questions: they come too late to help`, look });
      return { kind: "seen", what: `2 runs, ${(100 * hedged.copied).toFixed(1)} % asked twice; up to a quarter more than ${100 * share} % is chance` };
    },
  };
}

const hedge: Exercise<HedgeRule> = new Exercise({
  chapter,
  name: "hedge",
  task: "Say when to ask a second replica.",
  hints: [
    "Exactly those questions are asked twice whose answers take longer than your delay.",
    "So the delay must be longer than a share of 1 - share of the times: a percentile of them. The list is not sorted.",
    "const sorted = [...times].sort((a, b) => a - b); return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * (1 - share)))];",
  ],
  shape: isFunction,
  trials: [hedgedRuns({ ms: 10, slowMs: 400, slow: 0.02 }, 0.05), hedgedRuns({ ms: 3, slowMs: 200, slow: 0.05 }, 0.1)],
});

/** Times of one replica, as a run before would have measured them, in the order in which they came. */
function streamOfTimes(work: (chance: Stream) => number): number[] {
  const { history } = simulate({
    seed: 20,
    nodes: { s: server({ workers: 50 }) },
    network: { latency: 0 },
    clients: { c: { operations: (chance) => ({ kind: "call", work: work(chance) }), load: { kind: "open", perSecond: 50 }, count: 1_000, timeoutMs: 1e9 } },
    limits: { time: 1e9 },
  });
  return responseTimes(history);
}

/** The exercises of the chapter on the background, by name. */
export const backgroundExercises: {
  readonly replicas: Exercise<ReplicasRule>;
  readonly servers: Exercise<ServersRule>;
  readonly each: Exercise<EachRule>;
  readonly hedge: Exercise<HedgeRule>;
} = { replicas, servers, each, hedge };
