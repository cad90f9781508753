import { describe, expect, it } from "vitest";
import { acquire, circleOf, grant, isOlder, type Locks, release, waits } from "../../lib/transactions/locks.js";
import { stream, ids } from "../../lib/core.js";

const shared = (transaction: string) => ({ transaction, mode: "shared" }) as const;
const exclusive = (transaction: string) => ({ transaction, mode: "exclusive" }) as const;

describe("locks", () => {
  it("let many read, or one write", () => {
    const locks: Locks = new Map();
    expect([acquire(locks, "x", shared("t1")), acquire(locks, "x", shared("t2")), acquire(locks, "x", exclusive("t3"))]).toEqual([true, true, false]);
    expect(acquire(locks, "y", exclusive("t3"))).toBe(true);
    expect(acquire(locks, "y", shared("t3"))).toBe(true);
    expect(waits(locks)).toEqual([{ waiter: "t3", blocker: "t1" }, { waiter: "t3", blocker: "t2" }]);
  });

  it("are given in turn: nobody overtakes a writer that waits", () => {
    const locks: Locks = new Map();
    acquire(locks, "x", shared("t1"));
    acquire(locks, "x", exclusive("t2"));
    expect(acquire(locks, "x", shared("t3"))).toBe(false);
    expect(waits(locks)).toEqual([{ waiter: "t2", blocker: "t1" }, { waiter: "t3", blocker: "t2" }]);
    release(locks, "t1");
    expect(grant(locks)).toEqual([{ ...exclusive("t2"), key: "x" }]);
    release(locks, "t2");
    expect(grant(locks)).toEqual([{ ...shared("t3"), key: "x" }]);
    release(locks, "t3");
    expect(locks.size).toBe(0);
  });

  it("are upgraded before anybody else gets them, and at once if nobody else has them", () => {
    const locks: Locks = new Map();
    acquire(locks, "x", shared("t1"));
    expect(acquire(locks, "x", exclusive("t1"))).toBe(true);
    release(locks, "t1");
    acquire(locks, "x", shared("t1"));
    acquire(locks, "x", shared("t2"));
    acquire(locks, "x", exclusive("t3"));
    expect(acquire(locks, "x", exclusive("t2"))).toBe(false);
    release(locks, "t1");
    expect(grant(locks)).toEqual([{ ...exclusive("t2"), key: "x" }]);
  });

  it("are asked for twice where a message was lost, and wait once", () => {
    const locks: Locks = new Map();
    acquire(locks, "x", exclusive("t1"));
    expect([acquire(locks, "x", exclusive("t1")), acquire(locks, "x", exclusive("t2")), acquire(locks, "x", exclusive("t2"))]).toEqual([true, false, false]);
    expect(locks.get("x")!.queue).toHaveLength(1);
  });

  it("two upgrades of one lock are a deadlock", () => {
    const locks: Locks = new Map();
    acquire(locks, "x", shared("t1"));
    acquire(locks, "x", shared("t2"));
    acquire(locks, "x", exclusive("t1"));
    acquire(locks, "x", exclusive("t2"));
    expect(new Set(circleOf(waits(locks)))).toEqual(new Set(["t1", "t2"]));
  });

  it("never let two have what does not go together, whatever is asked for", () => {
    for (let seed = 0; seed < 60; seed++) {
      const chance = stream(seed, "locks");
      const locks: Locks = new Map();
      for (let i = 0; i < 60; i++) {
        const transaction = `t${chance.below(5)}`;
        if (chance.chance(0.3)) release(locks, transaction);
        else acquire(locks, chance.pick(["x", "y"]), { transaction, mode: chance.pick(["shared", "exclusive"] as const) });
        grant(locks);
        for (const { holders, queue } of locks.values()) {
          const writers = [...holders.values()].filter((mode) => mode === "exclusive").length;
          expect(writers === 0 || holders.size === 1).toBe(true);
          expect(new Set(queue.map((request) => request.transaction)).size).toBe(queue.length);
          // Whoever waits waits for somebody: else it should have been granted.
          if (queue.length > 0) expect(waits(locks).some(({ waiter }) => waiter === queue[0]!.transaction)).toBe(true);
        }
      }
    }
  });
});

describe("a waits-for graph", () => {
  it("has a circle, or none", () => {
    const pairs = (text: string) => text.split(" ").map((pair) => ({ waiter: pair[0]!, blocker: pair[1]! }));
    expect(circleOf([])).toBeNull();
    expect(circleOf(pairs("ab bc ac"))).toBeNull();
    expect(circleOf(pairs("ab bc cd db"))).toEqual(["b", "c", "d"]);
  });
});

describe("ages", () => {
  it("are ordered by serial number, and then by the manager's name", () => {
    const [m1, m2] = ids("m1", "m2");
    expect(isOlder({ serial: 1, manager: m2! }, { serial: 2, manager: m1! })).toBe(true);
    expect(isOlder({ serial: 1, manager: m1! }, { serial: 1, manager: m2! })).toBe(true);
    expect(isOlder({ serial: 1, manager: m1! }, { serial: 1, manager: m1! })).toBe(false);
  });
});
