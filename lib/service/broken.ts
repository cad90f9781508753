import type { Role } from "../core/role.js";
import { callerWith, type CallerOptions, type CallerSignature } from "./caller.js";
import { spend } from "./retry.js";
import { server, type ServerOptions, type ServerSignature } from "./server.js";

/*
 * Servers and callers with one rule broken, a different one in each.
 */

/**
 * A caller whose second attempts earn as much as they take: each retry pays for the next one, so that the budget limits
 * nothing once it has a token. `budgetKept` convicts it.
 */
export function overdrawnCaller(options: CallerOptions): Role<CallerSignature> {
  return callerWith(options, { spend: (tokens, attempt, budget) => (attempt === "retry" && tokens >= 1 ? tokens : spend(tokens, attempt, budget)) });
}

/** A server that looks at its capacity only where a worker is free, and so never. `queueBounded` convicts it. */
export function boundlessServer(options: ServerOptions = {}): Role<ServerSignature> {
  const { capacity: _, ...rest } = options;
  return server(rest);
}

/**
 * A server that forgets to take the next one from the queue when it has sent an answer: it serves again only when
 * somebody new comes. `workConserving` convicts it.
 */
export function sleepyServer(options: ServerOptions = {}): Role<ServerSignature> {
  const sound = server(options);
  return {
    ...sound,
    timeout: {
      done(self, timer, out) {
        const queue = self.queue;
        self.queue = [];
        sound.timeout.done(self, timer, out);
        self.queue = queue;
      },
    },
  };
}

/**
 * A caller that takes an answer for good whenever it comes, also after the call has been given up or answered. `answeredOnce`
 * convicts it.
 */
export function credulousCaller(options: CallerOptions): Role<CallerSignature> {
  const sound = callerWith(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      answer(self, { call, ok }, _from, out) {
        self.open.delete(call);
        out.reply(call, ok ? { ok } : { ok, why: "refused" });
      },
    },
    timeout: {
      ...sound.timeout,
      patience(self, timer, out) {
        if (self.open.get(timer.call)?.asked != null) sound.timeout.patience(self, timer, out);
      },
    },
  };
}
