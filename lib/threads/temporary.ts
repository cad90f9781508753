import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "./errors.js";

const folders = new Set<string>();

/** A folder for what does not fit into memory. It goes away with `removeFolder`, or with the program. */
export function temporaryFolder(within: string): string {
  try {
    const folder = mkdtempSync(join(within, "distlab-"));
    if (folders.size === 0) process.on("exit", removeAll);
    folders.add(folder);
    return folder;
  } catch (error) {
    throw fileError("write", within, error);
  }
}

/** Take it away, with all that is in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
  if (folders.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
