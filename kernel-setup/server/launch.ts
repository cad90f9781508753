/**
 * Starts the kernel: `node --no-force-async-hooks-checks launch.js <connection file>`, in the folder of the notebook.
 * The flag lets a terminated loop leave Node's record of asynchronous calls unfinished without ending the process.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { getHeapStatistics } from "node:v8";
import { Channels } from "./channels.js";
import type { Drawer } from "./display.js";
import { Flags } from "./flags.js";
import type { FromChannels } from "./protocol.js";
import { installStreams } from "./streams.js";
import { installTimers } from "./timers.js";
import { PROTOCOL_VERSION } from "./wire.js";

/** The checkout: this file is kernel-setup/dist/server/launch.js in it. */
const project = path.resolve(fileURLToPath(import.meta.url), "..", "..", "..", "..");
const connectionFile = process.argv[2];
if (connectionFile === undefined) {
  process.stderr.write("usage: node --no-force-async-hooks-checks launch.js <connection file>\n");
  process.exit(2);
}

const flags = new Flags();
const loaded = flags.hold();
const channels = new Channels(
  {
    connectionFile,
    flags: flags.buffer,
    info: JSON.stringify(kernelInfo()),
    parentPid: Number(process.env["JPY_PARENT_PID"] ?? 0),
    heapLimit: getHeapStatistics().heap_size_limit,
  },
  flags,
);

// Requests that come before the engine is there wait for it; the sockets answer from the first moment.
const early: FromChannels[] = [];
channels.listen((message) => early.push(message));
channels.failed((reason) => {
  process.stderr.write(`the kernel's sockets failed: ${String(reason)}\n`);
  exit(1);
});

const exit = process.exit.bind(process);
const { Kernel } = await import("./kernel.js");
const kernel = new Kernel({
  outlet: channels,
  flags,
  cwd: process.cwd(),
  project,
  loadDrawer,
  catchUp: () => channels.catchUp(),
});
installStreams(channels);
installTimers();
process.exit = ((code?: number) => {
  throw new Error(`process.exit(${code ?? ""}) was called: it ends this cell, and the kernel goes on. To start afresh, restart the kernel`);
}) as typeof process.exit;
process.on("uncaughtException", (error) => kernel.fail(error));
process.on("unhandledRejection", (reason) => kernel.fail(reason));
process.on("SIGINT", () => kernel.handle({ kind: "interrupt" }));
const handle = (message: FromChannels): void => {
  if (message.kind === "failed") {
    process.stderr.write(`${message.reason}\n`);
    exit(1);
  }
  kernel.handle(message);
};
channels.listen(handle);
early.forEach(handle);
loaded();

/** Plotly and its document are loaded with the first plot, not with the kernel. */
async function loadDrawer(): Promise<Drawer> {
  const { Pictures } = (await import(new URL("../picture/pictures.js", import.meta.url).href)) as { Pictures: new () => Drawer };
  return new Pictures();
}

function kernelInfo(): object {
  const { version } = versionOf(path.join(project, "package.json"));
  const typescript = versionOf(createRequire(import.meta.url).resolve("@tslab/typescript-for-tslab/package.json")).version;
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "distlab",
    implementation_version: version,
    banner: `Distlab: TypeScript ${typescript} on Node.js ${process.version}`,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "typescript" },
      nbconvert_exporter: "script",
    },
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" },
      { text: "Node.js", url: "https://nodejs.org/docs/latest-v20.x/api/" },
    ],
    debugger: false,
    supported_features: [],
  };
}

function versionOf(file: string): { readonly version: string } {
  return JSON.parse(readFileSync(file, "utf8")) as { version: string };
}
