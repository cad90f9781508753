import { describe, expect, it } from "vitest";
import { digestOf, keyRing } from "../../lib/byzantine.js";
import { ids } from "../../lib/core/role.js";

const [a, b, c] = ids("a", "b", "c") as [never, never, never];

describe("a signature", () => {
  const keys = keyRing("test");
  const signed = keys.pen(a).sign({ value: 1 });

  it("is good as it was made, also in a copy and with another ring of the same seed", () => {
    expect(keys.verify(signed)).toBe(true);
    expect(keys.verify(structuredClone(signed))).toBe(true);
    expect(keyRing("test").verify(signed)).toBe(true);
  });

  it("fits no other statement, no other signer and no other ring", () => {
    expect(keys.verify({ ...signed, value: 2 } as never)).toBe(false);
    expect(keys.verify({ ...signed, signer: b })).toBe(false);
    expect(keys.verify({ ...signed, more: 1 } as never)).toBe(false);
    expect(keyRing("other").verify(signed)).toBe(false);
    expect(keys.verify({ value: 1 } as never)).toBe(false);
  });
});

describe("a threshold signature", () => {
  const keys = keyRing();
  const statement = { vote: "x" };
  const share = (id: never) => keys.pen(id).sign(statement);
  const group = { k: 2, members: [a, b, c] };

  it("takes so many shares of different members", () => {
    expect(keys.combine(statement, { ...group, shares: [share(a)] })).toBeNull();
    expect(keys.combine(statement, { ...group, shares: [share(a), share(a)] })).toBeNull();
    expect(keys.combine(statement, { ...group, shares: [share(a), { ...share(b), signature: "00000000" }] })).toBeNull();
    expect(keys.combine(statement, { ...group, shares: [share(a), keys.pen(b).sign({ vote: "y" })] as never })).toBeNull();
    expect(keys.combine(statement, { ...group, members: [a, c], shares: [share(a), share(b)] })).toBeNull();
    const combined = keys.combine(statement, { ...group, shares: [share(a), share(c)] })!;
    expect(keys.verifyCombined(combined, group)).toBe(true);
    expect(keys.verifyCombined({ ...combined, vote: "y" } as never, group)).toBe(false);
    expect(keys.verifyCombined(combined, { ...group, k: 3 })).toBe(false);
  });

  it("is the same whoever's shares it is made of", () => {
    const of = (...names: never[]) => keys.combine(statement, { ...group, shares: names.map(share) });
    expect(of(a, b)).toEqual(of(b, c));
  });
});

it("equal values have equal digests", () => {
  expect(digestOf({ x: 1, y: 2 })).toBe(digestOf({ y: 2, x: 1 }));
  expect(digestOf([])).not.toBe(digestOf([1]));
});
