/** Small notebooks for tests of the site and the workbook. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A cell: Markdown as a text, code as `code`. */
export type Part = string | { readonly code: string; readonly outputs?: readonly object[]; readonly tags?: readonly string[]; readonly count?: number | null; readonly hidden?: boolean };

export function notebook(parts: readonly Part[]): object {
  const cells = parts.map((part, index) => {
    const id = `cell-${index}`;
    if (typeof part === "string") return { cell_type: "markdown", id, metadata: {}, source: part };
    const { code, outputs = [], tags = [], count = index + 1, hidden = false } = part;
    return { cell_type: "code", id, metadata: hidden ? { tags, jupyter: { source_hidden: true } } : { tags }, source: code, outputs, execution_count: count };
  });
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

/** Shown data, as a notebook stores it. */
export function shown(data: Readonly<Record<string, unknown>>): object {
  return { output_type: "display_data", metadata: {}, data };
}

/** A picture with a text that describes it. */
export const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img"><title>Nine dots</title>'
  + '<defs><clipPath id="clip"><rect width="9" height="9"/></clipPath></defs><g clip-path="url(#clip)"><path d="M0 0h9"/></g></svg>';

/** A page that has nothing wrong. */
export const soundPage: readonly Part[] = [
  "# Start\n\nA text.",
  { code: "1 + 1", outputs: [{ output_type: "execute_result", metadata: {}, data: { "text/plain": "2" } }] },
];

/** Puts files into a new folder; notebooks are written as JSON, texts as they are. */
export function folderOf(files: Readonly<Record<string, object | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "distlab-book-"));
  for (const [name, content] of Object.entries(files)) {
    const place = join(folder, name);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}
