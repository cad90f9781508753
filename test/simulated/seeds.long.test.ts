import { expect, it, vi } from "vitest";
import { context } from "../../lib/rdd.js";
import { simulated } from "../../lib/simulated.js";
import { programs } from "../compute/rdd/programs.js";

vi.setConfig({ testTimeout: 600_000 });

it.each(Object.entries(programs))("gives for %s the same under 1,500 schedules of crashes, pauses, cuts and lost messages", async (_, run) => {
  const expected = JSON.stringify(await run(context({ parallelism: 4 })));
  let [lost, copies] = [0, 0];
  for (let seed = 1; seed <= 1_500; seed++) {
    const sc = context({
      master: simulated({
        seed, executors: 4, slots: 1 + (seed % 2), heartbeatMs: 20, silenceMs: 70, fetchMs: 15, localityWaitMs: 10, speculation: seed % 3 === 0 ? { everyMs: 10 } : null,
        ...(seed % 5 === 0 ? { slow: { e4: 10 } } : {}),
        ...(seed % 7 === 0 ? { memory: 60 } : {}),
        network: { latency: [1, 4], loss: 0.05, duplication: 0.05 },
        nemesis: {
          until: 3_000, nodes: ["e1", "e2", "e3", "e4"],
          crashes: { perSecond: 15, lasts: [5, 120] }, pauses: { perSecond: 4, lasts: [20, 120] }, partitions: { perSecond: 3, lasts: [20, 120] },
        },
      }),
    });
    expect(JSON.stringify(await run(sc)), `seed ${seed}`).toBe(expected);
    lost += sc.tasks.filter(({ outcome }) => outcome === "lost" || outcome === "failed").length;
    copies += sc.tasks.filter(({ speculative }) => speculative).length;
  }
  expect(lost).toBeGreaterThan(500);
  expect(copies).toBeGreaterThan(50);
});
