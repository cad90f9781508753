import { describe, expect, it } from "vitest";
import { anomalies, database, databaseHistory, interleave, levels, terminal, type ScriptOptions } from "../../../lib/isolation.js";
import { transactionText } from "../../../lib/history.js";
import { simulate } from "../../../lib/sim.js";
import { parse } from "../../../lib/transactions/isolation/interleave.js";
import type { NodeId } from "../../../lib/core/role.js";

/** A script on the simulator: somebody types a statement every 10 ms. */
function typed(script: string, options: ScriptOptions) {
  const statements = parse(script);
  const names = [...new Set(statements.map(({ transaction }) => transaction))];
  const run = simulate<any>({
    nodes: { database: database(options), ...Object.fromEntries(names.map((transaction) => [transaction, terminal({ database: "database" as NodeId, transaction })])) },
    network: { latency: 1, fifo: true },
    requests: statements.map(({ transaction, statement, from }, i) => ({ at: 10 * i, node: transaction, request: { kind: "say", statement, from } })) as never,
  });
  return { run, text: transactionText({ events: databaseHistory(run.decisions, options).events.filter(({ kind }) => kind !== "begin") }) };
}

describe("terminals", () => {
  it.each(levels)("do to a database at %s what the script does", (level) => {
    for (const { script, rows, predicates } of anomalies) {
      const options = { level, rows, predicates };
      expect(typed(script, options).text, script).toBe(interleave(script, options).text);
    }
  });

  it("hold back what is typed while a statement waits, and answer with the end what is typed after it", () => {
    const { run } = typed("w1[x=1] w2[x=2] r2[x] c1 c2 r2[x]", { level: "read committed", rows: { x: 0 } });
    const answers = run.trace.flatMap((event) => (event.kind === "reply" && event.node === "T2" ? [[event.at, event.result]] : []));
    expect(answers).toEqual([[32, { kind: "done" }], [34, { kind: "value", value: 2 }], [42, { kind: "committed" }], [50, { kind: "committed" }]]);
  });
});
