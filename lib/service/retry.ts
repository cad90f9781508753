import { finite, flag, integer, options } from "../core/parameters.js";

/** How long to wait before another attempt. */
export interface Backoff {
  /** Before the second attempt, in ms. */
  readonly firstMs: number;
  /** How many times as long before each further one; 1 (the default) is a fixed wait, 2 is the usual exponential one. */
  readonly factor?: number;
  /** At most so long, in ms. Default: no limit. */
  readonly mostMs?: number;
  /** Anything from 0 to that ("full jitter", Brooker 2015), so that those who failed together do not return together. Default false. */
  readonly jitter?: boolean;
}

/** A budget for second attempts, which all calls of a caller share: a bucket of tokens. */
export interface RetryBudget {
  /** How much of a token each first attempt brings: 0.1 allows one retry for ten calls. */
  readonly share: number;
  /** How many tokens there can be; also how many there are at first. */
  readonly burst: number;
}

/** When to stop asking a server that fails (the circuit breaker of Nygard 2007, chapter 5). */
export interface BreakerOptions {
  /** After so many failures in a row it opens. */
  readonly failures: number;
  /** So long nobody is asked, in ms; then one attempt may try. */
  readonly openMs: number;
}

/** The state of a circuit breaker. */
export interface Breaker {
  /** Closed: ask. Open: do not. Half-open: one attempt is under way or may be made, and decides. */
  state: "closed" | "open" | "half-open";
  /** Failures in a row. */
  failures: number;
  /** In half-open: whether the one attempt is under way. */
  probing: boolean;
}

/** The range of ms from which the wait after so many attempts is drawn. */
export function waitAfter(attempts: number, { firstMs, factor = 1, mostMs = Infinity, jitter = false }: Backoff): readonly [min: number, max: number] {
  let ms = firstMs;
  for (let i = 1; i < attempts && ms < mostMs; i++) ms *= factor;
  const wait = Math.min(ms, mostMs);
  return [jitter ? 0 : wait, wait];
}

/**
 * What an attempt does to the budget: the tokens that are left after it, or null where a retry must not be made. "call" is a
 * first attempt, "retry" any other.
 */
export type BudgetRule = (tokens: number, attempt: "call" | "retry", budget: RetryBudget) => number | null;

/** A token bucket: a first attempt brings a share of a token, up to the burst; a retry takes a whole one. */
export function spend(tokens: number, attempt: "call" | "retry", { share, burst }: RetryBudget): number | null {
  if (attempt === "call") return Math.min(burst, tokens + share);
  return tokens >= 1 ? tokens - 1 : null;
}

/** From how many ms to how many one waits after so many attempts (1 and up). */
export type WaitRule = (attempts: number) => readonly [min: number, max: number];

/** Whether one may ask through this breaker. */
export function mayAsk({ state, probing }: Breaker): boolean {
  return state === "closed" || (state === "half-open" && !probing);
}

/** What an answer, or its absence, does to a breaker; true if it has just opened. */
export function noteOutcome(breaker: Breaker, ok: boolean, { failures }: BreakerOptions): boolean {
  breaker.probing = false;
  if (ok) {
    breaker.state = "closed";
    breaker.failures = 0;
    return false;
  }
  breaker.failures += 1;
  if (breaker.state === "open" || (breaker.state === "closed" && breaker.failures < failures)) return false;
  breaker.state = "open";
  return true;
}

/** Throws for what is no back-off. */
export function checkBackoff(given: Backoff): Backoff {
  options("backoff", given, ["firstMs", "factor", "mostMs", "jitter"]);
  finite("backoff.firstMs", given.firstMs);
  finite("backoff.factor", given.factor ?? 1, { min: 1 });
  if (given.mostMs !== undefined) finite("backoff.mostMs", given.mostMs);
  flag("backoff.jitter", given.jitter ?? false);
  return given;
}

/** Throws for what is no budget. */
export function checkBudget(given: RetryBudget): RetryBudget {
  options("budget", given, ["share", "burst"]);
  finite("budget.share", given.share);
  finite("budget.burst", given.burst);
  return given;
}

/** Throws for what describes no breaker. */
export function checkBreaker(given: BreakerOptions): BreakerOptions {
  options("breaker", given, ["failures", "openMs"]);
  integer("breaker.failures", given.failures, { min: 1 });
  finite("breaker.openMs", given.openMs);
  return given;
}
