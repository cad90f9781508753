// How fast histories of transactions are judged, and what transactions cost by each commit protocol and each way with
// deadlocks.
//
//   npm run bench -- transactions
//
// Seconds are of the processor, so that neighbours on the machine matter less. The rest is virtual time, the same on every
// machine: what is to be carried forward are ratios.
import { fourPhase, paxosCommit, threePhase, twoPhase } from "distlab/commit";
import { stream } from "distlab/core";
import { serializable } from "distlab/history";
import { messageTotal, operationLatencies, percentile } from "distlab/measure";
import { simulate } from "distlab/sim";
import { bankShards, lockTimes, replicated, store, transactionsOf, transfers, versionsOf } from "distlab/transactions";

/** @template T @param {() => T} work @returns {{ result: T, seconds: number }} */
function timed(work) {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** Transactions that read three of so many keys and write half of them, one after the other. @param {number} n @param {number} keys */
function histories(n, keys) {
  const chance = stream(1, "history");
  /** @type {Map<string, string>} */
  const state = new Map();
  const history = Array.from({ length: n }, (_, i) => {
    /** @type {import("distlab/history").TransactionStep[]} */
    const steps = [];
    for (const key of new Set(Array.from({ length: 3 }, () => `k${chance.below(keys)}`))) {
      steps.push({ kind: "read", key, value: state.get(key) ?? null });
      if (chance.chance(0.5)) {
        state.set(key, `${key} ${i}`);
        steps.push({ kind: "write", key, value: `${key} ${i}` });
      }
    }
    return { transaction: `t${i}`, outcome: /** @type {const} */ ("committed"), steps, invokedAt: i, returnedAt: i + 0.5 };
  });
  return history;
}

console.log("judging histories: is there a serial order?");
for (const n of [1_000, 10_000, 100_000]) {
  for (const keys of [100, 10_000]) {
    const history = histories(n, keys);
    const sound = timed(() => serializable(history, { realTime: true }));
    const last = history.at(-1);
    const flawed = [...history.slice(0, -1), { ...last, steps: [...last.steps, { kind: "read", key: "k0", value: null }] }];
    const broken = timed(() => serializable(/** @type {any} */ (flawed)));
    if (sound.result.kind !== "holds") throw new Error(sound.result.reason);
    const perSecond = Math.round(n / sound.seconds).toLocaleString("en");
    console.log(
      `  ${n.toLocaleString("en").padStart(7)} transactions, ${String(keys).padStart(6)} keys: ${sound.seconds.toFixed(2).padStart(6)} s, ` +
        `${perSecond.padStart(9)}/s; with a stale read ${broken.seconds.toFixed(2).padStart(6)} s, ${broken.result.kind}`,
    );
  }
}

const shards = bankShards({ shards: 3, accounts: 10 });

/** @param {string} what @param {Parameters<typeof store>[0]} options @param {(cluster: ReturnType<typeof store>) => Record<string, any>} [change] */
function bank(what, options, change = ({ nodes }) => nodes) {
  const cluster = store(options);
  const clients = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [
      `client${i}`,
      { operations: transfers(shards, { hot: 12 }), count: 1_000, to: cluster.managers[0], from: 500, timeoutMs: 60_000, retries: 0 },
    ]),
  );
  const { result: run, seconds } = timed(() =>
    simulate(/** @type {any} */ ({ nodes: change(cluster), network: { latency: [1, 5] }, disk: { flush: 1 }, clients, until: 2_500 })),
  );
  const verdict = serializable(transactionsOf(run.trace), { versions: versionsOf(run.trace), realTime: true });
  if (verdict.kind !== "holds") throw new Error(`${what}: ${verdict.reason}`);
  const answered = operationLatencies(run.trace);
  const held = lockTimes(run.trace).flatMap(({ from, to }) => (to === null ? [] : [to - from]));
  const perTransaction = (messageTotal(run.trace).sent / Math.max(1, answered.length)).toFixed(1);
  console.log(
    `  ${what.padEnd(36)} ${String(Math.round(answered.length / 2)).padStart(5)}/s of virtual time, ` +
      `half within ${percentile(answered.map(({ ms }) => ms), 0.5).toFixed(0).padStart(4)} ms, ` +
      (held.length > 0 ? `locks held ${percentile(held, 0.5).toFixed(0).padStart(4)} ms, ` : "".padEnd(21)) +
      `${perTransaction.padStart(6)} messages each; ${seconds.toFixed(1)} s`,
  );
}

console.log("transfers between 12 accounts at 3 shards, 6 clients, messages 1 to 5 ms, writes 1 ms");
for (const form of /** @type {const} */ (["basic", "presumed-abort", "presumed-commit"])) bank(`two-phase commit, ${form}`, { shards, protocol: twoPhase.protocol({ form }) });
bank("three-phase commit", { shards, protocol: threePhase.protocol() });
bank("four-phase commit", { shards, protocol: fourPhase.protocol() });
for (const faults of [0, 1, 2]) bank(`Paxos Commit, F = ${faults}`, { shards, protocol: paxosCommit.protocol({ faults }) });
bank("Faster Paxos Commit, F = 1", { shards, protocol: paxosCommit.protocol({ faults: 1, faster: true }) });
bank("two-phase commit between groups of 3", { shards }, ({ nodes }) => replicated(nodes, ["c", ...Object.keys(shards)]));
for (const deadlocks of /** @type {const} */ (["probes", "detector", "wound-wait"])) bank(`two-phase commit, ${deadlocks}`, { shards, deadlocks });
