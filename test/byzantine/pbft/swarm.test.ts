import { expect, it } from "vitest";
import { swarmOf } from "./swarm.js";

it("one order and right answers, whatever one replica and the network do", () => {
  const verdict = swarmOf(40);
  if (verdict.kind === "failed") throw new Error(verdict.report);
  expect(verdict.runs).toBe(40);
}, 60_000);
