import { expect, it, vi } from "vitest";
import { stream } from "../../lib/core/random.js";
import { postgresScripts, postgresVersion, startPostgres } from "../../lib/host.js";
import { interleave, type Level } from "../../lib/isolation.js";
import { randomScript } from "../transactions/isolation/random-scripts.js";

vi.setConfig({ testTimeout: 300_000 });

const version = await postgresVersion();
const pairs = { "read committed": "READ COMMITTED", snapshot: "REPEATABLE READ", "serializable snapshot": "SERIALIZABLE" } as const;
const rows = { x: 1, y: 6 };
const predicates = { Small: { max: 4 }, Big: { min: 5 } };
const plain = (result: string): string => result.replace(/refused: .*|aborted: (?!rollback).*/, "refused");

const draw = (seed: number): string => randomScript(stream(seed, "pg"), { least: 2, writes: ["w#[@=@+1]"] });

it("finds that PostgreSQL answers random scripts alike, but for who is woken first, and for locks that are coarser than ours", async () => {
  if (version === null) return expect(startPostgres()).rejects.toThrow("PostgreSQL 15 or newer is not installed");
  const { databases, stop } = await startPostgres({ names: ["lab"] });
  const alike = { "read committed": 0, snapshot: 0, "serializable snapshot": 0 };
  try {
    const run = postgresScripts(databases[0]!);
    for (let seed = 1; seed <= 60; seed++) {
      const script = draw(seed);
      for (const [level, theirs] of Object.entries(pairs)) {
        const real = await run(script, { level: theirs, rows, predicates: { Small: "value <= 4", Big: "value >= 5" }, waitMs: 250 });
        const { steps } = interleave(script, { level: level as Level, rows, predicates });
        if (real.every(({ result }, i) => plain(result) === plain(steps[i]!.result))) alike[level as keyof typeof alike] += 1;
      }
    }
  } finally {
    await stop();
  }
  for (const count of Object.values(alike)) expect(count).toBeGreaterThanOrEqual(55);
});
