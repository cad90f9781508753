import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import {
  type Choose, interactiveConsistency, majorityOrder, oralGeneral, type Order, placesOf, strategiesOf, traitorousGeneral,
} from "../../byzantine/generals.js";
import { hex, MerkleLog, nodeHash, leafHash } from "../../byzantine/merkle.js";
import { brokenLiarScenes } from "../../byzantine/pbft/broken-scenes.js";
import { type Cluster, primaryOf } from "../../byzantine/pbft/certificates.js";
import { client } from "../../byzantine/pbft/client.js";
import { inventingLeaver } from "../../byzantine/pbft/liars.js";
import type { Certificate } from "../../byzantine/pbft/messages.js";
import { sameOrder } from "../../byzantine/pbft/properties.js";
import { byzantineQuorum } from "../../byzantine/pbft/quorum.js";
import { replicaWith } from "../../byzantine/pbft/replica.js";
import type { Rules } from "../../byzantine/pbft/rules.js";
import { byzantineText, executedText } from "../../byzantine/words.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import type { Nodes } from "../../sim/options.js";
import { simulate, type Run, type SimulateOptions } from "../../sim/simulate.js";
import { Exercise } from "../exercise.js";
import { count, manyCases, oneRun, wrong, type Trial } from "../trial.js";

const chapter = "5.4";
const replicas = ids("r0", "r1", "r2", "r3");

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ----------------------------------------------------------------------------------------- the lieutenant's choice

const generals = ids("c", "l1", "l2", "l3");
const war = { generals, m: 1 };

function battle(choose: Choose, traitor: NodeId | null, strategy: readonly Order[], order: Order): SimulateOptions<Nodes> {
  const role = (name: NodeId): AnyRole => (name === traitor ? traitorousGeneral(war, [traitor], strategy) : oralGeneral(war, choose));
  return {
    nodes: Object.fromEntries(generals.map((name) => [name, role(name)])),
    network: { latency: 5 },
    requests: [{ at: 0, node: "c", request: { kind: "command", order } }],
    properties: [interactiveConsistency({ commander: generals[0]!, traitors: traitor ? [traitor] : [] })],
  } as SimulateOptions<Nodes>;
}

/** Everything that one traitor among four can do, one run for each. */
const everyTraitor: Trial<Choose> = {
  name: "four generals, every traitor and all that he can say",
  run(answer) {
    let runs = 0;
    for (const traitor of generals) {
      for (const strategy of strategiesOf(placesOf(war, [traitor]).length)) {
        for (const order of ["attack", "retreat"] as const) {
          const { violation, trace } = simulate(battle(answer, traitor, strategy, order));
          runs += 1;
          if (violation) {
            return wrong({ problem: `the traitor is ${traitor}: ${violation.problem}`, look: "Write down what each loyal lieutenant has heard. Do they all choose the same of it?", trace });
          }
        }
      }
    }
    return { kind: "seen", what: count(runs, "run") };
  },
};

const choose: Exercise<Choose> = new Exercise({
  chapter,
  name: "choose",
  task: "Make one order of those that a lieutenant has heard.",
  hints: [
    "A lieutenant has three orders, one from the commander and one from each of the other two. At most one of those who spoke is a traitor, and you do not know who.",
    "What all loyal lieutenants choose must depend only on what they have in common. If the commander is loyal, two of three orders are his; if he is not, the three lieutenants exchange the same three orders.",
    "Count \"attack\"; if that is more than half of all orders, attack, else retreat: an even split must be treated alike by all.",
  ],
  shape: isFunction,
  words: { message: byzantineText, decision: executedText },
  trials: [
    oneRun("four loyal generals", {
      options: (answer) => battle(answer, null, [], "attack"),
      atEnd: (run: Run<Nodes>) => (run.decisions.every(({ outcome }) => outcome === "attack") ? null : "the order was to attack, and not everybody does"),
      look: "Three times the same order was heard.",
    }),
    everyTraitor,
    manyCases("orders drawn by chance", {
      cases: 200,
      draw: (chance: Stream) => Array.from({ length: 1 + chance.below(6) }, (): Order => (chance.chance(0.5) ? "attack" : "retreat")),
      judge(answer, orders) {
        const got: unknown = answer(orders);
        const right = majorityOrder(orders);
        return got === right ? null : `of ${orders.join(", ")} it makes ${show(got)}, and must make ${right}`;
      },
      look: "An even split is no majority: then the order is to retreat.",
    }),
  ],
});

