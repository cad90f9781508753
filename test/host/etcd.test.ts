import { expect, it, vi } from "vitest";
import { etcdVersion, startEtcd } from "../../lib/host.js";

vi.setConfig({ testTimeout: 60_000 });

const version = await etcdVersion();

it("refuses what etcd would refuse, before anything starts", async () => {
  await expect(startEtcd({ heartbeatMs: 100, electionMs: 300 })).rejects.toThrow("electionMs must be a whole number from 500 to 50000, got 300");
  await expect(startEtcd({ servers: 0 })).rejects.toThrow("servers must be a whole number from 1 to 7, got 0");
  await expect(startEtcd({ heartbeat: 3 } as never)).rejects.toThrow('startEtcd has no option "heartbeat"');
});

it("says so where etcd is not installed, and elsewhere finds a new leader after the old one was killed", async () => {
  if (version === null) return expect(startEtcd()).rejects.toThrow("etcd is not installed");
  const cluster = await startEtcd({ heartbeatMs: 30, electionMs: 300 });
  try {
    const before = await cluster.leader();
    await cluster.put(before, "x", "1");
    expect(await cluster.bytesSent(before)).toBeGreaterThan(0);
    const ms = await cluster.failover();
    expect(ms).toBeGreaterThan(100);
    expect(await cluster.leader()).not.toBe(before);
    expect(() => cluster.kill("n9")).toThrow('name must be one of n1, n2, n3, got "n9"');
  } finally {
    await cluster.stop();
  }
});
