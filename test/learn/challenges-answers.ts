import type { AdmitRule, KneeRule, PauseRule, TokenRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

export const tokens: Answers<TokenRule> = {
  sound: (held, attempt, { share, burst }) => (attempt === "call" ? Math.min(burst, held + share) : held >= 1 ? held - 1 : null),
  wrong: [
    { name: "no upper end", trial: /sequences/, problem: /and leaves/, run: false, answer: (held, attempt, { share }) => (attempt === "call" ? held + share : held >= 1 ? held - 1 : null) },
    { name: "any part of a token will do", trial: /sequences/, problem: /must not be made/, run: false, answer: (held, attempt, { share, burst }) => (attempt === "call" ? Math.min(burst, held + share) : held > 0 ? held - 1 : null) },
    { name: "a retry takes a share", trial: /sequences/, problem: /and leaves/, run: false, answer: (held, attempt, { share, burst }) => (attempt === "call" ? Math.min(burst, held + share) : held >= 1 ? held - share : null) },
    { name: "a retry earns, too", trial: /sequences/, problem: /and leaves/, run: false, answer: (held, attempt, { share, burst }) => (attempt === "call" ? Math.min(burst, held + share) : held >= 1 ? held - 1 + share : null) },
    { name: "no limit at all", trial: /sequences/, problem: /must not be made|and leaves/, run: false, answer: (held) => held },
  ],
};

export const pause: Answers<PauseRule> = {
  sound: (attempts) => [0, Math.min(2_000, 100 * 2 ** (attempts - 1))],
  wrong: [
    { name: "at once", trial: /callers/, problem: /gave up|within the same 10 ms/, run: false, answer: () => [0, 0] },
    { name: "a fixed wait", trial: /callers/, problem: /within the same 10 ms/, run: false, answer: () => [300, 300] },
    { name: "exponential without jitter", trial: /callers/, problem: /within the same 10 ms/, run: false, answer: (attempts) => [Math.min(1_000, 50 * 2 ** (attempts - 1)), Math.min(1_000, 50 * 2 ** (attempts - 1))] },
    { name: "jitter without growth", trial: /callers/, problem: /gave up/, run: false, answer: () => [0, 100] },
    { name: "growth without a limit", trial: /callers/, problem: /nobody waits for 10 seconds/, run: false, answer: (attempts) => [0, 200 * 2 ** (attempts - 1)] },
  ],
};

export const admit: Answers<AdmitRule> = {
  sound: ({ waiting, usualMs, patience }) => patience === null || (waiting + 2) * usualMs <= patience,
  wrong: [
    { name: "everybody", trial: /twice the load/, problem: /answered in time/, run: false, answer: () => true },
    { name: "forgets its own work", trial: /the load/, problem: /answered in time/, run: false, answer: ({ waiting, usualMs, patience }) => patience === null || waiting * usualMs <= patience },
    { name: "nobody waits", trial: /half load/, problem: /were refused/, run: false, answer: ({ waiting }) => waiting < 1 },
    { name: "a fixed number, too large", trial: /the load/, problem: /answered in time/, run: false, answer: ({ waiting }) => waiting < 100 },
    { name: "a fixed number that fits one patience only", trial: /three times/, problem: /answered in time/, run: false, answer: ({ waiting }) => waiting < 14 },
  ],
};

export const knee: Answers<KneeRule> = {
  sound: (serviceMs, limitMs) => Math.max(0, 1000 / serviceMs - (1000 * Math.log(100)) / limitMs),
  wrong: [
    { name: "for the mean", trial: /servers/, problem: /99th percentile/, run: false, answer: (serviceMs, limitMs) => 1000 / serviceMs - 1000 / limitMs },
    { name: "99 % busy", trial: /servers/, problem: /99th percentile/, run: false, answer: (serviceMs) => 990 / serviceMs },
    { name: "below nothing", trial: /servers/, problem: /no rate/, run: false, answer: (serviceMs, limitMs) => 1000 / serviceMs - (1000 * Math.log(100)) / limitMs },
  ],
};
