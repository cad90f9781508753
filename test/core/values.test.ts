import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, canonical } from "../../lib/core/canonical.js";
import { clone, deepFreeze, shared } from "../../lib/core/clone.js";
import { fingerprint, Fingerprint } from "../../lib/core/hash.js";
import { words } from "../../lib/core/words.js";

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constantFrom(null, -0, 0, "1", 1, 1n), tie("list"), tie("fields"), tie("map"), tie("set")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  fields: fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
  set: fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
}));

describe("a copy", () => {
  it("is equal, has the same text, and shares nothing that can change", () => {
    fc.assert(
      fc.property(value, (original) => {
        const copy = clone(original);
        expect(copy).toEqual(original);
        expect(canonical(copy)).toBe(canonical(original));
        if (typeof original === "object" && original !== null) expect(copy).not.toBe(original);
      }),
    );
    const deep = { list: [new Map([["a", new Set([{ n: 1 }])]])] };
    const copy = clone(deep);
    [...copy.list[0]!.get("a")!][0]!.n = 2;
    expect([...deep.list[0]!.get("a")!][0]!.n).toBe(1);
  });
});

describe("a value that copies share", () => {
  const log = { [shared]: ({ entries }: { readonly entries: readonly string[] }) => `${entries.length} entries`, entries: ["x", "y"] };

  it("is the same in the copy", () => {
    expect(clone({ log, votes: [log] })).toEqual({ log, votes: [log] });
    expect(clone({ log }).log).toBe(log);
    expect(clone({ ...log, [shared]: true as const }).entries).toBe(log.entries);
  });

  it("is said in its own words", () => {
    expect(words([log, { ...log, [shared]: true }])).toBe("[2 entries, ([x, y])]");
  });
});

describe("the canonical text", () => {
  it("does not depend on the order in which fields and entries were set", () => {
    expect(canonical({ b: 1, a: 2 })).toBe(canonical({ a: 2, b: 1 }));
    expect(canonical(new Map([["x", 1], ["y", 2]]))).toBe(canonical(new Map([["y", 2], ["x", 1]])));
    expect(canonical(new Set([3, 1, 2]))).toBe(canonical(new Set([2, 3, 1])));
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
  });

  it("tells different values apart", () => {
    const values = [0, -0, "0", 0n, null, undefined, true, "true", [], {}, new Map(), new Set(), [[]], [0], { a: [] }, { a: {} }, "null", NaN, [null], new Set([null]), "[]", { "a:1": 2 }, { a: "1:2" }, { "a:1,b": 2 }, { a: 1, b: 2 }, { '"a"': 1 }, { a: 1 }, { "": 1 }];
    expect(new Set(values.map(canonical)).size).toBe(values.length);
  });
});

describe("freezing", () => {
  it("reaches all that plain data hold", () => {
    const message = deepFreeze({ kind: "m", list: [{ n: 1 }] });
    expect(() => ((message.list[0] as { n: number }).n = 2)).toThrow(TypeError);
    expect(() => (message.list as { n: number }[]).push({ n: 2 })).toThrow(TypeError);
  });
});

describe("a fingerprint", () => {
  it("is the same whole and piece by piece", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (pieces) => {
        const print = new Fingerprint();
        for (const piece of pieces) print.add(piece);
        expect(print.digest()).toBe(fingerprint(pieces.join("")));
        expect(print.digest()).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });

  it("meets no other among many like texts", () => {
    const prints = new Set<string>();
    for (let i = 0; i < 100_000; i++) prints.add(fingerprint(`event ${i}`));
    expect(prints.size).toBe(100_000);
  });
});

describe("the size of a message", () => {
  it("is that of its JSON in UTF-8, with sets and maps as lists", () => {
    for (const message of [{ kind: "ping" }, { kind: "é", n: 1.5, list: [null, true] }, { kind: "中文😀" }]) {
      expect(bytesOf(message)).toBe(Buffer.byteLength(JSON.stringify(message)));
    }
    expect(bytesOf({ s: new Set([1, 2]), m: new Map([["a", 1]]) })).toBe('{"s":[1,2],"m":[["a",1]]}'.length);
  });
});
