import { describe, expect, it } from "vitest";
import { canonical } from "../../../lib/core/canonical.js";
import { clone } from "../../../lib/core/clone.js";
import { stream } from "../../../lib/core/random.js";
import * as log from "../../../lib/consensus/raft/log.js";
import type { Entry } from "../../../lib/consensus/raft/messages.js";
import { forSeeds } from "../../support/for-seeds.js";

/** The slow obvious log: an array of entries, and what is known of the entry before the first. */
class PlainLog {
  entries: Entry<number>[] = [];
  offset = 0;
  offsetTerm = 0;
  last(): { index: number; term: number } {
    return this.entries.at(-1) ?? { index: this.offset, term: this.offsetTerm };
  }
  termAt(index: number): number | undefined {
    return index === this.offset ? this.offsetTerm : this.entries.find((entry) => entry.index === index)?.term;
  }
  compactTo(index: number): void {
    if (index <= this.offset) return;
    const offset = Math.min(index, this.last().index);
    this.offsetTerm = this.termAt(offset)!;
    this.offset = offset;
    this.entries = this.entries.filter((entry) => entry.index > offset);
  }
}

const built = (plain: PlainLog): log.Log<number> => log.append(log.emptyLog(plain.offset, plain.offsetTerm), plain.entries);

/** Compare a log, in whatever it can be asked, with the plain one. */
function expectSame(one: log.Log<number>, plain: PlainLog, chance: { below(n: number): number }): void {
  expect(log.entriesOf(one)).toEqual(plain.entries);
  expect([one.offset, one.offsetTerm, one.lastIndex, one.lastTerm]).toEqual([plain.offset, plain.offsetTerm, plain.last().index, plain.last().term]);
  // However it came about, it is the log that appending in one go makes: the explorer tells worlds apart by their text.
  expect(canonical(one)).toBe(canonical(built(plain)));
  for (let i = 0; i < 10; i++) {
    const index = chance.below(one.lastIndex + 4);
    expect(log.termAt(one, index)).toBe(plain.termAt(index));
    expect(log.entryAt(one, index)).toBe(plain.entries.find((entry) => entry.index === index));
    const limit = chance.below(5);
    expect(log.entriesFrom(one, index, limit)).toEqual(plain.entries.filter((entry) => entry.index >= index && entry.index < index + limit));
    const term = chance.below(one.lastTerm + 2);
    const upTo = plain.entries.filter((entry) => entry.term <= term).at(-1)?.index ?? plain.offset;
    expect(log.lastIndexUpToTerm(one, term)).toBe(upTo);
  }
}

describe("a log", () => {
  it("is, whatever is done to it, what an array would be", () => {
    let longest = 0;
    let compacted = 0;
    forSeeds(20, (seed) => {
      const chance = stream(seed, "log");
      const plain = new PlainLog();
      let one: log.Log<number> = log.emptyLog();
      for (let i = 0; i < 40; i++) {
        const draw = chance.next();
        const { index, term } = plain.last();
        if (draw < 0.7) {
          const terms = Array.from({ length: chance.below(chance.chance(0.2) ? 90 : 6) }, () => chance.below(2)).sort();
          const entries = terms.map((more, n): Entry<number> => ({ index: index + n + 1, term: term + more, kind: "command", command: n, origin: null }));
          one = log.append(one, entries);
          plain.entries.push(...entries);
        } else if (draw < 0.9) {
          const from = plain.offset + 1 + chance.below(plain.entries.length + 3);
          one = log.truncateFrom(one, from);
          plain.entries = plain.entries.filter((entry) => entry.index < from);
        } else {
          const upTo = chance.below(index + 2);
          one = log.compactTo(one, upTo);
          plain.compactTo(upTo);
          compacted = Math.max(compacted, one.offset);
        }
        expectSame(one, plain, chance);
        longest = Math.max(longest, plain.entries.length);
      }
    });
    expect(longest).toBeGreaterThan(200);
    expect(compacted).toBeGreaterThan(100);
  });

  it("is a value: appending makes another one, and a copy of a state shares it", () => {
    const one = log.logOf<number>([{ index: 1, term: 1, kind: "no-op" }]);
    const two = log.append(one, [{ index: 2, term: 1, kind: "no-op" }]);
    expect(log.entriesOf(one)).toHaveLength(1);
    expect(clone({ log: two }).log).toBe(two);
  });

  it("shares most of itself with the log that it was made of", () => {
    const entries = Array.from({ length: 1000 }, (_, i): Entry<number> => ({ index: i + 1, term: 1, kind: "no-op" }));
    const one = log.logOf(entries.slice(0, 999));
    const two = log.append(one, entries.slice(999));
    expect(two.blocks.every((block, i) => block === one.blocks[i])).toBe(true);
    expect(two.tail.length).toBeLessThan(40);
  });
});

describe("the up-to-date rule of section 5.4.1", () => {
  const own = log.logOf<string>([1, 1, 3].map((term, i) => ({ index: i + 1, term, kind: "no-op" })));

  it("prefers the later last term, however long the logs are", () => {
    expect(log.isUpToDate(1, 4, own)).toBe(true);
    expect(log.isUpToDate(9, 2, own)).toBe(false);
  });

  it("prefers the longer log where the last terms are equal, and takes an equal one", () => {
    expect([2, 3, 4].map((lastLogIndex) => log.isUpToDate(lastLogIndex, 3, own))).toEqual([false, true, true]);
  });
});
