import { describe, expect, it } from "vitest";
import { hex, leafHash, MerkleLog, nodeHash, verifyConsistency, verifyInclusion, type Hash } from "../../lib/byzantine.js";

const bytes = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
/** The eight leaves and the heads of the reference tests of Certificate Transparency. */
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(bytes);
const heads = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The head by its definition in RFC 6962, section 2.1. */
function slowRoot(entries: readonly Uint8Array[]): Hash {
  if (entries.length === 1) return leafHash(entries[0]!);
  let k = 1;
  while (2 * k < entries.length) k *= 2;
  return nodeHash(slowRoot(entries.slice(0, k)), slowRoot(entries.slice(k)));
}

describe("the tree of a log", () => {
  it("has the heads of the reference tests", () => {
    const log = new MerkleLog(leaves);
    expect(heads.map((_, size) => hex(log.root(size)))).toEqual(heads);
    expect(hex(new MerkleLog().root())).toBe(heads[0]);
  });

  it("has the head of the definition, at every size", () => {
    const entries = Array.from({ length: 70 }, (_, i) => Uint8Array.of(i));
    const log = new MerkleLog(entries);
    for (let size = 1; size <= 70; size++) expect(hex(log.root(size))).toBe(hex(slowRoot(entries.slice(0, size))));
  });

  it("proves every entry, with at most log2 n hashes, and nothing else", () => {
    const log = new MerkleLog(Array.from({ length: 40 }, (_, i) => `entry ${i}`));
    for (let size = 1; size <= 24; size++) {
      for (let index = 0; index < size; index++) {
        const proof = log.inclusionProof(index, size);
        const head = { size, root: log.root(size) };
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(verifyInclusion(`entry ${index}`, index, proof, head)).toBe(true);
        expect(verifyInclusion(`entry ${index + 1}`, index, proof, head)).toBe(false);
        if (size > 1) expect(verifyInclusion(`entry ${index}`, (index + 1) % size, proof, head)).toBe(false);
        expect(verifyInclusion(`entry ${index}`, index, [...proof, proof[0] ?? head.root], head)).toBe(false);
        expect(verifyInclusion(`entry ${index}`, index, proof.slice(1), head)).toBe(proof.length === 0);
      }
    }
  });

  it("proves that it only grew, and is caught when it did not", () => {
    const log = new MerkleLog(Array.from({ length: 33 }, (_, i) => `entry ${i}`));
    const forked = new MerkleLog(Array.from({ length: 33 }, (_, i) => (i === 3 ? "forged" : `entry ${i}`)));
    for (let to = 1; to <= 33; to++) {
      for (let from = 0; from <= to; from++) {
        const old = { size: from, root: log.root(from) };
        expect(verifyConsistency(old, { size: to, root: log.root(to) }, log.consistencyProof(from, to))).toBe(true);
        if (from < 4) continue;
        expect(verifyConsistency(old, { size: to, root: forked.root(to) }, forked.consistencyProof(from, to))).toBe(false);
        expect(verifyConsistency(old, { size: to, root: forked.root(to) }, log.consistencyProof(from, to))).toBe(false);
        if (from < to) expect(verifyConsistency(old, { size: to, root: log.root(to) }, log.consistencyProof(from, to).slice(1))).toBe(false);
      }
    }
    expect(verifyConsistency({ size: 5, root: log.root(5) }, { size: 4, root: log.root(4) }, [])).toBe(false);
  });

  it("does not take an inner node for an entry, because the two are hashed differently", () => {
    const log = new MerkleLog(["a", "b", "c", "d"]);
    const inner = new Uint8Array([...leafHash("a"), ...leafHash("b")]);
    const shorter = { size: 2, root: log.root() };
    expect(verifyInclusion(inner, 0, [nodeHash(leafHash("c"), leafHash("d"))], shorter)).toBe(false);
  });

  it("refuses what it does not have", () => {
    const log = new MerkleLog(["a"]);
    expect(() => log.root(2)).toThrow("size must be a whole number from 0 to 1, got 2");
    expect(() => log.inclusionProof(1)).toThrow("index must be a whole number from 0 to 0, got 1");
    expect(() => log.consistencyProof(2)).toThrow("from must be a whole number from 0 to 1, got 2");
    expect(verifyInclusion("a", 0.5, [], { size: 1, root: log.root() })).toBe(false);
  });
});
