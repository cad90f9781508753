/** What a thread of these tests runs: distlab's own work, with modules in TypeScript. */
import { register } from "tsx/esm/api";

register();
await import("../../lib/threads/entry.js");
