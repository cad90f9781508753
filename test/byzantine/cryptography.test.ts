import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { authenticator, mac, oneTimeKeys, sharedKey, signOnce, verifyOnce } from "../../lib/byzantine.js";

describe("a code", () => {
  it("is HMAC-SHA256 (RFC 4231, test case 2)", () => {
    expect(mac(new TextEncoder().encode("Jefe"), "what do ya want for nothing?")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    const key = sharedKey(1, "a", "b");
    expect(mac(key, "hello")).toBe(createHmac("sha256", key).update("hello").digest("hex"));
    expect(sharedKey(1, "b", "a")).toEqual(key);
  });

  it("of an authenticator can be checked by its receiver alone, and made by it, too", () => {
    const codes = authenticator(1, "a", ["b", "c"], "go");
    expect(codes["b"]).toBe(mac(sharedKey(1, "a", "b"), "go"));
    expect(codes["b"]).not.toBe(codes["c"]);
  });
});

describe("a one-time signature", () => {
  const keys = oneTimeKeys(7);

  it("fits its message and no other", () => {
    const signature = signOnce(keys, "attack");
    expect(verifyOnce(keys.public, "attack", signature)).toBe(true);
    expect(verifyOnce(keys.public, "retreat", signature)).toBe(false);
    expect(verifyOnce(oneTimeKeys(8).public, "attack", signature)).toBe(false);
    expect(verifyOnce(keys.public, "attack", signature.slice(1))).toBe(false);
  });
});
