import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "@tslab/typescript-for-tslab";
import { describe, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

/**
 * The built package as the kernel's engine reads it: TypeScript 5.0.4, Node10 resolution, from notebooks/.
 * `npm test` builds it first.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, "lib", "package.json"), "utf8"));
const subpaths = Object.keys(manifest.exports).filter((path) => path !== ".").map((path) => path.slice(2));
const doors = ["distlab", ...subpaths.map((path) => `distlab/${path}`)];

/** A program whose one source file, a cell in notebooks/, does not exist on disk. */
function programOf(cell: string): { readonly program: ts.Program; readonly source: ts.SourceFile } {
  const file = join(root, "notebooks", "cell.ts");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, cell, target, true) : getSourceFile(name, target);
  const program = ts.createProgram([file], options, host);
  return { program, source: program.getSourceFile(file)! };
}

function problemsOf(program: ts.Program): string[] {
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file ? file.fileName.slice(root.length + 1) : "";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

describe("the built package, read by TypeScript 5.0.4 under Node10 resolution", () => {
  it("is read by the version that the kernel's engine brings", () => {
    expect(ts.version).toMatch(/^5\.0\./);
  });

  it("names the same subpaths in exports and in typesVersions", () => {
    expect(Object.keys(manifest.typesVersions["*"]).sort()).toEqual([...subpaths].sort());
    expect(subpaths.length).toBeGreaterThan(5);
  });

  it.each(Object.entries<{ types: string; default: string }>(manifest.exports))("has the files of %s", (path, { types, default: code }) => {
    expect([types, code].filter((file) => !existsSync(join(root, "lib", file)))).toEqual([]);
    if (path !== ".") expect(manifest.typesVersions["*"][path.slice(2)]).toEqual([types]);
  });

  it("has types without an error behind every door", () => {
    const { program } = programOf(doors.map((door, index) => `import * as door${index} from "${door}"; void door${index};`).join("\n"));
    expect(problemsOf(program)).toEqual([]);
  });

  it.each(doors)("%s exports nothing whose type an older compiler takes for any", (door) => {
    const { program, source } = programOf(`import * as door from "${door}"; void door;`);
    const checker = program.getTypeChecker();
    const name = (source.statements[0] as ts.ImportDeclaration).importClause!.namedBindings as ts.NamespaceImport;
    const module = checker.getAliasedSymbol(checker.getSymbolAtLocation(name.name)!);
    const members = checker.getExportsOfModule(module);
    expect(members.length).toBeGreaterThan(0);
    expect(members.filter((member) => isAny(checker, member, source)).map((member) => member.name)).toEqual([]);
  });

  it("sees a subpath without types, and a type that is any", () => {
    const { program } = programOf('import * as nothing from "distlab/nowhere"; void nothing;');
    expect(problemsOf(program).join()).toContain("Cannot find module 'distlab/nowhere'");
    const { program: other, source } = programOf("export const loose: any = 1; export function vague(): any {}; export const tight = 1;");
    const checker = other.getTypeChecker();
    const members = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
    expect(members.filter((member) => isAny(checker, member, source)).map((member) => member.name).sort()).toEqual(["loose", "vague"]);
  });

  it("runs behind every door when a CommonJS cell requires it, as the kernel does", async () => {
    const { createRequire } = await import("node:module");
    const require = createRequire(join(root, "notebooks", "cell.cjs"));
    for (const door of doors) expect(Object.keys(require(door)).length, door).toBeGreaterThan(0);
  });
});

/** Whether a value, or what a function gives, is any. */
function isAny(checker: ts.TypeChecker, member: ts.Symbol, at: ts.Node): boolean {
  const symbol = member.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(member) : member;
  if (!(symbol.flags & ts.SymbolFlags.Value)) return false;
  const type = checker.getTypeOfSymbolAtLocation(symbol, at);
  const results = type.getCallSignatures().map((signature) => signature.getReturnType());
  return [type, ...results].some(({ flags }) => (flags & ts.TypeFlags.Any) !== 0);
}
