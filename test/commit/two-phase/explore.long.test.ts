import { describe, expect, it } from "vitest";
import { everyWorld } from "./explore.js";

describe("every world of two-phase commit", () => {
  it.each([
    ["basic", 2072212],
    ["presumed-abort", 867777],
    ["presumed-commit", 1876681],
    ["remembering", 191604],
  ] as const)("%s: keeps AC1, AC2 and AC4 where nodes crash twice and a message comes twice: %i worlds", (form, worlds) => {
    const trouble = { crashes: 2, timers: { c: 1, p1: 1 }, duplicates: 1 };
    expect(everyWorld({ form, votes: ["yes", "yes"], ...trouble })).toMatchObject({ kind: "holds", worlds });
  }, 300_000);

  it.each([
    ["basic", 355293],
    ["presumed-commit", 371597],
  ] as const)("%s: keeps them with three participants where the coordinator crashes once anywhere: %i worlds", (form, worlds) => {
    expect(everyWorld({ form, votes: ["yes", "yes", "yes"], crashes: { c: 1 }, timers: { c: 1 } })).toMatchObject({ kind: "holds", worlds });
  }, 300_000);
});
