import { finite, flag, integer, options, show } from "../core/parameters.js";
import { stream, type Seed } from "../core/random.js";
import { forecast, type Forecast, holtWinters, learnValue } from "./forecast.js";

/** A cluster whose size can be changed, in steps of time: what a server does in a step is one unit of work times `each`. */
export interface ElasticOptions {
  /** Requests that come in each step. */
  readonly load: readonly number[];
  readonly policy: ScalingPolicy;
  /** Requests that one server does in a step. */
  readonly each: number;
  /** Steps from the order of a server until it works (default 3). */
  readonly startup?: number;
  /** Servers at the beginning (default: enough for the first load). */
  readonly begin?: number;
  /** A step in which requests wait longer than so many steps breaks the promise (default 0.2). */
  readonly promise?: number;
}

/** One step of the cluster. */
export interface ElasticRow {
  readonly step: number;
  readonly load: number;
  /** Servers that work, and servers that are starting: both are paid for. */
  readonly ready: number;
  readonly starting: number;
  /** What the policy asked for. */
  readonly wanted: number;
  /** Requests that are left at the end of the step. */
  readonly backlog: number;
  /** How long a request that comes now waits, in steps. */
  readonly wait: number;
  readonly broken: boolean;
}

/** What a policy sees when it decides, at the end of a step. */
export interface ElasticSight {
  readonly step: number;
  readonly load: number;
  readonly ready: number;
  readonly starting: number;
  readonly backlog: number;
  /** Requests that one server does in a step, and steps until a new one works. */
  readonly each: number;
  readonly startup: number;
}

/** A policy decides how many servers there should be, starting ones included. `begin` makes a fresh one for each run. */
export interface ScalingPolicy {
  readonly name: string;
  begin(): (sight: ElasticSight) => number;
}

/**
 * Run a cluster that grows and shrinks through a load, step by step. Work flows: what a server does in a step is no more
 * than `each`, and what is left waits. A server that is taken away stops at once; one that is ordered works `startup` steps
 * later.
 *
 * @throws RangeError for a size that makes no sense, or a policy that asks for none
 */
export function elastic(given: ElasticOptions): ElasticRow[] {
  const { load, policy, each, startup = 3, promise = 0.2 } = options("elastic", given, ["load", "policy", "each", "startup", "begin", "promise"]);
  finite("each", each, { min: Number.MIN_VALUE });
  integer("startup", startup);
  finite("promise", promise);
  const decide = policy.begin();
  let ready = integer("begin", given.begin ?? Math.ceil((load[0] ?? 0) / each + 1), { min: 1 });
  /** When each server that is starting will work. */
  let starting: number[] = [];
  let backlog = 0;
  return load.map((arriving, step) => {
    finite(`load[${step}]`, arriving);
    ready += starting.filter((at) => at <= step).length;
    starting = starting.filter((at) => at > step);
    backlog = Math.max(0, backlog + arriving - ready * each);
    const wait = backlog / (ready * each);
    const row = { step, load: arriving, ready, starting: starting.length, backlog, wait, broken: wait > promise };
    const wanted = decide({ step, load: arriving, ready, starting: starting.length, backlog, each, startup });
    if (!Number.isFinite(wanted)) throw new RangeError(`${policy.name} must ask for a number of servers, got ${show(wanted)}`);
    const next = Math.max(1, Math.ceil(wanted - 1e-9));
    for (let more = next - ready - starting.length; more > 0; more--) starting.push(step + 1 + startup);
    for (let less = ready + starting.length - next; less > 0; less--) {
      // The youngest order first: it has done nothing yet.
      if (starting.length > 0) starting.pop();
      else if (ready > 1) ready--;
    }
    return { ...row, wanted: next };
  });
}

/** What a run cost and how well it kept its promise. */
export function elasticCost(rows: readonly ElasticRow[]): { readonly serverSteps: number; readonly brokenShare: number; readonly changes: number } {
  const serverSteps = rows.reduce((sum, { ready, starting }) => sum + ready + starting, 0);
  const broken = rows.filter((row) => row.broken).length;
  const changes = rows.filter((row, i) => i > 0 && row.wanted !== rows[i - 1]!.wanted).length;
  return { serverSteps, brokenShare: broken / rows.length, changes };
}

/** As many servers always. */
export function always(servers: number): ScalingPolicy {
  integer("servers", servers, { min: 1 });
  return { name: `always ${servers}`, begin: () => () => servers };
}

