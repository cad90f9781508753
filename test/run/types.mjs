/** The type check of the whole checkout: TypeScript 7, strict, the set-up's JavaScript included. */
import { join } from "node:path";
import { run } from "../../kernel-setup/setup/child.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";

/**
 * One test: the checkout has no type error.
 * @returns {Promise<import("./part.mjs").Count>}
 */
export async function types() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, output } = await run([process.execPath, compiler, "-p", root], {});
  console.log(status === 0 ? "  no type error" : output);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}
