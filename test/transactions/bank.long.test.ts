import { describe, it } from "vitest";
import { searchOnThreads } from "../support/threads.js";
import { here } from "./bank.js";

describe("a bank in trouble for long", () => {
  it("keeps its money, frees its locks and stays serializable in 10,000 runs with faults of their own", async () => {
    await searchOnThreads(10_000, { module: here, name: "inTrouble" });
  }, 1_800_000);
});
