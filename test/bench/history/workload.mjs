// Histories for the benchmark: clients that each have one operation after the other on random keys, with answers that
// are right by construction, because each operation takes effect at a drawn instant between its call and its return.
import { stream } from "distlab/core";

/** Rows as `linearizable` takes them: reads, writes and compare-and-sets of five values, half of them reads. */
export function history({ operations, clients, keys, seed = 1, lastMs = 10 }) {
  const chance = stream(seed, "workload");
  const free = Array.from({ length: clients }, () => 0);
  const rows = [];
  for (let i = 0; i < operations; i++) {
    let client = 0;
    for (let c = 1; c < clients; c++) if (free[c] < free[client]) client = c;
    const invokedAt = free[client] + chance.double();
    const returnedAt = invokedAt + 1 + (lastMs - 1) * chance.double();
    free[client] = returnedAt;
    const key = chance.below(keys);
    const kind = chance.double();
    const [from, to] = [chance.below(5), chance.below(5)];
    const request =
      kind < 0.5 ? { kind: "get", key } : kind < 0.8 ? { kind: "put", key, value: to } : { kind: "cas", key, from, to };
    rows.push({
      client: `c${client}`,
      request,
      result: undefined,
      invokedAt,
      returnedAt,
      at: invokedAt + chance.double() * (returnedAt - invokedAt),
    });
  }
  const values = new Map();
  for (const row of [...rows].sort((a, b) => a.at - b.at)) {
    const { kind, key, value, from, to } = row.request;
    const before = values.get(key) ?? null;
    if (kind === "get") row.result = before;
    else if (kind === "put") values.set(key, value);
    else if ((row.result = before === from)) values.set(key, to);
  }
  return rows.map(({ at, ...row }) => row).sort((a, b) => a.invokedAt - b.invokedAt);
}

/** The same with one wrong answer: the first read behind two thirds of the rows saw what nobody wrote there. */
export function spoilt(rows) {
  const wrong = rows.findIndex(({ request }, i) => i >= (2 * rows.length) / 3 && request.kind === "get");
  return rows.map((row, i) => (i === wrong ? { ...row, result: 99 } : row));
}

/** The same with the answer of one read that is only out of date: another value that the register does take. */
export function stale(rows) {
  const wrong = rows.findIndex(({ request }, i) => i >= (2 * rows.length) / 3 && request.kind === "get");
  return rows.map((row, i) => (i === wrong ? { ...row, result: (row.result ?? 0) === 4 ? 3 : 4 } : row));
}