// ---------------------------------------------------------------------------------------------- the size of a quorum

/** How large a quorum must be among n replicas of which f may lie; null where no size is both safe and live. */
export type QuorumSizeRule = (n: number, f: number) => number | null;

const quorumCases = (name: string, cases: readonly (readonly [number, number])[]): Trial<QuorumSizeRule> => ({
  name,
  run(answer) {
    for (const [n, f] of cases) {
      const got: unknown = answer(n, f);
      const what = `of ${n} replicas of which ${f} may lie`;
      const look = "Two quorums of q share at least 2q − n replicas. How many of these may lie? And how many replicas may never answer?";
      if (n < 3 * f + 1) {
        if (got !== null) return wrong({ problem: `${what} no quorum is both safe and live, got ${show(got)}`, look });
        continue;
      }
      if (typeof got !== "number" || !Number.isInteger(got)) return wrong({ problem: `${what} the quorum must be a whole number, got ${show(got)}`, look });
      if (2 * got - n <= f) return wrong({ problem: `${what}, two quorums of ${got} may share nobody but liars`, look });
      if (got > n - f) return wrong({ problem: `${what}, a quorum of ${got} never comes together if the liars are silent`, look });
      if (got > byzantineQuorum(n, f)) return wrong({ problem: `${what}, ${byzantineQuorum(n, f)} are enough, got ${got}`, look });
    }
    return { kind: "seen", what: count(cases.length, "case") };
  },
});

const quorumSize: Exercise<QuorumSizeRule> = new Exercise({
  chapter,
  name: "quorumSize",
  task: "Compute the least quorum among n replicas of which f may lie, or null if there is none.",
  hints: [
    "Safety: any two quorums share more than f replicas, so that one of those whom they share is honest. Liveness: a quorum is there when f replicas are silent.",
    "Two sets of q out of n share at least 2q − n. So 2q − n > f, and q ≤ n − f.",
    "The least q with 2q > n + f is Math.floor((n + f) / 2) + 1. If it is more than n − f, answer null.",
  ],
  shape: isFunction,
  trials: [
    quorumCases("four replicas, one liar", [[4, 1]]),
    quorumCases("n = 3f + 1", [[1, 0], [7, 2], [10, 3], [13, 4]]),
    quorumCases("too few replicas", [[3, 1], [6, 2], [2, 1], [9, 3]]),
    quorumCases("any number of replicas", [[3, 0], [5, 1], [6, 1], [8, 2], [9, 2], [12, 3], [20, 3], [20, 6]]),
  ],
});

// ------------------------------------------------------------------------------------------------- prepared or not

/** A signed word about number `n` in a view; `isGood` says that the signature is that of the signer. */
export interface Word {
  readonly view: number;
  readonly n: number;
  readonly digest: string;
  readonly signer: string;
  readonly isGood: boolean;
}

/** What a replica shows to prove that requests were prepared. */
export interface Claim {
  readonly f: number;
  /** The primary of the pre-prepare's view. */
  readonly primary: string;
  readonly prePrepare: Word;
  readonly prepares: readonly Word[];
}

/** Whether the claim proves that its requests were prepared. */
export type PreparedRule = (claim: Claim) => boolean;

function claimOf(cluster: Cluster, { prePrepare, prepares }: Certificate): Claim {
  const word = (message: Certificate["prePrepare"] | Certificate["prepares"][number]): Word => {
    const { view, n, digest, signer } = message;
    return { view, n, digest, signer, isGood: cluster.keys.verify(message) && cluster.replicas.includes(signer) };
  };
  return { f: cluster.f, primary: primaryOf(cluster, prePrepare.view), prePrepare: word(prePrepare), prepares: prepares.map(word) };
}

