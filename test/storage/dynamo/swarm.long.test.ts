import { describe, it } from "vitest";
import { searchOnThreads } from "../../support/threads.js";
import { here } from "./swarm.js";

describe("the store in trouble for long", () => {
  it("loses no acknowledged item, settles, and with quorums that meet shows each read what was acknowledged before it", async () => {
    await searchOnThreads(10_000, { module: here, name: "stores" });
  }, 1_800_000);
});
