// How many records a second go through windows, beside a loop over a Map that knows the windows by heart.
//
//   npm run bench -- streams
//
// Seconds are of the processor; what is to be carried forward are the ratios.
import { boundedDelay, delayedEvents, evaluate, session, sliding, streamed, sum, tumbling } from "distlab/streams";

const EVENTS = 100_000;
const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
const arrivals = delayedEvents({ events: EVENTS, every: 1, keys, delay: 20 });
const late = Math.max(...arrivals.map(({ at, seenAt }) => seenAt - at));

/** @template T @param {() => T} work @returns {{ result: T, rate: number }} */
function timed(work) {
  work(); // warm
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, rate: EVENTS / ((user + system) / 1e6) };
}

/** @param {number} size @param {number} every */
function byHand(size, every) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const { key, value, at } of arrivals) {
    for (let start = Math.floor(at / every) * every; start > at - size; start -= every) {
      const window = `${key} ${start}`;
      sums.set(window, (sums.get(window) ?? 0) + value);
    }
  }
  return sums;
}

/** @param {string} what @param {number} rate @param {number} [base] */
function tell(what, rate, base) {
  const ratio = base === undefined ? "" : `${(base / rate).toFixed(1).padStart(6)} times the time of the loop`;
  console.log(`  ${what.padEnd(54)} ${Math.round(rate).toLocaleString("en").padStart(10)} records/s ${ratio}`);
}

for (const { what, windows, size, every } of [
  { what: "tumbling, 1 s", windows: tumbling(1_000), size: 1_000, every: 1_000 },
  { what: "sliding, 1 s every 250 ms", windows: sliding(1_000, 250), size: 1_000, every: 250 },
]) {
  console.log(`${what}, ${keys.length} keys, ${EVENTS.toLocaleString("en")} events`);
  const hand = timed(() => byHand(size, every));
  tell("a loop over a Map", hand.rate);
  const judge = timed(() => evaluate(arrivals, { windows, aggregate: sum }));
  tell("evaluate, which knows all at once", judge.rate, hand.rate);
  const stream = timed(() => streamed(arrivals, { windows, aggregate: sum, watermark: boundedDelay(late) }));
  tell("streamed, with a watermark that is never too early", stream.rate, hand.rate);
  const total = [...hand.result.values()].reduce((a, b) => a + b, 0);
  for (const results of [judge.result, stream.result.panes]) {
    if (results.reduce((all, { result }) => all + result, 0) !== total) throw new Error("a record was lost");
  }
}

console.log("sessions with a gap of 200 ms");
const judge = timed(() => evaluate(arrivals, { windows: session(200), aggregate: sum }));
tell("evaluate", judge.rate);
const stream = timed(() => streamed(arrivals, { windows: session(200), aggregate: sum, watermark: boundedDelay(late) }));
tell("streamed", stream.rate, judge.rate);