function isClaimProved({ f, primary, prePrepare, prepares }: Claim): boolean {
  if (!prePrepare.isGood || prePrepare.signer !== primary) return false;
  const backups = prepares.filter(
    ({ view, n, digest, signer, isGood }) =>
      isGood && signer !== primary && view === prePrepare.view && n === prePrepare.n && digest === prePrepare.digest,
  );
  return new Set(backups.map(({ signer }) => signer)).size >= 2 * f;
}

/** r0, r1 and r2 execute at number 1, r3 knows nothing of it; then r0 is cut off, and r1 begins a view. */
function changed(rules: Partial<Rules>, liar: "inventing" | null): SimulateOptions<Nodes> {
  const scene = brokenLiarScenes.find(({ name }) => name === "no look at the proofs of a view change")!.sound;
  const options = { replicas, machine: keyValueStore };
  const role = replicaWith(rules, options);
  const { until, ...rest } = scene;
  return {
    ...rest, until: Math.min(until, 3_000),
    nodes: { r0: role, r1: liar ? inventingLeaver(options, role) : role, r2: role, r3: role, c: client({ replicas }) },
    properties: [sameOrder({ liars: liar ? ids("r1") : [] })],
  } as unknown as SimulateOptions<Nodes>;
}

/** Whether the second request was executed by two replicas that were there: the view has come. */
function viewHasBegun(run: Run<Nodes>): string | null {
  const second = run.decisions.filter(({ outcome }) => JSON.stringify(outcome).includes('"b"'));
  return second.length >= 2 ? null : "the second request is never executed: the new view does not begin, or not with what it needs";
}

function drawClaim(chance: Stream): Claim {
  const f = 1 + chance.below(2);
  const names = Array.from({ length: 3 * f + 1 }, (_, i) => `r${i}`);
  const view = chance.below(4);
  const primary = names[view % names.length]!;
  const right = { view, n: 7, digest: "d1" };
  const odd = (): Partial<Word> =>
    chance.pick([{ view: view + 1 }, { n: 8 }, { digest: "d2" }, { isGood: false }, { signer: primary }]);
  const prepares = chance.shuffle(names.filter((name) => name !== primary)).slice(0, 2 * f + chance.below(2)).map((signer): Word => {
    const word = { ...right, signer, isGood: true };
    return chance.chance(0.18) ? { ...word, ...odd() } : word;
  });
  if (chance.chance(0.2) && prepares.length > 1) prepares[0] = { ...prepares[1]! };
  const strange = chance.chance(0.1) ? chance.pick([{ isGood: false }, { signer: names.find((name) => name !== primary)! }]) : {};
  return { f, primary, prePrepare: { ...right, signer: primary, isGood: true, ...strange }, prepares };
}

function claimText({ f, primary, prePrepare, prepares }: Claim): string {
  const word = ({ view, n, digest, signer, isGood }: Word): string => `${signer}: ${digest} at ${n} of view ${view}${isGood ? "" : " (bad signature)"}`;
  return `f = ${f}, primary ${primary}, pre-prepare ${word(prePrepare)}; prepares ${prepares.map(word).join(", ") || "none"}`;
}

