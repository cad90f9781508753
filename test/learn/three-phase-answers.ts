import type { BlockingStatesRule, ChooseRule, ObeyRule, PatienceRule, TerminateRule, TotalFailureRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const split = /decided to commit t1, but .* decided to abort it|decided to abort t1, but .* decided to commit it/;

export const blockingStates: Answers<BlockingStatesRule> = {
  sound: (states) => states.filter((state) => state.besideCommit && (state.besideAbort || !state.committable)).map(({ name }) => name),
  wrong: [
    { name: "no state blocks", trial: /two-phase/, problem: /must be prepared/, run: false, answer: () => [] },
    { name: "every state that is not committable", trial: /two-phase/, problem: /must be prepared/, run: false, answer: (states) => states.filter(({ committable }) => !committable).map(({ name }) => name) },
    {
      name: "the first condition only", trial: /without an abort/, problem: /must be waiting/, run: false,
      answer: (states) => states.filter(({ besideCommit, besideAbort }) => besideCommit && besideAbort).map(({ name }) => name),
    },
    {
      name: "the second condition only", trial: /all sorts/, problem: /must be/, run: false,
      answer: (states) => states.filter(({ besideCommit, committable }) => besideCommit && !committable).map(({ name }) => name),
    },
    { name: "no list", trial: /two-phase/, problem: /must be a list of names/, run: false, answer: (() => "prepared") as never },
  ],
};

const soundTerminate: TerminateRule = (own, others) => {
  const all = [own, ...others];
  if (!all.includes("preCommitted")) return "abort";
  return all.includes("uncertain") ? "preCommit first" : "commit";
};

export const terminate: Answers<TerminateRule> = {
  sound: soundTerminate,
  wrong: [
    { name: "always abort", trial: /anywhere, and nobody else/, problem: split, run: true, answer: () => "abort" },
    { name: "always commit", trial: /before it has told anybody/, problem: /must abort/, run: true, answer: () => "commit" },
    { name: "tells all that all have voted yes, whatever it knows", trial: /before it has told anybody/, problem: /must abort/, run: true, answer: () => "preCommit first" },
    {
      name: "commits before the others know", trial: /first two/, problem: split, run: true,
      answer: (own, others) => ([own, ...others].includes("preCommitted") ? "commit" : "abort"),
    },
    { name: "looks at itself only", trial: /first two/, problem: split, run: true, answer: (own) => (own === "preCommitted" ? "preCommit first" : "abort") },
    { name: "waits for more", trial: /before it has told anybody/, problem: /the answer must be/, run: false, answer: (() => null) as never },
  ],
};

export const obey: Answers<ObeyRule> = {
  sound: (attempt, own) => attempt >= own,
  wrong: [
    { name: "nobody", trial: /nothing fails/, problem: /c never learns/, run: true, answer: () => false },
    { name: "only later ones", trial: /nothing fails/, problem: /c never learns/, run: true, answer: (attempt, own) => attempt > own },
    { name: "everybody", trial: /first two/, problem: split, run: true, answer: () => true },
    { name: "only its own", trial: /and nobody else/, problem: /^not so: nobody who lives waits for ever; .* it has not come true/, run: true, answer: (attempt, own) => attempt === own },
    { name: "no boolean", trial: /nothing fails/, problem: /the answer must be true or false/, run: false, answer: (() => "yes") as never },
  ],
};

const soundTotal: TotalFailureRule = (back, n) => {
  const last = [...back.values()].filter(({ up }) => up.length === 1);
  const counts = last.length > 0 ? last : back.size === n ? [...back.values()] : null;
  if (counts === null) return null;
  return counts.some(({ state }) => state === "preCommitted") ? "commit" : "abort";
};

export const lastToFail: Answers<TotalFailureRule> = {
  sound: soundTotal,
  wrong: [
    {
      name: "decides by itself", trial: /one participant dies and comes back/, problem: split, run: true,
      answer: (back) => ([...back.values()].some(({ state }) => state === "preCommitted") ? "commit" : "abort"),
    },
    { name: "waits for ever", trial: /all crash at once/, problem: /never learns/, run: true, answer: () => null },
    {
      name: "two are enough", trial: /of all sorts/, problem: /must be/, run: false,
      answer: (back) => (back.size < 2 ? null : [...back.values()].some(({ state }) => state === "preCommitted") ? "commit" : "abort"),
    },
    {
      name: "only when all are back", trial: /of all sorts/, problem: /must be/, run: false,
      answer: (back, n) => (back.size < n ? null : soundTotal(back, n)),
    },
    { name: "only the last", trial: /all crash at once/, problem: /never learns/, run: true, answer: (back) => ([...back.values()].some(({ up }) => up.length === 1) ? soundTotal(back, -1) : null) },
    { name: "always abort", trial: /last comes back alone/, problem: split, run: true, answer: (back, n) => soundTotal(back, n) && "abort" },
  ],
};

const count = (states: ReadonlyMap<string, "commit" | "abort" | null>, ready: "commit" | "abort" | null): number => [...states.values()].filter((state) => state === ready).length;

export const choose: Answers<ChooseRule> = {
  sound(states, quorum) {
    const open = count(states, null);
    const ready = count(states, "commit");
    if (ready > 0 && ready + open >= quorum.commit) return "commit";
    return count(states, "abort") + open >= quorum.abort ? "abort" : null;
  },
  wrong: [
    { name: "waits", trial: /made one ready/, problem: /never learns/, run: true, answer: () => null },
    {
      name: "three-phase commit without quorums", trial: /take over|takes over|of all sorts/, problem: /must be/, run: false,
      answer: (states) => (count(states, "commit") > 0 ? "commit" : "abort"),
    },
    {
      name: "a commit without anybody who knows", trial: /take over|takes over/, problem: /but p\d has not voted/, run: true,
      answer: (states, quorum) => (count(states, "commit") + count(states, null) >= quorum.commit ? "commit" : count(states, "abort") + count(states, null) >= quorum.abort ? "abort" : null),
    },
    {
      name: "counts only those who are ready already", trial: /made one ready/, problem: /never learns/, run: true,
      answer: (states, quorum) => (count(states, "commit") >= quorum.commit ? "commit" : count(states, "abort") >= quorum.abort ? "abort" : null),
    },
    { name: "no outcome", trial: /made one ready/, problem: /the answer must be "commit" or "abort" or null/, run: false, answer: (() => true) as never },
  ],
};

export const patience: Answers<PatienceRule> = {
  sound: ({ most, flush }) => 2.5 * (most + flush),
  wrong: [
    { name: "one way", trial: /as slow as can be/, problem: /must commit|never learns|decided/, run: false, answer: ({ most }) => most },
    { name: "no writes", trial: /as slow as can be/, problem: /must commit|never learns|decided/, run: false, answer: ({ most }) => 2 * most + 1 },
    { name: "a round trip at its best", trial: /as slow as can be/, problem: /must commit/, run: false, answer: ({ least, flush }) => 2 * (least + flush) + 1 },
    { name: "one second", trial: /dies at any time/, problem: /still in doubt/, run: false, answer: () => 1_000 },
    { name: "no time", trial: /as slow as can be/, problem: /more than 0/, run: false, answer: () => 0 },
  ],
};
