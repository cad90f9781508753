import { expect, it, vi } from "vitest";
import { postgresScripts, postgresVersion, startPostgres } from "../../lib/host.js";
import { anomalies, interleave, type Level } from "../../lib/isolation.js";

vi.setConfig({ testTimeout: 60_000 });

const version = await postgresVersion();
const pairs = { "read committed": "READ COMMITTED", snapshot: "REPEATABLE READ", "serializable snapshot": "SERIALIZABLE" } as const;
/** Each names its reasons in its own way. */
const plain = (result: string): string => result.replace(/refused: .*|aborted: (?!rollback).*/, "refused");

it("finds that PostgreSQL answers every statement of the anomalies as the database of the library does", async () => {
  if (version === null) return expect(startPostgres()).rejects.toThrow("PostgreSQL 15 or newer is not installed");
  const { databases, stop } = await startPostgres({ names: ["lab"] });
  try {
    const run = postgresScripts(databases[0]!);
    await expect(run("w1[x=y+z]", { level: "SERIALIZABLE" })).rejects.toThrow("cannot say w1[x=y+z] in SQL");
    await expect(run("r1[P]", { level: "SERIALIZABLE" })).rejects.toThrow("no predicate P in this script: it has none");
    await expect(run("r1[x]", { level: "SNAPSHOT" as never })).rejects.toThrow('level must be one of "READ COMMITTED"');
    for (const { name, script, rows, predicates } of anomalies) {
      for (const [level, theirs] of Object.entries(pairs)) {
        const real = await run(script, { level: theirs, rows, predicates: { P: "value >= 1" }, waitMs: 150 });
        const { steps } = interleave(script, { level: level as Level, rows, predicates });
        expect([name, level, real.map(({ result }) => plain(result))]).toEqual([name, level, steps.map(({ result }) => plain(result))]);
      }
    }
  } finally {
    await stop();
  }
});
