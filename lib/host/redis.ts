import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePorts } from "./ports.js";

/** The version of Redis on this machine, as "7.0.15"; null where none is installed. */
export function redisVersion(): Promise<string | null> {
  return new Promise((found) => {
    execFile("redis-server", ["--version"], (error, output) => found(error ? null : (/v=(\S+)/.exec(output)?.[1] ?? null)));
  });
}

/**
 * One real Redis process in cluster mode, on the loopback interface and on free ports, with its data in a temporary folder.
 * `stop()` ends the process, by its number, and removes the folder.
 *
 *     const redis = await startRedis();
 *     const [slot] = await redis.ask(["CLUSTER KEYSLOT foo"]); // ":12182"
 *     await redis.stop();
 *
 * @throws Error where Redis is not installed or does not come up
 */
export async function startRedis(): Promise<RedisServer> {
  if ((await redisVersion()) === null) throw new Error("Redis is not installed (on Debian: the package redis-server)");
  const folder = await mkdtemp(join(tmpdir(), "distlab-redis-"));
  const [port = 0, bus = 0] = await freePorts(2);
  const flags = ["--bind", "127.0.0.1", "--port", `${port}`, "--cluster-enabled", "yes", "--cluster-port", `${bus}`, "--dir", folder, "--save", ""];
  const process = spawn("redis-server", flags, { stdio: "ignore" });
  process.on("error", () => {}); // what comes of it, the questions find out
  const redis = new RedisServer(folder, port, process);
  for (let tries = 0; tries < 100; tries++) {
    const said = await redis.ask(["PING"]).catch(() => null);
    if (said?.[0] === "+PONG") return redis;
    await pause(100);
  }
  await redis.stop();
  throw new Error("Redis did not come up within 10 s");
}

/** A running server. */
export class RedisServer {
  readonly #folder: string;
  readonly #port: number;
  readonly #process: { kill(signal: "SIGKILL"): boolean };

  constructor(folder: string, port: number, process: { kill(signal: "SIGKILL"): boolean }) {
    this.#folder = folder;
    this.#port = port;
    this.#process = process;
  }

  /** What the server answers to some commands, each in one line, as it stands in its protocol: ":12182", "+OK", "-ERR ...". */
  ask(commands: readonly string[]): Promise<readonly string[]> {
    return new Promise((answered, failed) => {
      let heard = "";
      const socket = connect(this.#port, "127.0.0.1");
      socket.write(commands.map((command) => `${command}\r\n`).join(""));
      socket.setTimeout(5_000, () => socket.destroy(new Error("Redis did not answer within 5 s")));
      socket.on("error", failed);
      socket.on("data", (data) => {
        heard += data.toString();
        const lines = heard.split("\r\n").slice(0, -1);
        if (lines.length >= commands.length) socket.end(() => answered(lines));
      });
    });
  }

  /** End the process, and remove its data. */
  async stop(): Promise<void> {
    this.#process.kill("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
