import { currentRun, enter } from "./runs.js";

type Callback = (this: unknown, ...all: unknown[]) => unknown;
type Schedule = (callback: Callback, ...rest: unknown[]) => unknown;

/**
 * Makes the global timers know whose they are: the output of a callback goes to the cell that set the timer, and after
 * a stop it does not run any more, and an interval ends. Otherwise they are Node's own.
 */
export function installTimers(target: typeof globalThis = globalThis): void {
  const { clearInterval } = target;
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const schedule = target[name] as unknown as Schedule;
    const minding = (callback: Callback, ...rest: unknown[]): unknown => {
      const run = currentRun();
      if (!run || typeof callback !== "function") return schedule(callback, ...rest);
      return schedule(function (this: unknown, ...all: unknown[]) {
        if (run.isStopped) {
          if (name === "setInterval") clearInterval(this as NodeJS.Timeout);
          return undefined;
        }
        enter(run);
        return callback.apply(this, all);
      }, ...rest);
    };
    // Node keeps the promise form of a timer as a property of the function.
    Object.defineProperties(minding, { ...Object.getOwnPropertyDescriptors(schedule), name: { value: name } });
    (target as unknown as Record<string, unknown>)[name] = minding;
  }
}
