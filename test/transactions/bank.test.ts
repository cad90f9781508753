import { describe, expect, it } from "vitest";
import { earlyStore, forgetfulStore, hastyStore, locklessStore, tornStore } from "../../lib/transactions/broken.js";
import { simulate } from "../../lib/sim.js";
import { search } from "../consensus/paxos/swarm.js";
import { bank, inTrouble, isSound } from "./bank.js";

describe("a bank in trouble", () => {
  it("keeps its money, frees its locks and stays serializable in 30 runs with faults of their own", () => {
    search(30, inTrouble);
  }, 120_000);

  it.each([
    ["managers give back locks too early", hastyStore, /G-single|G2|saw/],
    ["shards note no readers", locklessStore, /G-single|G2|saw/],
    ["shards free locks before they know the outcome", earlyStore, /G-single|G1|G0|has committed|in all accounts/],
    ["shards write no log", forgetfulStore, /has committed|in all accounts|G-|garbage/],
    ["recovery leaves a torn record in the log", tornStore, /has committed|in all accounts|G-|garbage/],
  ])("is not what it was where %s", (_, make, problem) => {
    let found: string | null = null;
    for (let seed = 1; found === null && seed <= 300; seed++) found = isSound(simulate({ ...bank(seed, make), seed } as never) as never);
    expect(found).toMatch(problem);
  }, 60_000);
});
