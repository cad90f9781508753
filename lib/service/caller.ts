import { finite, flag, integer, nodeNames, oneOf, options } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import { chooseServer, serverChoices, type ServerChoice } from "./choice.js";
import type { Answer, Ask, CallRequest, Outcome } from "./messages.js";
import {
  checkBackoff, checkBreaker, checkBudget, mayAsk, noteOutcome, spend, waitAfter, type Backoff, type Breaker, type BreakerOptions, type BudgetRule,
  type RetryBudget, type WaitRule,
} from "./retry.js";
import type { Fine, HowAreYou } from "./server.js";

/** A call that somebody still waits for. */
export interface OpenCall {
  readonly work: number;
  /** The caller above that asked, and with which attempt; null if it was a client. */
  readonly above: { readonly node: NodeId; readonly attempt: number } | null;
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
  /** With health checks: who has not answered the last one, and who has not answered the one under way. */
  unwell: Set<NodeId>;
  silent: Set<NodeId>;
  /** How many second attempts the budget allows at the moment. */
  tokens: number;
  /** How many first and further attempts were made. */
  calls: number;
  retries: number;
}

export type CallerSignature = {
  state: Caller;
  receives: Answer | Ask | Fine;
  requests: CallRequest;
  timers:
    | { kind: "patience"; call: Call; attempt: number }
    | { kind: "again"; call: Call }
    | { kind: "half-open"; server: NodeId }
    | { kind: "check" };
  sends: Ask | Answer | HowAreYou;
  replies: Outcome;
};

export interface CallerOptions {
  /** The servers, or the callers of the next layer below. */
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
  /** Ask every server so often, in ms, how it is, and pass over those that did not answer the last time. Default: never. */
  readonly checkMs?: number;
}

/** The rules that a caller goes by. */
export interface CallerRules {
  readonly spend?: BudgetRule;
  readonly wait?: WaitRule;
}

/**
 * A caller: what stands between a client and the servers, in a library or a proxy. It chooses a server, waits, and asks
 * again where that may help. A retry (重试) helps against what is short and strikes few; against overload it is more of
 * what is wrong. Callers can stand in layers, each asking the next one.
 *
 * @throws RangeError for an option outside its range
 */
export function caller(given: CallerOptions): Role<CallerSignature> {
  return callerWith(given);
}

/** A caller with another rule for its budget, or for how long it waits. */
export function callerWith(given: CallerOptions, rules: CallerRules = {}): Role<CallerSignature> {
  options("caller", given, ["to", "choice", "patience", "attempts", "backoff", "budget", "breaker", "deadlines", "checkMs"]);
  const { choice = "round-robin", patience = 1000, attempts = 1, deadlines = false, checkMs } = given;
  const to = nodeNames("to", given.to);
  oneOf("choice", choice, serverChoices);
  finite("patience", patience);
  integer("attempts", attempts, { min: 1 });
  flag("deadlines", deadlines);
  if (checkMs !== undefined) finite("checkMs", checkMs, { min: 1e-3 });
  const backoff = checkBackoff(given.backoff ?? { firstMs: 0 });
  const budget = given.budget === undefined ? null : checkBudget(given.budget);
  const breakerOptions = given.breaker === undefined ? null : checkBreaker(given.breaker);
  const { spend: spends = spend, wait: waits = (made) => waitAfter(made, backoff) } = rules;

  function begin(self: Caller, call: Call, { work, above }: Pick<OpenCall, "work" | "above">, out: Out<CallerSignature>): void {
    self.calls += 1;
    if (budget !== null) self.tokens = spends(self.tokens, "call", budget) ?? self.tokens;
    self.open.set(call, { work, above, attempts: 0, tried: [], asked: null });
    ask(self, call, out);
  }

  function ask(self: Caller, call: Call, out: Out<CallerSignature>): void {
    const open = self.open.get(call)!;
    const servers = candidates(self, open);
    if (servers.length === 0) return end(self, call, { ok: false, why: "not asked" }, out);
    open.attempts += 1;
    const attempt = open.attempts;
    if (attempt > 1) self.retries += 1;
    const server = chooseServer({ choice, servers, awaited: self.awaited, turn: self.calls + self.retries, name: `${call}.${attempt}` });
    open.asked = server;
    open.tried.push(server);
    self.awaited.set(server, (self.awaited.get(server) ?? 0) + 1);
    const breaker = self.breakers.get(server);
    if (breaker !== undefined) breaker.probing = breaker.state === "half-open";
    out.send(server, { kind: "ask", call, attempt, work: open.work, patience: deadlines ? patience : null, twin: null });
    out.setTimer({ kind: "patience", call, attempt }, patience);
  }

  /** Whom to ask: nobody behind an open breaker; and if there are such, somebody who is well and was not asked for this yet. */
  function candidates(self: Caller, { tried }: OpenCall): readonly NodeId[] {
    let servers = breakerOptions === null ? to : to.filter((node) => mayAsk(self.breakers.get(node)!));
    for (const isBetter of [(node: NodeId) => !self.unwell.has(node), (node: NodeId) => !tried.includes(node)]) {
      const better = servers.filter(isBetter);
      if (better.length > 0) servers = better;
    }
    return servers;
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
      const left = spends(self.tokens, "retry", budget);
      if (left === null) return end(self, call, { ok, why }, out);
      self.tokens = left;
    }
    const wait = waits(open.attempts);
    if (wait[1] === 0) ask(self, call, out);
    else out.setTimer({ kind: "again", call }, wait);
  }

  function check(self: Caller, out: Out<CallerSignature>): void {
    self.unwell = self.silent;
    self.silent = new Set(to);
    for (const node of to) out.send(node, { kind: "how-are-you" });
    out.setTimer({ kind: "check" }, checkMs!);
  }

  return {
    name: "caller",
    durable: [],
    init: () => ({
      open: new Map(),
      awaited: new Map(),
      breakers: new Map(breakerOptions === null ? [] : to.map((node) => [node, { state: "closed", failures: 0, probing: false }])),
      unwell: new Set(),
      silent: new Set(),
      tokens: budget?.burst ?? 0,
      calls: 0,
      retries: 0,
    }),

    start(self, out) {
      if (checkMs !== undefined) check(self, out);
    },

    receive: {
      // An answer to an attempt that was given up is late: its work was in vain.
      answer(self, { call, attempt, ok }, _from, out) {
        const open = self.open.get(call);
        if (open === undefined || open.asked === null || open.attempts !== attempt) return;
        out.cancelTimer({ kind: "patience", call, attempt });
        settle(self, call, ok, "refused", out);
      },

      // From a caller of the layer above. Each of its attempts is a call of its own here, as it would be over a real network.
      ask(self, { call, attempt, work }, from, out) {
        begin(self, `${call}.${attempt}` as Call, { work, above: { node: from, attempt } }, out);
      },

      fine(self, _fine, from) {
        self.silent.delete(from);
      },
    },

    request: {
      call(self, { work }, call, out) {
        if (self.open.has(call)) return; // the client asks twice for the same
        begin(self, call, { work, above: null }, out);
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
      check(self, _timer, out) {
        check(self, out);
      },
    },
  };
}

function end(self: Caller, call: Call, outcome: Outcome, out: Out<CallerSignature>): void {
  const { above } = self.open.get(call)!;
  self.open.delete(call);
  if (above === null) return out.reply(call, outcome);
  const asked = call.slice(0, call.lastIndexOf(".")) as Call;
  out.send(above.node, { kind: "answer", call: asked, attempt: above.attempt, ok: outcome.ok });
}