const prepared: Exercise<PreparedRule> = new Exercise({
  chapter,
  name: "prepared",
  task: "Decide whether a certificate proves that requests were prepared.",
  hints: [
    "A certificate is shown by somebody who may lie. What of it could a liar have made alone? What takes the signature of an honest replica?",
    "The pre-prepare must be the primary's. Each prepare must be about the same view, number and digest, well signed, and of a backup. And one replica that says it twice is still one replica.",
    "Filter the prepares by these conditions, put their signers into a Set, and compare its size with 2 * f; before that, return false unless prePrepare.isGood and prePrepare.signer === primary.",
  ],
  shape: isFunction,
  trials: [
    oneRun("an honest change of view", {
      options: (answer) => changed({ isProved: (cluster, certificate) => answer(claimOf(cluster, certificate)) }, null),
      atEnd: viewHasBegun,
      look: "Everybody is honest here, and r2 shows two prepares of backups beside the primary's pre-prepare. Is that not enough for you?",
    }),
    oneRun("a replica that invents what was prepared", {
      options: (answer) => changed({ isProved: (cluster, certificate) => answer(claimOf(cluster, certificate)) }, "inventing"),
      look: "Look at the view change of r1. Who has signed what it shows?",
    }),
    manyCases("certificates drawn by chance", {
      cases: 400,
      draw: drawClaim,
      judge(answer, claim) {
        const got: unknown = answer(claim);
        const right = isClaimProved(claim);
        return got === right ? null : `${claimText(claim)}: it answers ${show(got)}, and must answer ${right}`;
      },
      look: "Whose signatures are there, each counted once, under exactly this view, number and digest?",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------ the new view

/** What one replica proves when it leaves for a view: its last stable checkpoint, and what was prepared with it after that. */
export interface Report {
  readonly stable: number;
  readonly prepared: readonly { readonly n: number; readonly view: number; readonly value: string }[];
}

/** What the new view begins with: for every number after the latest stable checkpoint a value, or null for nothing. */
export type NewViewRule = (reports: readonly Report[]) => readonly { readonly n: number; readonly value: string | null }[];

function soundNewView(reports: readonly Report[]): { n: number; value: string | null }[] {
  const from = Math.max(...reports.map(({ stable }) => stable));
  const all = reports.flatMap((report) => report.prepared).filter(({ n }) => n > from);
  const to = Math.max(from, ...all.map(({ n }) => n));
  return Array.from({ length: to - from }, (_, i) => {
    const n = from + i + 1;
    const latest = all.filter((one) => one.n === n).reduce<(typeof all)[number] | null>((best, one) => (!best || one.view > best.view ? one : best), null);
    return { n, value: latest?.value ?? null };
  });
}

function drawReports(chance: Stream): Report[] {
  const valueAt = (n: number, view: number): string => ["p", "q", "r", "s"][(n * 7 + view * 3) % 4]!;
  return Array.from({ length: 3 }, () => {
    const stable = chance.pick([0, 0, 2]);
    const numbers = [1, 2, 3, 4, 5].filter((n) => n > stable && chance.chance(0.35));
    return {
      stable,
      prepared: numbers.map((n) => {
        const view = chance.below(3);
        return { n, view, value: valueAt(n, view) };
      }),
    };
  });
}

/** A report in words: "stable 2, prepared 4 = r (view 1)". */
function reportText({ stable, prepared }: Report): string {
  const slots = prepared.map(({ n, view, value }) => `${n} = ${value} (view ${view})`).join(", ");
  return `stable ${stable}, prepared ${slots || "nothing"}`;
}

/** What a view begins with, in words: "3 = null, 4 = r"; what has another shape, as it is. */
function planText(plan: unknown): string {
  if (!Array.isArray(plan) || !plan.every((slot) => typeof slot?.n === "number")) return show(plan);
  return plan.map(({ n, value }) => `${n} = ${value}`).join(", ") || "nothing";
}

/** The learner's rule in the place of the paper's. */
function planWith(answer: NewViewRule): Partial<Rules> {
  return {
    plan(viewChanges) {
      const reports = viewChanges.map(({ n, prepared }): Report => ({
        stable: n, prepared: prepared.map(({ prePrepare }) => ({ n: prePrepare.n, view: prePrepare.view, value: prePrepare.digest })),
      }));
      const known = new Map(viewChanges.flatMap((change) => change.prepared).map(({ prePrepare }) => [prePrepare.digest, prePrepare.requests]));
      const slots = [...answer(reports)].map(({ n, value }) => ({ n, requests: (value === null ? undefined : known.get(value)) ?? [] }));
      const from = Math.max(...viewChanges.map(({ n }) => n));
      return { from, to: Math.max(from, ...slots.map(({ n }) => n)), slots };
    },
  };
}

const newView: Exercise<NewViewRule> = new Exercise({
  chapter,
  name: "newView",
  task: "Compute what a new view must begin with.",
  hints: [
    "Before the latest stable checkpoint everything is settled. After it, what may have been committed is among what these replicas have prepared. Where do you stop?",
    "Of two certificates for one number, one is of a later view. A later view was begun with what the earlier ones had left; which of the two can have been committed last?",
    "from = the greatest stable; to = the greatest n that is prepared (or from). For each n from from + 1 to to: the value of the entry with the greatest view, or null if there is none.",
  ],
  shape: isFunction,
  trials: [
    oneRun("a change of view after a request was executed", {
      options: (answer) => changed(planWith(answer), null),
      atEnd: viewHasBegun,
      look: "Number 1 was executed in view 0 and is prepared with r2. What does your new view put there?",
    }),
    manyCases("reports drawn by chance", {
      cases: 400,
      draw: drawReports,
      judge(answer, reports) {
        const got: unknown = answer(reports);
        const right = soundNewView(reports);
        return JSON.stringify(got) === JSON.stringify(right) ? null : `of ${reports.map(reportText).join("; ")}: it makes ${planText(got)}, and must make ${planText(right)}`;
      },
      look: "Check in this order: the greatest stable checkpoint, the greatest number prepared after it, and for each number between the certificate of the latest view.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------- the Merkle proof

/** The head to which a proof leads from a leaf; `node` hashes two hashes, the left one first. */
export type RootRule = (
  leaf: string,
  index: number,
  size: number,
  proof: readonly string[],
  node: (left: string, right: string) => string,
) => string;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
const nodeOf = (left: string, right: string): string => hex(nodeHash(bytesOf(left), bytesOf(right)));

const proofTrial = (name: string, sizes: readonly number[]): Trial<RootRule> => ({
  name,
  run(answer) {
    let cases = 0;
    for (const size of sizes) {
      const log = new MerkleLog(Array.from({ length: size }, (_, i) => `entry ${i}`));
      for (let index = 0; index < size; index++) {
        cases += 1;
        const got: unknown = answer(hex(leafHash(`entry ${index}`)), index, size, log.inclusionProof(index).map(hex), nodeOf);
        if (got === hex(log.root())) continue;
        return wrong({
          problem: `for entry ${index} of ${size} it comes to ${show(got)}, and the head is ${show(hex(log.root()))}`,
          look: "At each level: is this node a left or a right child? And does it have a neighbour at all?",
        });
      }
    }
    return { kind: "seen", what: count(cases, "proof") };
  },
});

const root: Exercise<RootRule> = new Exercise({
  chapter,
  name: "root",
  task: "Compute the head of the tree to which an inclusion proof leads.",
  hints: [
    "In a tree of 2^k leaves: a node with an even index is a left child, one with an odd index a right child. Its parent has half the index, rounded down.",
    "Where the size is no power of two, the last node of a level may have no neighbour: then it goes up as it is and uses no hash of the proof. Keep the index of the last node of the level, too, and halve it along.",
    "For each sibling of the proof: while the node is the last and even, halve both indices; then, if it is odd, hash = node(sibling, hash), else node(hash, sibling); then halve both.",
  ],
  shape: isFunction,
  trials: [
    proofTrial("one entry", [1]),
    proofTrial("full trees", [2, 4, 8]),
    proofTrial("trees of any size", [3, 5, 6, 7, 11, 13, 20]),
  ],
});

/** The exercises of chapter 5.4, by name. */
export const securityExercises: {
  readonly choose: Exercise<Choose>;
  readonly quorumSize: Exercise<QuorumSizeRule>;
  readonly prepared: Exercise<PreparedRule>;
  readonly newView: Exercise<NewViewRule>;
  readonly root: Exercise<RootRule>;
} = { choose, quorumSize, prepared, newView, root };
