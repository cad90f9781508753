import type { Role } from "../../../core/role.js";
import type { DriverSignature, DriverState } from "./driver.js";
import type { ExecutorSignature } from "./executor.js";

/**
 * Drivers and executors with one rule broken each, for checks that must catch them:
 * `simulated({ replace: { driver: doubleCountingDriver } })`.
 */

/** Counts what every report says, also that of a copy of the task, and of the same report come twice. */
export function doubleCountingDriver(role: Role<DriverSignature>): Role<DriverSignature> {
  return {
    ...role,
    receive: {
      ...role.receive,
      done(self, done, from, out) {
        const before = self.updates.length;
        role.receive.done(self, done, from, out);
        if (self.updates.length === before) self.updates.push(...done.updates);
      },
    },
  };
}

/** Has everything computed again when an executor is lost: right results, and MapReduce's price for the loss of a whole cluster. */
export function recomputingDriver(role: Role<DriverSignature>): Role<DriverSignature> {
  return {
    ...role,
    receive: {
      ...role.receive,
      register(self, message, from, out) {
        if (self.executors.has(from)) forgetAll(self);
        role.receive.register(self, message, from, out);
      },
    },
    timeout: {
      ...role.timeout,
      silent(self, timer, out) {
        forgetAll(self);
        role.timeout.silent(self, timer, out);
      },
    },
  };
}

/** Answers for blocks that it does not have as if they were empty. */
export function emptyHandedExecutor(role: Role<ExecutorSignature>): Role<ExecutorSignature> {
  return {
    ...role,
    receive: {
      ...role.receive,
      fetch(self, fetch, from, out) {
        const blocks = fetch.blocks.map(({ shuffle, map, reduce }) => self.outputs.get(`${shuffle}/${map}`)?.[reduce] ?? { items: [], bytes: 0 });
        if (fetch.kept.length > 0) return role.receive.fetch(self, fetch, from, out);
        out.send(from, { kind: "fetched", task: fetch.task, found: { blocks, kept: [] } });
      },
    },
  };
}

/** Does not say that it began anew: the driver goes on counting on what was lost, until the next fetch fails. */
export function silentlyRestartedExecutor(role: Role<ExecutorSignature>): Role<ExecutorSignature> {
  return {
    ...role,
    start(self, out) {
      role.start!(self, out);
      // Its former life's number, so that nobody notices.
      if (self.life > 1) self.life = 1;
    },
  };
}

function forgetAll({ outputs }: DriverState): void {
  for (const one of outputs.values()) {
    one.places.fill(null);
    one.missing = one.places.length;
  }
}
