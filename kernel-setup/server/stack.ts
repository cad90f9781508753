import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readable, type Engine } from "./engine/engine.js";
import { MARK } from "./engine/mark.js";

const SERVER = path.dirname(fileURLToPath(import.meta.url));
const CELL = /^Cell \[/;
/** How many calls are looked at, and how many lines are shown of those that are not in cells. */
const DEPTH = 50;
const SHOWN = 8;

/**
 * Makes `error.stack` speak of cells and their source lines, whoever prints it, and leave out the frames of the kernel.
 * A frame in a cell reads `at name (Cell [3]:2:5)`: line 2, column 5 of the cell that shows [3]. Files of the checkout
 * are named from its root, so that a trace reads the same on every machine.
 */
export function installStackTraces(engine: Pick<Engine, "locate">, project: string): void {
  const roots = [`${pathToFileURL(project).href}/`, project + path.sep];
  Error.stackTraceLimit = DEPTH;
  Error.prepareStackTrace = (error, sites) => {
    const lines = [head(error)];
    let inCell = false;
    let others = 0;
    for (const site of sites) {
      const file = site.getFileName() ?? "";
      if (isOwn(file) || (inCell && file.startsWith("node:"))) continue;
      if (!CELL.test(file)) {
        if (++others <= SHOWN) lines.push(`    at ${roots.reduce((text, root) => text.replace(root, ""), site.toString())}`);
        continue;
      }
      inCell = true;
      lines.push(`    at ${cellFrame(site, file, engine)}`);
      if (site.getFunctionName() === `${MARK}cell`) break;
    }
    return lines.join("\n");
  };
}

function cellFrame(site: NodeJS.CallSite, file: string, engine: Pick<Engine, "locate">): string {
  const line = site.getLineNumber() ?? 1;
  const column = site.getColumnNumber() ?? 1;
  const place = engine.locate(file, line, column);
  const where = place ? `${file}:${place.line}:${place.column}` : file;
  const text = readable(site.toString().replace(`${file}:${line}:${column}`, where));
  return text.replace(new RegExp(`(^|async )${MARK}cell \\((.*)\\)$`), "$1$2");
}

function isOwn(file: string): boolean {
  return file !== "" && (file.startsWith("file:") ? fileURLToPath(file) : file).startsWith(SERVER);
}

function head(error: unknown): string {
  try {
    return readable(Error.prototype.toString.call(error));
  } catch {
    return "Error";
  }
}
