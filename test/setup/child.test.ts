import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, vi } from "vitest";
import { follow, root } from "./checkout.js";

vi.setConfig({ testTimeout: 60_000 });

it("a signal that comes while the terminal is handed to a program ends that program", async () => {
  const child = pathToFileURL(join(root, "kernel-setup", "setup", "child.mjs"));
  const code = `const { endOnInterrupt, hand } = await import("${child}");
    endOnInterrupt("npm start");
    console.log("now");
    process.exitCode = await hand([process.execPath, "-e", "setTimeout(() => {}, 60_000)"]);`;
  // Each try meets another moment of the hand-over.
  for (let count = 0; count < 8; count += 1) {
    const running = follow(spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "pipe"] }));
    await running.saying("now");
    running.child.kill("SIGTERM");
    const began = performance.now();
    await running.done;
    expect(performance.now() - began).toBeLessThan(5_000);
  }
});

it.each([
  ["setting up", "", "it goes on where it stopped"],
  ["anything else", ", { resumes: false }", "what it had set up is kept, and the rest begins anew"],
])("%s says truly what comes after an interrupt", async (_, options, words) => {
  const child = pathToFileURL(join(root, "kernel-setup", "setup", "child.mjs"));
  const code = `const { endOnInterrupt } = await import("${child}");
    endOnInterrupt("npm run it"${options});
    console.log("now");
    setTimeout(() => {}, 60_000);`;
  const running = follow(spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "pipe"] }));
  await running.saying("now");
  running.child.kill("SIGINT");
  expect((await running.done).output).toContain(`Interrupted. Run \`npm run it\` again: ${words}.`);
});
