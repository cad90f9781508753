import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { follow, root, type Running } from "./checkout.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** JupyterLab of this checkout, started as `npm start` does it, with a port that somebody else holds. */
describe("npm start", () => {
  let holder: Server;
  let running: Running;
  let port = 0;
  let address: URL;

  beforeAll(async () => {
    holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    port = (holder.address() as AddressInfo).port;
    const start = [join(root, "kernel-setup", "start.mjs"), "--no-browser", "--port", String(port)];
    running = follow(spawn(process.execPath, start, { stdio: ["ignore", "pipe", "pipe"] }));
    await running.saying("Or copy and paste");
    const output = await running.saying("?token=");
    address = new URL(/http:\/\/127\.0\.0\.1:\S+\?token=\w+/.exec(output)![0]);
  });

  afterAll(async () => {
    running.child.kill("SIGTERM");
    await running.done;
    holder.close();
  });

  const get = (path: string, token = address.searchParams.get("token")) =>
    fetch(new URL(path, address), { headers: token ? { Authorization: `token ${token}` } : {} });

  it("takes another port when the one asked for is taken, and prints the right address", async () => {
    expect(Number(address.port)).not.toBe(port);
    expect((await get("/api/status")).status).toBe(200);
  });

  it("answers nobody without the token", async () => {
    expect((await get("/api/kernelspecs", "")).status).toBe(403);
  });

  it("is not reachable from another machine", async () => {
    const others = Object.values(networkInterfaces()).flat().filter((own) => own && !own.internal && own.family === "IPv4");
    for (const own of others) {
      await expect(fetch(`http://${own!.address}:${address.port}/api/status`)).rejects.toThrow();
    }
  });

  it("offers the course's kernel, once, and its lab extension", async () => {
    type Specs = Record<string, { spec: { display_name: string } }>;
    const { kernelspecs } = await (await get("/api/kernelspecs")).json() as { kernelspecs: Specs };
    expect(kernelspecs["distlab"]!.spec.display_name).toBe("TypeScript (Distlab)");
    expect(Object.values(kernelspecs).filter(({ spec }) => spec.display_name.includes("Distlab"))).toHaveLength(1);
    expect((await get("/lab/extensions/distlab-plotly/static/plotly.js")).status).toBe(200);
    const page = await (await get("/lab")).text();
    expect(page).toContain('"distlab-plotly"');
  });

  it("opens on the first page of the course", async () => {
    const { startPage } = await import("../../kernel-setup/setup/project.mjs");
    expect(address.pathname).toBe(`/lab/tree/${startPage}`);
    expect((await get(`/api/contents/${startPage}?content=0`)).status).toBe(200);
  });

  it("reaches Jupyter's own start in less than three seconds when all is in place", async () => {
    const began = performance.now();
    const start = [join(root, "kernel-setup", "start.mjs"), "--no-browser"];
    const second = follow(spawn(process.execPath, start, { stdio: ["ignore", "pipe", "pipe"] }));
    await second.saying("JupyterLab starts");
    expect(performance.now() - began).toBeLessThan(3000);
    second.child.kill("SIGTERM");
    await second.done;
  });
});
