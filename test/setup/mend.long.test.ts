import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout } from "./checkout.js";

describe("set-up mends a Python environment", () => {
  let checkout: Checkout;
  beforeAll(async () => {
    checkout = new Checkout();
    await checkout.run(["--check"]);
  });
  afterAll(() => checkout.remove());

  it.each([
    ["without its packages", ".venv/lib"],
    ["without its Python", ".venv/bin/python"],
    ["whose installation did not end", ".venv/.distlab-installed.json"],
    ["that was never filled", ".venv/bin"],
    ["that is nearly gone", ".venv"],
  ])("%s", async (_, path) => {
    const victim = join(checkout.folder, path);
    rmSync(victim, { recursive: true });
    const { status, output } = await checkout.run(["--check"]);
    expect(output).toContain("4.6.6, in .venv");
    expect(status).toBe(0);
    expect(existsSync(victim)).toBe(true);
  });
});
