import { describe, expect, it } from "vitest";
import { brokenLiarScenes, sameOrder } from "../../../lib/byzantine.js";
import { simulate } from "../../../lib/sim.js";
import { judge } from "./run.js";

const play = (scene: object, liars: readonly never[]) => simulate({ ...scene, properties: [sameOrder({ liars })] } as never);

describe.each(brokenLiarScenes)("$name", ({ breaks, liars, scene, sound }) => {
  it("lets one liar break what the protocol is for", () => {
    const run = play(scene, liars as never);
    if (breaks === "same order") expect(run.violation).toMatchObject({ property: "same order" });
    else expect(judge(run).problem).not.toBeNull();
  });

  it("is what it takes: with the sound rule the same liar does no harm", () => {
    const run = play(sound, liars as never);
    expect(run.violation).toBeNull();
    if (breaks === "answers") expect(judge(run).problem).toBeNull();
  });
});
