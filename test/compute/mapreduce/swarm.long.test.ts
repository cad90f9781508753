import { describe, it } from "vitest";
import { searchOnThreads } from "../../support/threads.js";
import { here } from "./swarm.js";

describe("a job in trouble for long", () => {
  it("gives what the sequential run gives, whatever is lost, doubled, slow, cut off or crashed", async () => {
    await searchOnThreads(10_000, { module: here, name: "jobs" });
  }, 1_800_000);
});
