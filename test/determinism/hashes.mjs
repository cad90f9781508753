/**
 * Prints a fingerprint for each of some runs, as one JSON object. The same sources must print the same text in every
 * process, on every version of Node and on every machine: distributions that compute logarithms, every kind of random
 * fault, disks, clients, measurements and the exhaustive search are all in it.
 */
import { createHash } from "node:crypto";
import { explore } from "distlab/check";
import { ids } from "distlab/core";
import { decisionLatencies, messageCounts, summary } from "distlab/measure";
import { acceptor, agreement, proposer, server } from "distlab/paxos";
import { simulate } from "distlab/sim";

const names = ["s1", "s2", "s3", "s4", "s5"];
const servers = ids(...names);

/** Five servers that agree on one value while everything goes wrong. */
function troubled(/** @type {string | number} */ seed, /** @type {import("distlab/sim").Latency} */ latency) {
  const rate = { perSecond: 2, lasts: /** @type {const} */ ([20, 200]) };
  return simulate({
    seed,
    nodes: Object.fromEntries(names.map((name) => [name, server({ servers })])),
    network: { latency, loss: 0.1, duplication: 0.05, kinds: { accept: { loss: 0.2 } }, links: { "s1<>s2": { bandwidth: 50 } } },
    disk: { flush: { kind: "exponential", mean: 2 } },
    processing: [0.1, 0.5],
    requests: names.map((node, index) => ({ at: index * 5, node, request: { kind: /** @type {const} */ ("propose"), value: `v${index}` } })),
    clients: {
      open: { operations: (chance) => ({ kind: "propose", value: `w${chance.below(9)}` }), load: { kind: "open", perSecond: 20 }, until: 1_000, timeoutMs: 100 },
      closed: { operations: (_, n) => (n > 20 ? null : { kind: "propose", value: `c${n}` }), load: { kind: "closed", think: { kind: "exponential", mean: 30 } }, choice: "random" },
    },
    nemesis: {
      until: 3_000, crashes: rate, writeCrashes: rate, pauses: rate, stalls: rate, slowdowns: rate, skews: rate,
      partitions: rate, oneWayCuts: rate, bridges: rate, isolations: rate, swizzles: rate,
    },
    properties: [agreement],
    limits: { time: 20_000 },
  });
}

/** @type {Record<string, import("distlab/sim").Latency>} */
const latencies = {
  "constant": 5,
  "uniform": [1, 10],
  "exponential": { kind: "exponential", mean: 8, min: 1 },
  "log-normal": { kind: "log-normal", median: 5, sigma: 0.8 },
  "empirical": { kind: "empirical", samples: [1, 2, 2, 3, 40] },
};

/** @type {Record<string, string>} */
const prints = {};
for (const [name, latency] of Object.entries(latencies)) {
  for (const seed of [1, "a named seed", 2 ** 40]) {
    const run = troubled(seed, latency);
    prints[`run ${name} ${seed}`] = `${run.hash} ${run.ended.kind} ${run.trace.length}`;
    prints[`rows ${name} ${seed}`] = digest([messageCounts(run.trace), decisionLatencies(run.trace)]);
  }
}
prints["statistics"] = digest(summary(troubled(1, [1, 10]).trace.map(({ at }) => at)));

const acceptors = ids("a1", "a2", "a3");
const verdict = explore({
  nodes: { p1: proposer({ acceptors }), a1: acceptor(), a2: acceptor(), a3: acceptor() },
  requests: [{ node: "p1", request: { kind: "propose", value: "x" } }],
  properties: [agreement],
});
prints["search"] = `${verdict.kind} ${verdict.worlds} ${verdict.transitions} ${verdict.depth}`;

if (process.argv.includes("--with-pictures")) {
  const { Pictures } = await import("../../kernel-setup/dist/picture/pictures.js");
  const pictures = new Pictures();
  const y = Array.from({ length: 40 }, (_, i) => Math.exp(i / 7) + Math.sin(i));
  const drawings = [
    { data: [{ y, mode: "lines+markers" }], layout: { yaxis: { type: "log" }, title: { text: "Growth 增长" } } },
    { data: [{ type: "histogram", x: y }, { type: "box", y, xaxis: "x2", yaxis: "y2" }], layout: { grid: { rows: 1, columns: 2, pattern: "independent" } } },
    { data: [{ type: "heatmap", z: [y, [...y].reverse()] }] },
  ];
  prints["pictures"] = digest(await Promise.all(drawings.map((figure) => pictures.draw(figure))));
}

console.log(JSON.stringify(prints));

/**
 * @param {unknown} value
 * @returns {string}
 */
function digest(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
