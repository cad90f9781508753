import { expect, it } from "vitest";
import { pbftSpecification } from "../../../lib/byzantine.js";
import { search } from "../../../lib/check.js";
import { swarmOf } from "./swarm.js";

it("one order and right answers in a thousand runs, in which everything occurs", () => {
  const verdict = swarmOf(1_000);
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}, 600_000);

it("PBFT keeps one order among five replicas of which one lies", () => {
  expect(search(pbftSpecification({ n: 5, f: 1 }))).toMatchObject({ kind: "holds", states: 191_088 });
}, 120_000);
