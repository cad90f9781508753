import type { Claim, NewViewRule, PreparedRule, QuorumSizeRule, RootRule } from "../../lib/learn/chapters/security-exercises.js";
import { type Choose, majorityOrder } from "../../lib/byzantine.js";
import type { Answers } from "./hold-exercises.js";

const everyTraitor = /^four generals, every traitor/;

export const choose: Answers<Choose> = {
  sound: (orders) => (orders.filter((order) => order === "attack").length > orders.length / 2 ? "attack" : "retreat"),
  wrong: [
    { name: "never attacks", trial: /^four loyal/, problem: /to attack, and l1 to retreat/, run: true, answer: () => "retreat" },
    { name: "what the commander said", trial: everyTraitor, problem: /both are loyal/, run: true, answer: ([first]) => first! },
    {
      name: "attack if anybody says so", trial: everyTraitor, problem: /to attack; both are loyal/, run: true,
      answer: (orders) => (orders.includes("attack") ? "attack" : "retreat"),
    },
    {
      name: "attack if all say so", trial: everyTraitor, problem: /to retreat; both are loyal/, run: true,
      answer: (orders) => (orders.every((order) => order === "attack") ? "attack" : "retreat"),
    },
    {
      name: "attack at an even split", trial: /^orders drawn/, problem: /must make retreat/, run: false,
      answer: (orders) => (orders.filter((order) => order === "attack").length >= orders.length / 2 ? "attack" : "retreat"),
    },
    { name: "the last word", trial: everyTraitor, problem: /decides to/, run: true, answer: (orders) => orders.at(-1)! },
    { name: "not an order", trial: /^four loyal|^orders drawn/, problem: /./, run: false, answer: ((orders: never) => majorityOrder(orders).toUpperCase()) as never },
  ],
};

export const quorumSize: Answers<QuorumSizeRule> = {
  sound(n, f) {
    const q = Math.floor((n + f) / 2) + 1;
    return q > n - f ? null : q;
  },
  wrong: [
    { name: "a majority", trial: /^n = 3f/, problem: /may share nobody but liars/, run: false, answer: (n) => Math.floor(n / 2) + 1 },
    { name: "everybody", trial: /^four replicas/, problem: /never comes together/, run: false, answer: (n) => n },
    { name: "all but f", trial: /^too few/, problem: /no quorum is both/, run: false, answer: (n, f) => n - f },
    { name: "all but f, from 3f + 1 on", trial: /^any number/, problem: /are enough/, run: false, answer: (n, f) => (n < 3 * f + 1 ? null : n - f) },
    { name: "2f + 1, whatever n is", trial: /^any number/, problem: /share nobody but liars/, run: false, answer: (n, f) => (n < 3 * f + 1 ? null : 2 * f + 1) },
    { name: "no rounding", trial: /^n = 3f|^any number|^four/, problem: /must be a whole number|share nobody/, run: false, answer: (n, f) => (n < 3 * f + 1 ? null : (n + f) / 2) },
    { name: "1 too few", trial: /^four replicas/, problem: /share nobody but liars/, run: false, answer: (_, f) => 2 * f },
  ],
};

const soundPrepared: PreparedRule = ({ f, primary, prePrepare, prepares }) => {
  if (!prePrepare.isGood || prePrepare.signer !== primary) return false;
  const same = prepares.filter(
    (word) => word.isGood && word.signer !== primary && word.view === prePrepare.view && word.n === prePrepare.n && word.digest === prePrepare.digest,
  );
  return new Set(same.map(({ signer }) => signer)).size >= 2 * f;
};

/** The rule without one of its conditions: what does not hold is put right before it is asked. */
const without = (mend: (claim: Claim) => Claim): PreparedRule => (claim) => soundPrepared(mend(claim));
const mendEach = (mend: (word: Claim["prePrepare"], claim: Claim) => Claim["prePrepare"]) =>
  without((claim) => ({ ...claim, prepares: claim.prepares.map((word) => mend(word, claim)) }));
const drawn = { trial: /^certificates drawn/, problem: /and must answer false/, run: false };

