import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import { Agenda } from "../../lib/sim/agenda.js";

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly slot: number;
}

/** What the agenda must do, done the obvious way. */
class Plain {
  entries: Entry[] = [];
  order = 0;
  add(at: number, slot: number): void {
    this.entries.push({ at, order: this.order++, slot });
  }
  take(): Entry | undefined {
    const [first] = this.entries.sort((a, b) => a.at - b.at || a.order - b.order);
    if (first) this.entries.shift();
    return first;
  }
}

describe("the agenda", () => {
  it("does as a sorted list does, whatever is added, taken and removed", () => {
    const deed = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), in: fc.integer({ min: 0, max: 6 }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const), in: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), in: fc.nat(1000) }) },
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 700 }), (deeds) => {
        const agenda = new Agenda();
        const plain = new Plain();
        let now = 0;
        let count = 0;
        for (const each of deeds) {
          if (each.do === "add") {
            plain.add(now + each.in, agenda.add(now + each.in, 1, 7, 3, ++count, now, `item ${count}`));
          } else if (each.do === "take") {
            const expected = plain.take();
            expect(agenda.nextAt).toBe(expected?.at ?? Infinity);
            const slot = agenda.take();
            expect(slot).toBe(expected?.slot ?? -1);
            if (slot < 0) continue;
            now = expected!.at;
            expect([agenda.kindOf(slot), agenda.nodeOf(slot), agenda.originOf(slot)]).toEqual([1, 7, 3]);
            expect(agenda.items[slot]).toBe(`item ${agenda.numberOf(slot)}`);
            agenda.release(slot);
          } else if (plain.entries.length > 0) {
            const [gone] = plain.entries.splice(each.in % plain.entries.length, 1);
            agenda.remove(gone!.slot);
          }
          expect(agenda.size).toBe(plain.entries.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("does so with much under way, near and far, often at one time, at a rising and a falling number", () => {
    const shapes: readonly ((draw: number) => number)[] = [
      (draw) => 1 + 9 * draw,
      (draw) => 5 * Math.floor(draw * 3),
      (draw) => (draw < 0.7 ? draw : 500 + 1000 * draw),
      (draw) => -10 * Math.log(1 - draw),
      () => 0,
    ];
    for (const [i, shape] of shapes.entries()) {
      const { next } = stream(i, "agenda");
      const agenda = new Agenda();
      const alive = new Map<number, { readonly at: number; readonly order: number }>();
      let order = 0;
      let last = { at: 0, order: -1 };
      const take = (): void => {
        const nextAt = agenda.nextAt;
        const slot = agenda.take();
        const entry = alive.get(agenda.numberOf(slot))!;
        alive.delete(agenda.numberOf(slot));
        agenda.release(slot);
        const isNext = entry.at > last.at || (entry.at === last.at && entry.order > last.order);
        if (entry.at !== nextAt || !isNext) expect({ entry, nextAt, last }).toBe("in order");
        last = entry;
      };
      for (let round = 0; round < 30_000; round++) {
        const grows = round % 10_000 < 5_000;
        for (let j = next() < (grows ? 0.9 : 0.1) ? 2 : 0; j > 0; j--) {
          const at = last.at + shape(next());
          const slot = agenda.add(at, 1, 0, 0, order, 0, null);
          alive.set(order, { at, order: order++ });
          if (next() < 0.1) {
            alive.delete(order - 1);
            agenda.remove(slot);
          }
        }
        if (alive.size > 0) take();
        if (agenda.size !== alive.size) expect(agenda.size).toBe(alive.size);
      }
      while (alive.size > 0) take();
      expect(agenda.take()).toBe(-1);
      expect(agenda.nextAt).toBe(Infinity);
    }
  });

  it("keeps equal times in the order in which they were added, far past its first size", () => {
    const agenda = new Agenda();
    for (let i = 0; i < 5_000; i++) agenda.add(i % 3, 1, i, 0, i, 0, null);
    const taken: number[] = [];
    for (let slot = agenda.take(); slot >= 0; slot = agenda.take()) {
      taken.push(agenda.numberOf(slot));
      agenda.release(slot);
    }
    const all = Array.from({ length: 5_000 }, (_, i) => i);
    expect(taken).toEqual([0, 1, 2].flatMap((rest) => all.filter((i) => i % 3 === rest)));
  });
});
