import { show } from "../../core/parameters.js";
import { ids } from "../../core/role.js";
import { callerWith } from "../../service/caller.js";
import { goodShare } from "../../service/outcomes.js";
import { budgetKept } from "../../service/properties.js";
import { mm1Percentile } from "../../service/queueing.js";
import { spend, type BudgetRule, type RetryBudget } from "../../service/retry.js";
import { server, serverWith, type Admission } from "../../service/server.js";
import { exponentialWork } from "../../service/work.js";
import { simulate } from "../../sim/simulate.js";
import { only } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { manyCases, wrong, type Trial } from "../trial.js";

const chapter = "5.5";

/** The tokens that an attempt leaves, or null for a retry that must not be made. */
export type TokenRule = BudgetRule;

/** From how many ms to how many one waits after so many failed attempts, counted from 1. */
export type PauseRule = (attempts: number) => readonly [min: number, max: number];

/** Whether a server lets one more into its queue. */
export type AdmitRule = (facts: Admission) => boolean;

/** How many requests per second one server may get, so that 99 of 100 are answered within `limitMs`; 0 if none. */
export type KneeRule = (serviceMs: number, limitMs: number) => number;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

const work = exponentialWork(10);

interface Drawn {
  readonly budget: RetryBudget;
  readonly attempts: readonly ("call" | "retry")[];
}

const tokens: Exercise<TokenRule> = new Exercise({
  chapter,
  name: "tokens",
  task: "Keep the budget of retries: a token bucket.",
  hints: [
    "There are two events. What does a first attempt do to the tokens, and what does a retry?",
    "A call adds its share, but never over the burst. A retry needs a whole token, and takes it.",
    "(tokens, attempt, { share, burst }) => attempt === \"call\" ? Math.min(burst, tokens + share) : tokens >= 1 ? tokens - 1 : null",
  ],
  shape: isFunction,
  trials: [
    manyCases<TokenRule, Drawn>("a hundred sequences of calls and retries", {
      cases: 100,
      draw: (chance) => ({
        budget: { share: chance.pick([0.1, 0.2, 0.5]), burst: 1 + chance.below(5) },
        attempts: Array.from({ length: 60 }, (_, i) => (chance.chance(i < 20 ? 0.9 : 0.4) ? "call" : "retry")),
      }),
      judge(answer, { budget, attempts }) {
        let given = budget.burst;
        for (const [i, attempt] of attempts.entries()) {
          const now: unknown = answer(given, attempt, budget);
          const right = spend(given, attempt, budget);
          const what = `with ${given.toFixed(1)} tokens, share ${budget.share} and burst ${budget.burst}, a ${attempt} (number ${i + 1}) gave ${show(now)}`;
          if ((now === null) !== (right === null)) return right === null ? `${what}: it must not be made` : `${what}: it may be made`;
          if (now === null) continue;
          if (typeof now !== "number" || Math.abs(now - right!) > 1e-9) return `${what}, and leaves ${right!.toFixed(1)}`;
          given = now;
        }
        return null;
      },
      look: "Go through the events one by one: how many tokens should there be before and after?",
    }),
    {
      name: "a server that is overloaded",
      run(answer) {
        const budget = { share: 0.1, burst: 5 };
        const [s] = ids("s");
        const run = simulate({
          seed: 12,
          nodes: { front: callerWith({ to: [s!], patience: 100, attempts: 4, budget }, { spend: answer }), s: server() },
          network: { latency: 0 },
          clients: { c: { operations: (chance) => ({ kind: "call", work: work(chance) }), load: { kind: "open", perSecond: 150 }, to: "front", until: 3_000, timeoutMs: 1e9 } },
          properties: [budgetKept(budget)],
        });
        if (run.violation) return wrong({ problem: run.violation.problem, look: "Is there a way to retry without a whole token?" });
        return { kind: "seen", what: "1 run" };
      },
    },
  ],
});

