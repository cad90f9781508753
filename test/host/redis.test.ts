import { expect, it, vi } from "vitest";
import { redisVersion, startRedis } from "../../lib/host.js";
import { slotOf } from "../../lib/placement.js";

vi.setConfig({ testTimeout: 60_000 });

const version = await redisVersion();

it("says so where Redis is not installed, and elsewhere is told the slots that the library computes", async () => {
  if (version === null) return expect(startRedis()).rejects.toThrow("Redis is not installed (on Debian: the package redis-server)");
  const redis = await startRedis();
  try {
    const keys = ["foo", "{user1000}.following", "foo{}{bar}", "foo{{bar}}zap", "{}", "节点", ...Array.from({ length: 200 }, (_, i) => `key:${i}`)];
    const slots = await redis.ask(keys.map((key) => `CLUSTER KEYSLOT ${key}`));
    expect(slots).toEqual(keys.map((key) => `:${slotOf(key)}`));
    expect(await redis.ask(["NONSENSE"])).toEqual([expect.stringMatching(/^-ERR unknown command/)]);
  } finally {
    await redis.stop();
  }
});
