import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { brokenWorlds } from "../../../lib/paxos.js";
import { found } from "./found.js";

describe("Paxos with no rule broken", () => {
  const large = brokenWorlds.filter(({ name }) => found[name]!.sound >= 250_000);

  it.each(large.map((each) => [each.name, each] as const))("is safe in every world that is large enough for the %s", (_, { name, sound }) => {
    expect(explore(sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  }, 120_000);
});
