import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { byKey, linearizableAnswers, register } from "../../../lib/history.js";
import { brokenRegisters, type RegisterWorld } from "../../../lib/replication.js";

const answers = linearizableAnswers(byKey(register()));
const everyWorld = (world: RegisterWorld) =>
  explore({ ...world, properties: [...world.properties, answers], reduce: true } as Parameters<typeof explore>[0]);

/** What the search finds in each world: the problem and the length of a shortest schedule; and how many worlds there are with the sound role. */
const found: Readonly<Record<string, { readonly problem: RegExp; readonly steps: number; readonly sound: number }>> = {
  "hasty reader": { problem: /read\(x\) → –: whatever the order .* would have been a/, steps: 8, sound: 315_158 },
  "lonely reader": { problem: /read\(x\) → –: .* would have been a/, steps: 12, sound: 27_798 },
  "nameless writer": { problem: /^x: \(1, w\) is a at r1, but y at r2/, steps: 8, sound: 20_305 },
  "blind writer": { problem: /read\(x\) → y: .* would have been a/, steps: 11, sound: 212_382 },
  "forgetful writer": { problem: /read\(x\) → a: .* would have been b/, steps: 13, sound: 3_346 },
  "forgetful replica": { problem: /read\(x\) → –: .* would have been a/, steps: 10, sound: 233 },
  "overwriting replica": { problem: /read\(x\) → a: .* would have been b/, steps: 12, sound: 5_892 },
};

describe("the registers with one rule broken", () => {
  it.each(brokenRegisters.map((each) => [each.name, each.does, each] as const))("go wrong by a %s: it %s", (_, __, { world, name }) => {
    const verdict = everyWorld(world);
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    expect(verdict.problem).toMatch(found[name]!.problem);
    expect(verdict.schedule).toHaveLength(found[name]!.steps);
  });

  it.each(brokenRegisters.map((each) => [each.name, each] as const))("are linearizable in every such world without the %s", (_, { name, sound }) => {
    expect(everyWorld(sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("go wrong in as many ways as there are worlds for it", () => {
    expect(brokenRegisters.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});
