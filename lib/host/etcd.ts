import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { integer, options, show } from "../core/parameters.js";
import { freePorts } from "./ports.js";

/** How many processes, and with which patience. */
export interface EtcdOptions {
  /** 1 to 7 (default 3). */
  readonly servers?: number;
  /** `--heartbeat-interval`, in ms (default 100, etcd's own). */
  readonly heartbeatMs?: number;
  /** `--election-timeout`, in ms (default 1000, etcd's own); at least five heartbeats. */
  readonly electionMs?: number;
}

interface Server {
  readonly name: string;
  readonly url: string;
  readonly flags: readonly string[];
  /** Null while it is down. */
  process: { kill(signal: "SIGKILL"): boolean } | null;
}

/** The version of etcd on this machine, as "3.4.23"; null where none is installed. */
export function etcdVersion(): Promise<string | null> {
  return new Promise((found) => {
    execFile("etcd", ["--version"], (error, output) => found(error ? null : (/etcd Version: (\S+)/.exec(output)?.[1] ?? null)));
  });
}

/**
 * A cluster of real etcd processes, to hold a simulation against: on the loopback interface and on free ports, with
 * its data in a temporary folder. `stop()` ends the processes, by their numbers, and removes the folder.
 *
 *     const cluster = await startEtcd({ servers: 3, heartbeatMs: 30, electionMs: 300 });
 *     const ms = await cluster.failover(); // kill the leader, and wait for the next one
 *     await cluster.stop();
 *
 * @throws RangeError for an option out of its range; Error where etcd is not installed or does not come up
 */
export async function startEtcd(given: EtcdOptions = {}): Promise<EtcdCluster> {
  const { servers = 3, heartbeatMs = 100, electionMs = 1000 } = options("startEtcd", given, ["servers", "heartbeatMs", "electionMs"]);
  integer("servers", servers, { min: 1, max: 7 });
  integer("heartbeatMs", heartbeatMs, { min: 1, max: 10_000 });
  integer("electionMs", electionMs, { min: 5 * heartbeatMs, max: 50_000 });
  if ((await etcdVersion()) === null) throw new Error("etcd is not installed (on Debian: the package etcd-server)");
  const folder = await mkdtemp(join(tmpdir(), "distlab-etcd-"));
  const ports = await freePorts(2 * servers);
  const names = Array.from({ length: servers }, (_, i) => `n${i + 1}`);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const peers = urls.slice(servers);
  const everybody = names.map((name, i) => `${name}=${peers[i]!}`).join();
  const cluster = new EtcdCluster(folder, names.map((name, i) => ({
    name,
    url: urls[i]!,
    flags: [
      "--name", name, "--data-dir", join(folder, name), "--listen-client-urls", urls[i]!, "--advertise-client-urls", urls[i]!,
      "--listen-peer-urls", peers[i]!, "--initial-advertise-peer-urls", peers[i]!, "--initial-cluster", everybody,
      "--heartbeat-interval", `${heartbeatMs}`, "--election-timeout", `${electionMs}`, "--log-level", "error",
    ],
    process: null,
  })));
  try {
    for (const name of names) cluster.start(name);
    await cluster.leader({ withinMs: 20_000 });
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** A running cluster. */
export class EtcdCluster {
  readonly #folder: string;
  readonly #servers: readonly Server[];

  constructor(folder: string, servers: readonly Server[]) {
    this.#folder = folder;
    this.#servers = servers;
  }

  get names(): readonly string[] {
    return this.#servers.map(({ name }) => name);
  }

  /** Start a process that is down. */
  start(name: string): void {
    const server = this.#server(name);
    if (server.process !== null) return;
    const child = spawn("etcd", server.flags, { stdio: "ignore" });
    child.on("error", () => {});
    server.process = child;
  }

  /** Kill a process, as a power cut does (SIGKILL). */
  kill(name: string): void {
    const server = this.#server(name);
    server.process?.kill("SIGKILL");
    server.process = null;
  }

  /**
   * Who leads, in the eyes of a majority of those that are up; waits for somebody.
   *
   * @throws Error where nobody leads within so many ms (default 10,000)
   */
  async leader({ withinMs = 10_000, but = null }: { readonly withinMs?: number; readonly but?: string | null } = {}): Promise<string> {
    const end = performance.now() + withinMs;
    while (performance.now() < end) {
      const seen = await Promise.all(this.#servers.map((server) => this.#status(server)));
      const ids = new Map(seen.flatMap((status, i) => (status === null ? [] : [[status.id, this.#servers[i]!.name]])));
      const votes = new Map<string, number>();
      for (const status of seen) {
        const name = status === null ? undefined : ids.get(status.leader);
        if (name !== undefined && name !== but) votes.set(name, (votes.get(name) ?? 0) + 1);
      }
      for (const [name, count] of votes) if (count > this.#servers.length / 2) return name;
      await pause(4);
    }
    throw new Error(`no process of etcd leads after ${withinMs} ms`);
  }

  /** Kill the leader, wait until another leads, and bring the killed one back. How long there was no leader, in ms. */
  async failover(): Promise<number> {
    const old = await this.leader();
    const from = performance.now();
    this.kill(old);
    await this.leader({ but: old });
    const ms = performance.now() - from;
    this.start(old);
    const end = performance.now() + 10_000;
    while ((await this.#status(this.#server(old)))?.leader === undefined && performance.now() < end) await pause(20);
    return ms;
  }

  /** Write a key, through this process. How long that took, in ms. */
  async put(name: string, key: string, value: string): Promise<number> {
    const from = performance.now();
    const answer = await ask(`${this.#server(name).url}/v3/kv/put`, { key: btoa(key), value: btoa(value) });
    if (answer === null) throw new Error(`${name} did not take the write of ${show(key)}`);
    return performance.now() - from;
  }

  /** What this process has sent to the others since it started, in bytes. */
  async bytesSent(name: string): Promise<number> {
    const text = await fetch(`${this.#server(name).url}/metrics`).then((answer) => answer.text());
    let bytes = 0;
    for (const [, value] of text.matchAll(/^etcd_network_peer_sent_bytes_total\{[^}]*\} (\S+)$/gm)) bytes += Number(value);
    return bytes;
  }

  /** End all processes and remove their data. */
  async stop(): Promise<void> {
    for (const { name } of this.#servers) this.kill(name);
    await pause(50);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #status(server: Server): Promise<{ readonly id: string; readonly leader: string } | null> {
    if (server.process === null) return null;
    const answer = (await ask(`${server.url}/v3/maintenance/status`, {})) as { header?: { member_id?: string }; leader?: string } | null;
    const id = answer?.header?.member_id;
    return id === undefined ? null : { id, leader: answer?.leader ?? "" };
  }

  #server(name: string): Server {
    const server = this.#servers.find((one) => one.name === name);
    if (!server) throw new RangeError(`name must be one of ${this.names.join(", ")}, got ${show(name)}`);
    return server;
  }
}

/** What etcd's HTTP door answers; null where it does not, or with an error. */
async function ask(url: string, body: object): Promise<unknown> {
  try {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(500) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