/**
 * The rule that most autoscalers have: so many servers that each would be busy to the share `target`, by the load of the
 * step that is over, and some more to get rid of what was left, in as many steps as a new server takes to start.
 */
export function reactive(given: { readonly target?: number } = {}): ScalingPolicy {
  const { target = 0.7 } = options("reactive", given, ["target"]);
  finite("target", target, { min: 0.01, max: 1 });
  return {
    name: `reactive ${target}`,
    begin: () => ({ load, backlog, each, startup }) => Math.ceil((load + backlog / (startup + 1)) / (each * target)),
  };
}

/**
 * The rule of thumb: `by` servers more when they were busy to more than `high` or something was left, `by` less when to less
 * than `low`; then nothing for `cooldown` steps. Without a cooldown as long as the start-up it acts again and again on what it
 * has set right already, and swings.
 */
export function stepwise(given: { readonly high?: number; readonly low?: number; readonly by?: number; readonly cooldown?: number } = {}): ScalingPolicy {
  const { high = 0.8, low = 0.6, by = 2, cooldown = 0 } = options("stepwise", given, ["high", "low", "by", "cooldown"]);
  finite("high", high, { max: 1 });
  finite("low", low, { max: high });
  integer("by", by, { min: 1 });
  integer("cooldown", cooldown);
  return {
    name: `${by} by ${by}${cooldown > 0 ? `, then ${cooldown} steps of rest` : ""}`,
    begin() {
      let rest = 0;
      return ({ load, backlog, each, ready, starting }) => {
        const now = ready + starting;
        if (rest-- > 0) return now;
        const busy = load / (ready * each);
        if (busy <= high && busy >= low && backlog === 0) return now;
        rest = cooldown;
        return busy > high || backlog > 0 ? now + by : Math.max(1, now - by);
      };
    },
  };
}

/**
 * A policy that learns the day (`holtWinters`) and orders servers for the load that it expects when they will work, with
 * `headroom` as a share on top. With `guard`, it never asks for less than a reactive rule would.
 */
export function foresighted(given: { readonly season: number; readonly headroom?: number; readonly guard?: boolean }): ScalingPolicy {
  const { season, headroom = 0.25, guard = false } = options("foresighted", given, ["season", "headroom", "guard"]);
  finite("headroom", headroom);
  flag("guard", guard);
  return {
    name: guard ? "forecast with a guard" : "forecast",
    begin() {
      let known: Forecast = holtWinters({ season });
      const react = reactive().begin();
      return (sight) => {
        known = learnValue(known, sight.load);
        // As far as a server that is ordered now can help; and one that is given up now cannot be had back sooner.
        const ahead = Array.from({ length: sight.startup + 2 }, (_, i) => forecast(known, i + 1));
        const expected = ((1 + headroom) * Math.max(...ahead, 0)) / sight.each;
        // In the first season it knows nothing, and reacts.
        if (known.first !== null) return react(sight);
        return guard ? Math.max(expected, react(sight)) : expected;
      };
    },
  };
}

export interface DailyLoadOptions {
  readonly seed: Seed;
  readonly days: number;
  /** Steps of a day (default 288: five minutes each). */
  readonly season?: number;
  /** Requests in a step at night, and at the peak. */
  readonly low: number;
  readonly peak: number;
  /** How far a single step may lie from its mean, as a share of it (default 0.1). */
  readonly noise?: number;
  /** From which day on the peak comes at another time, and how many steps later; by default never. */
  readonly shift?: { readonly day: number; readonly steps: number };
}

/** A load that comes again every day: quiet at night, one hump, some noise. The hump is (4 x (1 - x))⁶ over the day. */
export function dailyLoad(given: DailyLoadOptions): number[] {
  const { seed, days, season = 288, low, peak, noise = 0.1, shift } = options("dailyLoad", given, ["seed", "days", "season", "low", "peak", "noise", "shift"]);
  integer("days", days, { min: 1 });
  integer("season", season, { min: 2 });
  finite("low", low);
  finite("peak", peak, { min: low });
  finite("noise", noise, { max: 1 });
  const chance = stream(seed, "daily load");
  return Array.from({ length: days * season }, (_, step) => {
    const moved = shift !== undefined && step >= shift.day * season ? shift.steps : 0;
    const x = ((((step - moved) % season) + season) % season) / season;
    const hill = 4 * x * (1 - x);
    const mean = low + (peak - low) * hill * hill * hill * hill * hill * hill;
    return mean * (1 + noise * (2 * chance.next() - 1));
  });
}