/** Everybody fails at the same moment, when the server goes down, and comes back when it is up. */
function herd(name: string, { crowd, downMs }: { readonly crowd: number; readonly downMs: number }): Trial<PauseRule> {
  return {
    name,
    run(answer) {
      for (let attempts = 1; attempts <= 8; attempts++) {
        const pause: unknown = answer(attempts);
        const isRange = Array.isArray(pause) && pause.length === 2 && pause.every((ms) => typeof ms === "number" && ms >= 0 && Number.isFinite(ms)) && pause[0] <= pause[1];
        if (!isRange) return wrong({ problem: `after ${attempts} attempts the answer was ${show(pause)}, which is no range [min, max] of ms`, look: "Return two numbers, the smaller one first." });
        if (pause[1] > 10_000) return wrong({ problem: `after ${attempts} attempts the wait is up to ${pause[1]} ms, and nobody waits for 10 seconds`, look: "What limits the growth?" });
      }
      const [s] = ids("s");
      const { trace, history } = simulate({
        seed: 31,
        nodes: { front: callerWith({ to: [s!], patience: 20, attempts: 12 }, { wait: answer }), s: server({ workers: 1_000 }) },
        network: { latency: 0 },
        requests: Array.from({ length: crowd }, () => ({ at: 1, node: "front" as const, request: { kind: "call" as const, work: 5 } })),
        faults: [{ at: 0, kind: "crash", node: "s" }, { at: downMs, kind: "restart", node: "s" }],
        limits: { time: 1e6 },
      });
      const asks = only(trace, "send").filter(({ message }) => message.kind === "ask");
      const tenths = new Map<number, number>();
      for (const { at } of asks) if (at >= 30) tenths.set(Math.floor(at / 10), (tenths.get(Math.floor(at / 10)) ?? 0) + 1);
      const [when = 0, most = 0] = [...tenths].sort((a, b) => b[1] - a[1])[0] ?? [];
      const served = goodShare(history);
      const last = Math.max(...history.map(({ returnedAt }) => returnedAt ?? Infinity));
      if (served < 0.99) return wrong({ problem: `${Math.round((1 - served) * crowd)} of ${crowd} gave up, though the server was back after ${downMs} ms`, look: "Twelve attempts must reach over the outage: do the waits grow?" });
      if (most > crowd / 4) return wrong({ problem: `of ${crowd} callers that failed together, ${most} come back within the same 10 ms (at ${10 * when} ms)`, look: "All failed at the same moment and wait equally long. What would spread them?" });
      if (asks.length > 9 * crowd) return wrong({ problem: `${crowd} calls asked ${asks.length} times`, look: "If it failed again, is it wise to come back as soon as before?" });
      if (last > downMs + 4_000) return wrong({ problem: `the last answer came ${Math.round(last - downMs)} ms after the server was back`, look: "Waits should grow, but not for ever." });
      return { kind: "seen", what: `${asks.length} attempts, at most ${most} in 10 ms` };
    },
  };
}

const pause: Exercise<PauseRule> = new Exercise({
  chapter,
  name: "pause",
  task: "Say how long to wait before the next attempt.",
  hints: [
    "Two things are asked for: that those who failed together do not come back together, and that they come less often if it fails again.",
    "Double the upper end with each attempt, up to a limit of a second or two, and let the lower end be 0.",
    "(attempts) => [0, Math.min(2_000, 100 * 2 ** (attempts - 1))]",
  ],
  shape: isFunction,
  trials: [herd("200 callers and an outage of a second", { crowd: 200, downMs: 1_000 }), herd("400 callers and an outage of 3 seconds", { crowd: 400, downMs: 3_000 })],
});

