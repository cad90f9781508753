import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Engine } from "../../../kernel-setup/server/engine/engine.js";
import { bind, currentRun, iterate, resume } from "../../../kernel-setup/server/runs.js";

/** The checkout. */
export const project = path.resolve(import.meta.dirname, "..", "..", "..");

/** A folder outside the checkout, with a name that needs care. */
export const elsewhere = mkdtempSync(path.join(tmpdir(), "分布式 系统-"));

/** What a cell gave: its value, the messages of the type checker, or what it threw. */
export type Given = { readonly value: unknown } | { readonly refused: readonly string[] } | { readonly thrown: unknown };

/** A notebook without a server: cells run one after the other in this process. */
export class Notebook {
  readonly engine: Engine;
  #count = 0;

  constructor(cwd: string = elsewhere) {
    this.engine = new Engine({ cwd, project, hooks: { current: currentRun, resume, bind, iterate } });
  }

  async run(source: string): Promise<Given> {
    const check = this.engine.check(source, `Cell [${++this.#count}]`);
    if (check.kind === "refused") return { refused: check.diagnostics.map(({ messageText }) => messageText) };
    try {
      const { hasValue, value } = await this.engine.run(check.cell);
      return { value: hasValue ? value : undefined };
    } catch (thrown) {
      return { thrown };
    }
  }

  /** Runs all cells and gives what the last one gave; or what an earlier one gave that was refused or threw. */
  async runAll(sources: readonly string[]): Promise<Given> {
    let given: Given = { value: undefined };
    for (const source of sources) {
      given = await this.run(source);
      if (!("value" in given)) return given;
    }
    return given;
  }
}
