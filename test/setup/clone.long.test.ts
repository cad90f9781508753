import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { follow, root, type Result } from "./checkout.js";

/** What a new reader does, with the real packages: a clone in a folder with a space and Chinese characters. */
describe("a fresh clone", () => {
  const base = mkdtempSync(join(tmpdir(), "distlab-clone-"));
  const clone = join(base, "分布式 course");
  const home = join(base, "home");

  beforeAll(() => {
    mkdirSync(home);
    execFileSync("git", ["clone", "--quiet", root, clone]);
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  const node = (...args: string[]): Promise<Result> =>
    follow(spawn(process.execPath, args, { cwd: clone, env: { ...process.env, HOME: home }, stdio: ["ignore", "pipe", "pipe"] })).done;
  /** What is in the home folder, but for what pip's question for a Rust compiler leaves where rustup is installed. */
  const athome = () => readdirSync(home).filter((name) => name !== ".rustup");

  it("is set up by one command that writes nothing to the home folder", async () => {
    const { status, output } = await node("kernel-setup/start.mjs", "--check");
    expect(output).toContain("Everything is in place");
    expect(status).toBe(0);
    expect(athome()).toEqual([]);
  });

  it("is found set up by the next one", async () => {
    const began = performance.now();
    expect(await node("kernel-setup/start.mjs", "--check")).toMatchObject({ status: 0 });
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it("is complete without anything that git does not know", () => {
    expect(execFileSync("git", ["status", "--porcelain"], { cwd: clone, encoding: "utf8" })).toBe("");
  });

  it("is mended after somebody deleted a part of each package folder", async () => {
    rmSync(join(clone, "node_modules", "tslab"), { recursive: true });
    rmSync(join(clone, ".venv", "lib"), { recursive: true });
    rmSync(join(clone, "lib", "dist"), { recursive: true });
    expect(await node("kernel-setup/start.mjs", "--check")).toMatchObject({ status: 0 });
    expect(existsSync(join(clone, "node_modules", "tslab", "package.json"))).toBe(true);
  });

  it("runs its first page and shows what is stored", async () => {
    const { status, output } = await node("test/run.mjs", "notebooks", "start");
    expect(output).toMatch(/^\d+ passed, 0 failed$/m);
    expect(status).toBe(0);
    expect(athome()).toEqual([]);
  });
});
