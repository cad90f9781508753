import type { Worker } from "node:worker_threads";
import { afterEach, expect, it, vi } from "vitest";
// The compiled one: a worker needs a file that Node runs.
import { Pictures } from "../../kernel-setup/dist/picture/pictures.js";

const line = { data: [{ y: [1, 3, 2] }] };
let pictures: Pictures | undefined;

afterEach(() => pictures?.close());

/** The workers started from now on. */
function watchWorkers(): Worker[] {
  const started: Worker[] = [];
  process.on("worker", (worker) => started.push(worker));
  return started;
}

it("starts its worker with the first picture, one for all, and draws in order", async () => {
  const started = watchWorkers();
  pictures = new Pictures();
  expect(started).toHaveLength(0);
  const order: string[] = [];
  const [first, second, third] = await Promise.allSettled([
    pictures.draw(line).finally(() => order.push("first")),
    pictures.draw({ data: [7] }).finally(() => order.push("second")),
    pictures.draw(line).finally(() => order.push("third")),
  ]);
  expect(first).toMatchObject({ status: "fulfilled", value: expect.stringMatching(/^<svg /) });
  expect(second).toMatchObject({ reason: new Error("figure.data[0] must be a trace, got 7") });
  expect(third).toEqual(first);
  expect(order).toEqual(["first", "second", "third"]);
  expect(started).toHaveLength(1);
});

it("rejects the picture at work when the worker dies, and draws the others with a new one", async () => {
  const started = watchWorkers();
  pictures = new Pictures();
  const lost = pictures.draw(line);
  const kept = pictures.draw(line);
  await vi.waitFor(() => expect(started).toHaveLength(1));
  void started[0]?.terminate();
  await expect(lost).rejects.toThrow("the picture's worker ended early");
  expect(await kept).toMatch(/^<svg /);
  expect(started).toHaveLength(2);
});

it("after close() draws nothing, and rejects what was asked for", async () => {
  pictures = new Pictures();
  const lost = [pictures.draw(line), pictures.draw(line)];
  pictures.close();
  for (const picture of lost) await expect(picture).rejects.toThrow("closed before this one was drawn");
  await expect(pictures.draw(line)).rejects.toThrow("no picture can be drawn after close()");
});

it("says what is no plain data", async () => {
  pictures = new Pictures();
  const circular: { data: unknown[] } = { data: [] };
  circular.data.push(circular);
  await expect(pictures.draw(circular)).rejects.toThrow("a figure must be plain data: Converting circular structure");
  await expect(pictures.draw({ data: [{ y: [1n] }] })).rejects.toThrow("a figure must be plain data: Do not know how");
  await expect(pictures.draw(undefined as never)).rejects.toThrow("a figure must be an object, got undefined");
});

it("takes typed arrays as the lists they are", async () => {
  pictures = new Pictures();
  expect(await pictures.draw({ data: [{ y: Float64Array.of(1, 3, 2) }] })).toBe(await pictures.draw(line));
});
