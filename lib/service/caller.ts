import { finite, flag, integer, nodeNames, oneOf, options } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import { chooseServer, serverChoices, type ServerChoice } from "./choice.js";
import type { Answer, Ask, CallRequest, Outcome } from "./messages.js";
import {
  checkBackoff, checkBreaker, checkBudget, earned, mayAsk, noteOutcome, waitAfter, type Backoff, type Breaker, type BreakerOptions, type RetryBudget,
} from "./retry.js";

/** A call that its client still waits for. */
export interface OpenCall {
  readonly work: number;
  /** How often somebody was asked. */
  attempts: number;
  /** Who was asked, in order. A further attempt goes to somebody else, as long as there is anybody. */
  tried: NodeId[];
  /** Who is asked now; null while the caller waits before it asks again. */
  asked: NodeId | null;
}

/** What a caller knows. A crash loses all of it. */
export interface Caller {
  open: Map<Call, OpenCall>;
  /** How many answers of each server are awaited. */
  awaited: Map<NodeId, number>;
  breakers: Map<NodeId, Breaker>;
  /** How many second attempts the budget allows at the moment. */
  tokens: number;
  /** How many first and further attempts were made. */
  calls: number;
  retries: number;
}

export type CallerSignature = {
  state: Caller;
  receives: Answer;
  requests: CallRequest;
  timers:
    | { kind: "patience"; call: Call; attempt: number }
    | { kind: "again"; call: Call }
    | { kind: "half-open"; server: NodeId };
  sends: Ask;
  replies: Outcome;
};

export interface CallerOptions {
  /** The servers. */
  readonly to: readonly NodeId[];
  /** Which of them is asked. Default "round-robin". */
  readonly choice?: ServerChoice;
  /** How long it waits for an answer to one attempt, in ms. Default 1000. */
  readonly patience?: number;
  /** How often a call is attempted at most, 1 and up. Default 1: no retries. */
  readonly attempts?: number;
  /** How long it waits before it attempts again. Default: not at all. */
  readonly backoff?: Backoff;
  /** How many second attempts all calls together may make (Beyer et al. 2016, chapter 21). Default: no limit. */
  readonly budget?: RetryBudget;
  /** A circuit breaker for each server. Default: none. */
  readonly breaker?: BreakerOptions;
  /** Tell the servers how long it waits, so that they can drop what nobody wants any more. Default false. */
  readonly deadlines?: boolean;
}

/**
 * A caller: what stands between a client and the servers, in a library or a proxy. It chooses a server, waits, and asks
 * again where that may help. A retry (重试) helps against what is short and strikes few; against overload it is more of
 * what is wrong.
 *
 * @throws RangeError for an option outside its range
 */
export function caller(given: CallerOptions): Role<CallerSignature> {
  return callerWith(given, (tokens, budget, isRetry) => (isRetry ? tokens : earned(tokens, budget)));
}

/** A caller whose budget grows by another rule. */
export function callerWith(given: CallerOptions, earns: (tokens: number, budget: RetryBudget, isRetry: boolean) => number): Role<CallerSignature> {
  options("caller", given, ["to", "choice", "patience", "attempts", "backoff", "budget", "breaker", "deadlines"]);
  const { choice = "round-robin", patience = 1000, attempts = 1, deadlines = false } = given;
  const to = nodeNames("to", given.to);
  oneOf("choice", choice, serverChoices);
  finite("patience", patience);
  integer("attempts", attempts, { min: 1 });
  flag("deadlines", deadlines);
  const backoff = checkBackoff(given.backoff ?? { firstMs: 0 });
  const budget = given.budget === undefined ? null : checkBudget(given.budget);
  const breakerOptions = given.breaker === undefined ? null : checkBreaker(given.breaker);

  function ask(self: Caller, call: Call, out: Out<CallerSignature>): void {
    const open = self.open.get(call)!;
    const allowed = breakerOptions === null ? to : to.filter((node) => mayAsk(self.breakers.get(node)!));
    if (allowed.length === 0) return end(self, call, { ok: false, why: "not asked" }, out);
    const fresh = open.tried.length === 0 ? allowed : allowed.filter((node) => !open.tried.includes(node));
    const servers = fresh.length > 0 ? fresh : allowed;
    open.attempts += 1;
    const attempt = open.attempts;
    const server = chooseServer({ choice, servers, awaited: self.awaited, turn: self.calls + self.retries, name: `${call}.${attempt}` });
    if (attempt === 1) self.calls += 1;
    else self.retries += 1;
    if (budget !== null) self.tokens = earns(self.tokens, budget, attempt > 1);
    open.asked = server;
    open.tried.push(server);
    self.awaited.set(server, (self.awaited.get(server) ?? 0) + 1);
    if (breakerOptions !== null) {
      const breaker = self.breakers.get(server)!;
      breaker.probing = breaker.state === "half-open";
    }
    out.send(server, { kind: "ask", call, attempt, work: open.work, patience: deadlines ? patience : null, twin: null });
    out.setTimer({ kind: "patience", call, attempt }, patience);
  }

  /** An attempt has come to its end, well or badly. */
  function settle(self: Caller, call: Call, ok: boolean, why: "refused" | "timed out", out: Out<CallerSignature>): void {
    const open = self.open.get(call)!;
    const server = open.asked!;
    open.asked = null;
    self.awaited.set(server, self.awaited.get(server)! - 1);
    if (breakerOptions !== null && noteOutcome(self.breakers.get(server)!, ok, breakerOptions)) {
      out.setTimer({ kind: "half-open", server }, breakerOptions.openMs);
    }
    if (ok) return end(self, call, { ok }, out);
    if (open.attempts >= attempts) return end(self, call, { ok, why }, out);
    if (budget !== null) {
      if (self.tokens < 1) return end(self, call, { ok, why }, out);
      self.tokens -= 1;
    }
    const wait = waitAfter(open.attempts, backoff);
    if (wait[1] === 0) ask(self, call, out);
    else out.setTimer({ kind: "again", call }, wait);
  }

  return {
    name: "caller",
    durable: [],
    init: () => ({
      open: new Map(),
      awaited: new Map(),
      breakers: new Map(breakerOptions === null ? [] : to.map((node) => [node, { state: "closed", failures: 0, probing: false }])),
      tokens: budget?.burst ?? 0,
      calls: 0,
      retries: 0,
    }),

    receive: {
      // An answer to an attempt that was given up is late: its work was in vain.
      answer(self, { call, attempt, ok }, _from, out) {
        const open = self.open.get(call);
        if (open === undefined || open.asked === null || open.attempts !== attempt) return;
        out.cancelTimer({ kind: "patience", call, attempt });
        settle(self, call, ok, "refused", out);
      },
    },

    request: {
      call(self, { work }, call, out) {
        if (self.open.has(call)) return; // the client asks twice for the same
        self.open.set(call, { work, attempts: 0, tried: [], asked: null });
        ask(self, call, out);
      },
    },

    timeout: {
      patience(self, { call }, out) {
        settle(self, call, false, "timed out", out);
      },
      again(self, { call }, out) {
        ask(self, call, out);
      },
      "half-open"(self, { server }) {
        const breaker = self.breakers.get(server)!;
        breaker.state = "half-open";
        breaker.probing = false;
      },
    },
  };
}

function end(self: Caller, call: Call, outcome: Outcome, out: Out<CallerSignature>): void {
  self.open.delete(call);
  out.reply(call, outcome);
}
