import { finite, integer } from "../core/parameters.js";
import { escape } from "../plot/escape.js";
import { formatNumber } from "../plot/format.js";
import { display, kernel, print, realTime } from "./kernel.js";

/** A bar that fills in one place of the notebook. */
export interface ProgressBar {
  /** So much is done. Costs next to nothing: the page hears of it ten times a second at most. */
  update(done: number): void;
  /** All is done, or as much as will be. What stays in the notebook says how much, and not how long it took. */
  end(done?: number): void;
}

let bars = 0;

/**
 * Show how far something is: `const bar = progress("runs", 200); ... bar.update(i); ... bar.end();`
 *
 * @param what what is counted: "runs"
 * @param total how many there are in all
 */
export function progress(what: string, total: number): ProgressBar {
  integer("total", total);
  const id = `distlab-progress-${++bars}`;
  const began = realTime();
  let told = -Infinity;
  let latest = 0;
  // Where nothing can be shown in place, only the end is told.
  const live = kernel() !== null;
  if (live) display(bundle(what, 0, total, ""), { id });
  return {
    update(done: number): void {
      latest = finite("done", done, { max: total });
      const now = realTime();
      if (now - told < 100) return;
      told = now;
      display(bundle(what, latest, total, remaining(now - began, latest, total)), { id, update: true });
    },
    end(done: number = total): void {
      latest = finite("done", done, { max: total });
      const text =
        latest === total
          ? `${formatNumber(total)} ${what}`
          : `${formatNumber(latest)} of ${formatNumber(total)} ${what}`;
      if (live) display({ "text/plain": text }, { id, update: true });
      else print(text);
    },
  };
}

function bundle(what: string, done: number, total: number, left: string): Record<string, unknown> {
  const text = `${formatNumber(done)} of ${formatNumber(total)} ${what}${left}`;
  return {
    "text/html": `<progress value="${done}" max="${Math.max(1, total)}"></progress> ${escape(text)}`,
    "text/plain": text,
  };
}

/** What is left, where enough is done to guess: some seconds, in words. */
function remaining(elapsed: number, done: number, total: number): string {
  if (done === 0 || elapsed < 1000) return "";
  return `, about ${formatNumber(Math.ceil((elapsed * (total - done)) / done / 1000))} s left`;
}
