import { afterEach, describe, expect, it, vi } from "vitest";
import { ids } from "../../lib/core.js";
import { chair, noFalseMajority, voter } from "../check/roles.js";
import { commandFor, forSeeds } from "./for-seeds.js";

const voters = ids("v1", "v2", "v3");

function ballot(countsVoters: boolean) {
  return {
    nodes: { c: chair(voters, { countsVoters }), v1: voter(true), v2: voter(false), v3: voter(false) },
    network: { duplication: 0.3 },
    requests: [{ at: 0, node: "c", request: { kind: "ask" } }],
    properties: [noFalseMajority(1, 3)],
    until: 100,
  } as const;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("forSeeds", () => {
  it("gives every seed a run of its own, or runs the one that is asked for", () => {
    vi.stubEnv("SEED", undefined);
    const hashes = new Set<string>();
    forSeeds(20, (_, run) => hashes.add(run(ballot(true)).hash));
    expect(hashes.size).toBe(20);
    vi.stubEnv("SEED", "4");
    const seeds: number[] = [];
    forSeeds(20, (seed) => void seeds.push(seed));
    expect(seeds).toEqual([4]);
  });

  it("says of a failure all that is needed to see it again (and again)", () => {
    vi.stubEnv("SEED", undefined);
    const failing = () => forSeeds(100, (_, run) => run(ballot(false)));
    expect(failing).toThrow(
      /^seed \d+, step \d+, [\d.]+ ms: no false majority: decided yes with 1 of 3 votes\nshrunk: .*\n1\. request c: ask\n2\. deliver c > v1: question\n/,
    );
    expect(failing).toThrow(
      /\nto see this run alone: SEED=\d+ npx vitest run -c test\/vitest\.config\.ts -t 'forSeeds says of a failure all that is needed to see it again \\\(and again\\\)'$/,
    );
    const expecting = () => forSeeds(3, (seed) => expect(seed).toBe(1));
    expect(expecting).toThrow(/^seed 2, expected 2 to be 1[^]*SEED=2 npx vitest/);
  });

  it("names the test so that vitest finds it", () => {
    expect(commandFor(7)).toBe(
      "SEED=7 npx vitest run -c test/vitest.config.ts -t 'forSeeds names the test so that vitest finds it'",
    );
  });
});