function shedding(name: string, { load, least, refuses, patience }: { readonly load: number; readonly least: number; readonly refuses?: number; readonly patience: number }): Trial<AdmitRule> {
  return {
    name,
    run(answer) {
      const [s] = ids("s");
      const { history, simulation } = simulate({
        seed: 17,
        nodes: { front: callerWith({ to: [s!], patience, deadlines: true }), s: serverWith({}, (facts) => answer(facts) === true) },
        network: { latency: 0 },
        clients: { c: { operations: (chance) => ({ kind: "call", work: 8 + 4 * chance.next() }), load: { kind: "open", perSecond: 100 * load }, to: "front", until: 10_000, timeoutMs: 1e9 } },
        limits: { time: 30_000 },
      });
      const { refused } = simulation.state("s") as { refused: number };
      const good = goodShare(history) * history.length;
      const perSecond = good / 10;
      if (refuses !== undefined && refused > refuses * history.length) {
        return wrong({ problem: `at ${100 * load} % load, ${refused} of ${history.length} were refused, most of whom could have been served in time`, look: "How long would somebody who joins now wait, and how long may it take?" });
      }
      if (perSecond < least) {
        return wrong({ problem: `at ${100 * load} % load, only ${perSecond.toFixed(0)} a second were answered in time, of the 100 that the server can do`, look: "Whom you let in but serve too late costs as much as whom you serve in time." });
      }
      return { kind: "seen", what: `${perSecond.toFixed(0)} answers a second in time, ${refused} refused` };
    },
  };
}

const admit: Exercise<AdmitRule> = new Exercise({
  chapter,
  name: "admit",
  task: "Say whether a server lets one more into its queue.",
  hints: [
    "Whom it lets in must wait for those before it, for the one that is being served, and for its own work.",
    "That is about (waiting + 2) times the usual time of a job. Compare it with the caller's patience; a caller that says nothing waits for ever.",
    "({ waiting, usualMs, patience }) => patience === null || (waiting + 2) * usualMs <= patience",
  ],
  shape: isFunction,
  trials: [
    shedding("half load", { load: 0.5, least: 45, refuses: 0.02, patience: 200 }),
    shedding("twice the load that the server can carry", { load: 2, least: 75, patience: 200 }),
    shedding("three times the load, and callers in a hurry", { load: 3, least: 75, patience: 60 }),
  ],
});

const knee: Exercise<KneeRule> = new Exercise({
  chapter,
  name: "knee",
  task: "Say how much load one server may get.",
  hints: [
    "In M/M/1 the response time is exponentially distributed with the mean S / (1 - utilisation). Which time do 99 of 100 stay under?",
    "p99 = ln(100) x S / (1 - rate x S / 1000). Set it to the limit, and solve for the rate.",
    "(serviceMs, limitMs) => Math.max(0, 1000 / serviceMs - (1000 * Math.log(100)) / limitMs)",
  ],
  shape: isFunction,
  trials: [
    manyCases<KneeRule, { serviceMs: number; limitMs: number }>("sixty servers with their promises", {
      cases: 60,
      draw: (chance) => {
        const serviceMs = 1 + chance.below(50);
        return { serviceMs, limitMs: Math.round(serviceMs * (3 + 30 * chance.next())) };
      },
      judge(answer, { serviceMs, limitMs }) {
        const given: unknown = answer(serviceMs, limitMs);
        const what = `${serviceMs} ms of work, 99 % within ${limitMs} ms`;
        const right = Math.max(0, 1000 / serviceMs - (1000 * Math.log(100)) / limitMs);
        if (typeof given !== "number" || !(given >= 0) || !Number.isFinite(given)) return `${what}: the answer was ${show(given)}, which is no rate`;
        if (Math.abs(given - right) <= 1e-3 * Math.max(1, right)) return null;
        const p99 = mm1Percentile({ perSecond: given, serviceMs, p: 0.99 });
        return `${what}: at ${given.toFixed(2)} a second the 99th percentile is ${Number.isFinite(p99) ? `${p99.toFixed(0)} ms` : "without end"}; ${right.toFixed(2)} a second are right`;
      },
      look: "Put your rate into mm1Percentile({ perSecond, serviceMs, p: 0.99 }), and look at what comes out.",
    }),
  ],
});

/** The exercises of the chapter on challenges, by name. */
export const challengesExercises: {
  readonly tokens: Exercise<TokenRule>;
  readonly pause: Exercise<PauseRule>;
  readonly admit: Exercise<AdmitRule>;
  readonly knee: Exercise<KneeRule>;
} = { tokens, pause, admit, knee };
