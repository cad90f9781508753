/** What a thread of a test runs: distlab's own work, with modules in TypeScript. */
import { register } from "tsx/esm/api";

register();
export const { call, runPart, takePart } = await import("../../lib/parallel/worker.js");
