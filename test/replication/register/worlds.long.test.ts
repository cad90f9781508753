import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { byKey, linearizableAnswers, register } from "../../../lib/history.js";
import { brokenRegisters } from "../../../lib/replication.js";

const large = brokenRegisters.filter(({ name }) => ["hasty reader", "nameless writer"].includes(name));

it.each(large.map((each) => [each.name, each] as const))("every world without the %s is linearizable", (_, { sound }) => {
  const options = { ...sound, properties: [...sound.properties, linearizableAnswers(byKey(register()))], reduce: true, maxWorlds: 12_000_000 };
  const verdict = explore(options as Parameters<typeof explore>[0]);
  expect(verdict.kind, verdict.summary).toBe("holds");
}, 600_000);
