/** Who imports whom in lib, read from the syntax trees. */
import { readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix, sep } from "node:path";
import ts from "@tslab/typescript-for-tslab";

/** Sources by path relative to lib, with "/": `sim/agenda.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** One import: from a file of lib to another (`sim/agenda.ts`) or to a package (`seedrandom`, `node:fs`). */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** It is gone after compiling: only types are named. */
  readonly typesOnly: boolean;
}

/** What an area may import: other areas, areas of which it may only name types, and packages. */
export interface Permission {
  readonly areas?: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
  readonly node?: true;
}

export function readSources(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => file.endsWith(".ts") && !/^(dist|node_modules)\//.test(file))
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

export function importsOf(sources: Sources): Import[] {
  const imports: Import[] = [];
  for (const [from, text] of sources) {
    visit(parse(from, text), (node) => {
      const found = importOf(node);
      if (found) imports.push({ from, to: target(from, found.specifier), typesOnly: found.typesOnly });
    });
  }
  return imports;
}

/**
 * The area that a file belongs to: its first folder. A front page belongs to the folder of its name, wherever that
 * is: `paxos.ts` to `consensus`, if there is `consensus/paxos/`.
 */
export function areaOf(file: string, sources: Sources): string {
  const [first = ""] = file.split("/");
  if (first !== file) return first;
  const name = first.replace(/(\.d)?\.ts$/, "");
  for (const other of sources.keys()) {
    const folders = dirname(other).split("/");
    if (folders[0] === name) return name;
    if (folders.slice(1).includes(name)) return folders[0]!;
  }
  return name;
}

/** The imports that the table does not permit, each as a sentence. */
export function forbiddenImports(sources: Sources, table: Readonly<Record<string, Permission>>): string[] {
  const wrong: string[] = [];
  for (const { from, to, typesOnly } of importsOf(sources)) {
    const area = areaOf(from, sources);
    const permission = table[area];
    if (!permission) {
      wrong.push(`${from} belongs to ${area}, which the table of dependencies does not know`);
      continue;
    }
    const { areas = [], types = [], packages = [], node } = permission;
    if (!sources.has(to)) {
      const isBuiltin = to.startsWith("node:") || builtinModules.includes(to);
      if (isBuiltin ? !node : !packages.includes(to)) wrong.push(`${area} must not use the package ${to} (${from})`);
      continue;
    }
    const other = areaOf(to, sources);
    if (other === area || areas.includes(other) || (typesOnly && types.includes(other))) continue;
    const what = types.includes(other) ? `more than types from ${other}` : other;
    wrong.push(`${area} must not import ${what} (${from} imports ${to})`);
  }
  return wrong;
}

/** Circles of files that need each other's values when they are loaded, each as `a.ts → b.ts → a.ts`. */
export function importCircles(sources: Sources): string[] {
  const needs = new Map<string, string[]>();
  for (const { from, to, typesOnly } of importsOf(sources)) {
    if (!typesOnly && sources.has(to)) needs.set(from, [...(needs.get(from) ?? []), to]);
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of needs.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) walk(file, []);
  return circles;
}

/** Clocks, chance and timers of the machine that a file reads, each as a sentence. */
export function worldlyNames(sources: Sources, mayUse: (area: string) => boolean): string[] {
  const globals = new Set([
    "Date", "performance", "process", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "crypto",
  ]);
  const wrong: string[] = [];
  for (const [file, text] of sources) {
    if (mayUse(areaOf(file, sources))) continue;
    const tree = parse(file, text);
    const declared = new Set<string>();
    visit(tree, (node) => {
      const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
      if (declares && ts.isIdentifier(node.name)) declared.add(node.name.text);
    });
    visit(tree, (node) => {
      const found = ts.isPropertyAccessExpression(node) && node.getText(tree) === "Math.random"
        ? "Math.random"
        : ts.isIdentifier(node) && globals.has(node.text) && !declared.has(node.text) && isValue(node)
          ? node.text
          : undefined;
      if (found === undefined) return;
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      wrong.push(`${file}:${line + 1} uses ${found}`);
    });
  }
  return wrong;
}

/** A name that stands for the global itself, and not for a member or a type of that name. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return parent.expression.getText() === "globalThis";
  const isMember = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isBindingElement(parent) || ts.isEnumMember(parent);
  return !(isMember && parent.name === node) && !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent);
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function importOf(node: ts.Node): { readonly specifier: string; readonly typesOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const { importClause: clause, moduleSpecifier } = node;
    const { name, namedBindings: names, isTypeOnly = false } = clause ?? {};
    return { specifier: moduleSpecifier.text, typesOnly: isTypeOnly || (!name && areTypes(names)) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, typesOnly: node.isTypeOnly || areTypes(node.exportClause) };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [first] = node.arguments;
    if (first && ts.isStringLiteralLike(first)) return { specifier: first.text, typesOnly: false };
  }
  return undefined;
}

/** Whether names in braces are there and each says `type`. */
function areTypes(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (!names || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false;
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = names.elements;
  return elements.length > 0 && elements.every((name) => name.isTypeOnly);
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier.startsWith("node:") ? specifier : packageOf(specifier);
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, ".ts");
}

function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

