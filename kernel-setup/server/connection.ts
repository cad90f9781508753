import { readFileSync } from "node:fs";

/** What Jupyter writes into the connection file: where to listen and with which key to sign. */
export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly iopub_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: string;
}

const PORTS = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"] as const;

/**
 * Reads a connection file.
 * @throws Error when a field is missing, or when the address is not of this machine: a kernel runs whatever it is sent.
 */
export function readConnection(file: string): Connection {
  const read = JSON.parse(readFileSync(file, "utf8")) as Partial<Connection>;
  const connection: Connection = {
    transport: read.transport ?? "tcp",
    ip: read.ip ?? "127.0.0.1",
    key: read.key ?? "",
    signature_scheme: read.signature_scheme ?? "hmac-sha256",
    shell_port: Number(read.shell_port),
    control_port: Number(read.control_port),
    stdin_port: Number(read.stdin_port),
    iopub_port: Number(read.iopub_port),
    hb_port: Number(read.hb_port),
  };
  if (connection.transport !== "tcp" && connection.transport !== "ipc") {
    throw new RangeError(`transport must be "tcp" or "ipc", got "${connection.transport}" in ${file}`);
  }
  if (connection.transport === "tcp" && !/^(127\.|::1$|localhost$)/.test(connection.ip)) {
    throw new RangeError(`ip must be a loopback address, got "${connection.ip}" in ${file}`);
  }
  for (const port of PORTS) {
    if (!Number.isInteger(connection[port]) || connection[port] < 1 || connection[port] > 65535) {
      throw new RangeError(`${port} must be an integer in [1, 65535], got ${String(read[port])} in ${file}`);
    }
  }
  return connection;
}

/** The address of one of the five sockets, as ZeroMQ writes it. */
export function address(connection: Connection, port: (typeof PORTS)[number]): string {
  const { transport, ip } = connection;
  return transport === "ipc" ? `ipc://${ip}-${connection[port]}` : `tcp://${ip}:${connection[port]}`;
}
