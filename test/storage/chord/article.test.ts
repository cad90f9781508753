import { describe, expect, it } from "vitest";
import { ListedChord } from "../../../lib/chord.js";
import { sha1Hex } from "../../../lib/placement.js";

const ids = Array.from({ length: 10 }, (_, i) => i);

describe("listing 4.5 of the article", () => {
  it("stops at once as printed: its ids are numbers, which have no method encode", () => {
    expect(() => new ListedChord(ids)).toThrow(new TypeError("AttributeError: 'int' object has no attribute 'encode'"));
  });

  it("stops at the first key once ids are texts: % formats a text in Python", () => {
    expect(() => new ListedChord(ids, "texts as ids").find("key0")).toThrow("not all arguments converted during string formatting");
  });

  it("never returns once the hash is a number: no node is called as the key is", () => {
    expect(() => new ListedChord(ids, "hexadecimal").find("key0")).toThrow("after 1000 steps no node is called key0: it would go on for ever");
  });

  it("leads backwards: nine of ten successors have a smaller hash", () => {
    const { nodes } = new ListedChord(ids, "hexadecimal");
    const backwards = nodes.filter(({ id, successor }) => sha1Hex(String(successor!.id)) < sha1Hex(String(id)));
    expect(backwards).toHaveLength(9);
  });
});