export const prepared: Answers<PreparedRule> = {
  sound: soundPrepared,
  wrong: [
    { name: "never", trial: /^an honest/, problem: /never executed/, run: true, answer: () => false },
    { name: "always", trial: /^a replica that invents/, problem: /both are honest/, run: true, answer: () => true },
    { name: "counts 2f + 1", trial: /^an honest/, problem: /never executed/, run: true, answer: (claim) => soundPrepared(claim) && claim.prepares.length > 2 * claim.f },
    { name: "f + 1 are enough", ...drawn, answer: (claim) => new Set(claim.prepares.filter(({ digest }) => digest === claim.prePrepare.digest).map(({ signer }) => signer)).size > claim.f },
    {
      name: "one replica counts as often as it speaks", ...drawn,
      answer: ({ prepares, ...claim }) => soundPrepared({ ...claim, prepares: prepares.map((word, i) => (word.signer === claim.primary ? word : { ...word, signer: `x${i}` })) }),
    },
    { name: "does not look at signatures", ...drawn, answer: mendEach((word) => ({ ...word, isGood: true })) },
    { name: "does not look at the view", ...drawn, answer: mendEach((word, { prePrepare }) => ({ ...word, view: prePrepare.view })) },
    { name: "does not look at the number", ...drawn, answer: mendEach((word, { prePrepare }) => ({ ...word, n: prePrepare.n })) },
    { name: "does not look at the digest", ...drawn, answer: mendEach((word, { prePrepare }) => ({ ...word, digest: prePrepare.digest })) },
    { name: "lets the primary prepare, too", ...drawn, answer: mendEach((word, { primary }) => (word.signer === primary ? { ...word, signer: "backup" } : word)) },
    {
      name: "does not look who made the pre-prepare", ...drawn,
      answer: without((claim) => ({ ...claim, prePrepare: { ...claim.prePrepare, isGood: true, signer: claim.primary } })),
    },
  ],
};

const soundNewView: NewViewRule = (reports) => {
  const from = Math.max(...reports.map(({ stable }) => stable));
  const all = reports.flatMap(({ prepared }) => prepared).filter(({ n }) => n > from);
  const to = Math.max(from, ...all.map(({ n }) => n));
  const rows: { n: number; value: string | null }[] = [];
  for (let n = from + 1; n <= to; n++) {
    const [latest] = all.filter((one) => one.n === n).sort((a, b) => b.view - a.view);
    rows.push({ n, value: latest?.value ?? null });
  }
  return rows;
};
const cases = { trial: /^reports drawn/, problem: /and must make/, run: false };

export const newView: Answers<NewViewRule> = {
  sound: soundNewView,
  wrong: [
    { name: "begins from nothing", trial: /^a change of view/, problem: /executed/, run: true, answer: () => [] },
    { name: "puts nothing everywhere", trial: /^a change of view/, problem: /executed/, run: true, answer: (reports) => soundNewView(reports).map(({ n }) => ({ n, value: null })) },
    { name: "the earliest view", ...cases, answer: (reports) => soundNewView(reports.map((report) => ({ ...report, prepared: report.prepared.map((one) => ({ ...one, view: -one.view })) }))) },
    { name: "leaves holes", ...cases, answer: (reports) => soundNewView(reports).filter(({ value }) => value !== null) },
    { name: "forgets the checkpoint", ...cases, answer: (reports) => soundNewView(reports.map((report) => ({ ...report, stable: 0 }))) },
    {
      name: "the earliest checkpoint", ...cases,
      answer: (reports) => soundNewView(reports.map((report) => ({ ...report, stable: Math.min(...reports.map(({ stable }) => stable)) }))),
    },
    { name: "only what all have prepared", trial: /^a change of view/, problem: /executed/, run: true, answer: (reports) => soundNewView(reports).filter(({ n }) => reports.every(({ prepared }) => prepared.some((one) => one.n === n))) },
  ],
};

const soundRoot: RootRule = (leaf, index, size, proof, node) => {
  let [hash, at, last] = [leaf, index, size - 1];
  for (const sibling of proof) {
    while (at === last && at % 2 === 0 && at > 0) [at, last] = [at / 2, Math.floor(last / 2)];
    hash = at % 2 === 1 ? node(sibling, hash) : node(hash, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return hash;
};

export const root: Answers<RootRule> = {
  sound: soundRoot,
  wrong: [
    { name: "the leaf itself", trial: /^full trees/, problem: /it comes to/, run: false, answer: (leaf) => leaf },
    { name: "always on the left", trial: /^full trees/, problem: /for entry 1 of 2/, run: false, answer: (leaf, _index, _size, proof, node) => proof.reduce((hash, sibling) => node(hash, sibling), leaf) },
    {
      name: "left and right the wrong way round", trial: /^full trees/, problem: /for entry 0 of 2/, run: false,
      answer: (leaf, index, size, proof, node) => soundRoot(leaf, index, size, proof, (left, right) => node(right, left)),
    },
    {
      name: "takes every tree for a full one", trial: /^trees of any size/, problem: /for entry 2 of 3/, run: false,
      answer: (leaf, index, _, proof, node) => proof.reduce((hash, sibling, level) => ((index >> level) % 2 === 1 ? node(sibling, hash) : node(hash, sibling)), leaf),
    },
    {
      name: "sorts the two hashes", trial: /^full trees/, problem: /it comes to/, run: false,
      answer: (leaf, _index, _size, proof, node) => proof.reduce((hash, sibling) => (hash < sibling ? node(hash, sibling) : node(sibling, hash)), leaf),
    },
  ],
};
