import { describe, expect, it } from "vitest";
import { figure, grep, kill, sort } from "./figures.js";

/*
 * Section 5 of "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004), at its size. The machines cost what the
 * paper's text says (`machineOf2004`), nothing was fitted: so shapes and ratios are held to, within the bounds here, and no seconds.
 * As published: grep about 150 s, with 30 GB/s at its peak; sort 891 s; without backups 1,283 s (+44 %); with 200 workers killed 933 s (+5 %).
 */
describe("the paper's measurements, on a simulated cluster of its size", () => {
  const slow = { count: 5, factor: 30 };
  const five = (factor: number) => ({ slow: { count: 5, factor } });

  it("grep reads at tens of GB/s, mostly from its own disks", () => {
    const { seconds, rates, local } = figure(grep, { workers: 1_764 });
    expect(seconds).toBeGreaterThan(100);
    expect(seconds).toBeLessThan(200);
    const peak = Math.max(...rates.map(({ input }) => input)) / 1000;
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(40);
    expect(local).toBeGreaterThan(0.9);
  });

  it("sort overlaps its phases: copying begins with the first map outputs, and the first outputs are written before the last copies", () => {
    const { rates, mapsDone, seconds } = figure(sort);
    const from = (key: "input" | "shuffle" | "output"): number => rates.find((row) => row[key] > 100)!.second;
    expect(from("input")).toBeLessThan(from("shuffle") + 1);
    expect(from("shuffle")).toBeLessThan(mapsDone);
    expect(from("output")).toBeLessThan(rates.filter(({ shuffle }) => shuffle > 100).at(-1)!.second);
    expect(mapsDone / seconds).toBeLessThan(0.6);
  });

  it("without backups, a few slow machines hold up the whole, the more the slower they are", () => {
    const withBackups = figure(sort, { slow });
    const without = [5, 10, 30].map((factor) => figure(sort, { ...five(factor), backups: 0 }).seconds / withBackups.seconds - 1);
    // Published: 44 %, with whatever slow machines there were that day.
    expect(without[0]).toBeGreaterThan(0.05);
    expect(without[0]).toBeLessThan(0.44);
    expect(without[1]).toBeGreaterThan(0.44);
    expect(without[2]).toBeGreaterThan(without[1]!);
  });

  it("killing 200 workers costs a few per cent, and the input rate goes below zero", () => {
    const sound = figure(sort);
    const struck = figure(sort, { faults: kill(150_000) });
    const more = struck.seconds / sound.seconds - 1;
    // Published: 5 %.
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThan(0.1);
    expect(struck.lost).toBeGreaterThan(1_000);
    expect(Math.min(...struck.rates.map(({ input }) => input))).toBeLessThan(0);
  });
});
