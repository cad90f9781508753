import { SourceMap } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { Edits } from "./edits.js";
import { addBound, addLexical, addVars, isLexical, isReference, namesOf } from "./scope.js";
import type { Compiler } from "./tslab.js";

/**
 * The letter before every name that the compiled cell has and its source has not. It is a letter, so that it may
 * begin a name, and one that nobody types.
 */
export const MARK = "ɵ";

/** Methods whose callbacks run later. */
const PROMISE_METHODS = new Set(["then", "catch", "finally"]);

/** One import of a cell: from which module which exports go to which variables. */
export interface Import {
  readonly module: string;
  /** `"*"` stands for the whole module. */
  readonly bindings: readonly { readonly name: string; readonly exported: string }[];
}

/** A place in the source of a cell, counted from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** A cell as JavaScript. */
export interface CompiledCell {
  /** The text of a function expression that takes the runtime of the cell. */
  readonly code: string;
  /** Whether the function is async. */
  readonly isAsync: boolean;
  readonly imports: readonly Import[];
  /** The variables that the cell declares, imports among them. */
  readonly declared: readonly string[];
  /** The variables that the cell declares or uses: it needs a box for each. */
  readonly used: readonly string[];
  /** Those of them that stand in functions of the cell, which may be called at any time. */
  readonly captured: readonly string[];
  /** Where in the source the compiled `line` and `column` (counted from 1) come from. */
  locate(line: number, column: number): SourcePlace | null;
}

/**
 * Compiles a cell. Its top-level variables live in boxes, one for each name, that all cells share: `k` becomes `ɵk.v`.
 * So an assignment in a later cell is seen by the functions of an earlier one, and a variable of an earlier cell can be
 * used in every way, also as the shorthand `{ k }`. A declaration stays a declaration (functions and classes take their
 * name from it) and copies its value to the box.
 *
 * Every `await` of the cell goes through `ɵ.resume`, so that what follows belongs to the same run of the cell and
 * throws when that has been stopped meanwhile; the callbacks of promises and the steps of `for await` do likewise.
 *
 * A loop at top level works on plain local variables, as fast as in a function, where no function of any cell can see
 * the difference: on those that no function mentions. They are copied back at the end, and now and then before it, so
 * that a stopped loop leaves what it has computed.
 *
 * @param isKnown whether an earlier cell has declared this name
 * @param isCaptured whether a function of an earlier cell mentions this name
 * @param hasValue whether this module has a value besides its types; modules of types only are not loaded
 */
export function compileCell(
  ts: Compiler,
  source: string,
  isKnown: (name: string) => boolean,
  isCaptured: (name: string) => boolean = () => false,
  hasValue: (module: string) => boolean = () => true,
): CompiledCell {
  const plain = withoutTypes(ts, source);
  const file = ts.createSourceFile("cell.js", plain.code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const survey = new Rewriting(ts, file, isKnown, new Map());
  survey.run();
  const rewriting = new Rewriting(ts, file, isKnown, plainLoops(survey, isCaptured));
  rewriting.run();
  const imports = rewriting.imports.filter(({ module }) => hasValue(module));
  const used = [...rewriting.used];
  const declarations = used.map((name) => `${MARK}${name} = ${MARK}.boxes.${name}`);
  const reset = [...rewriting.vars].map((name) => `${MARK}${name}.v = undefined; `);
  const functions = [...rewriting.functions].map((name) => `${MARK}${name}.v = ${name}; `);
  const head =
    `(${rewriting.isAsync ? "async " : ""}function ${MARK}cell(${MARK}, require, __filename, __dirname) { "use strict"; ` +
    (declarations.length > 0 ? `const ${declarations.join(", ")}; ` : "") +
    reset.join("") +
    functions.join("");
  return {
    code: `${head}${rewriting.edits.apply()}\n})`,
    isAsync: rewriting.isAsync,
    imports,
    declared: [...rewriting.declared],
    used,
    captured: [...survey.captured],
    locate: locator({ head, plain, edits: rewriting.edits }),
  };
}

interface Plain {
  readonly code: string;
  readonly map: string;
}

/** JavaScript of the same cell: types are gone, enums, namespaces, decorators and JSX are spelled out. */
function withoutTypes(ts: Compiler, source: string): Plain {
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: "cell.ts",
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      // Which imports are types is known to the checker only; here all are kept.
      verbatimModuleSyntax: true,
      experimentalDecorators: true,
      sourceMap: true,
      newLine: ts.NewLineKind.LineFeed,
    },
  });
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ""), map: sourceMapText ?? "" };
}

/** A loop at top level, not inside another, with the variables of cells that stand in it outside of functions. */
interface Loop {
  readonly names: Set<string>;
  /** Whether it waits for something: then other code runs in between. */
  isAsync: boolean;
}

/** How many turns of a loop go by between two copies of its variables to their boxes: a power of two. */
const TURNS = 4096;

/** The loops that can work on local variables, with the names of these. */
function plainLoops({ loops, captured }: Rewriting, isCaptured: (name: string) => boolean): Map<TypeScript.Node, readonly string[]> {
  const plain = new Map<TypeScript.Node, readonly string[]>();
  for (const [node, { names, isAsync }] of loops) {
    const own = [...names].filter((name) => !captured.has(name) && !isCaptured(name));
    if (!isAsync && own.length > 0) plain.set(node, own);
  }
  return plain;
}

/** One walk over the JavaScript of a cell, which collects the edits. */
class Rewriting {
  readonly edits: Edits;
  readonly imports: Import[] = [];
  readonly declared = new Set<string>();
  readonly used = new Set<string>();
  /** Names declared by `var`: they are undefined when the cell begins. */
  readonly vars = new Set<string>();
  /** Names of top-level functions: they have their value when the cell begins. */
  readonly functions = new Set<string>();
  /** Variables of cells that stand in functions and classes. */
  readonly captured = new Set<string>();
  readonly loops = new Map<TypeScript.Node, Loop>();
  isAsync = false;

  readonly #ts: Compiler;
  readonly #file: TypeScript.SourceFile;
  readonly #isKnown: (name: string) => boolean;
  /** What the scopes around the current node declare, the innermost last. */
  readonly #scopes: Set<string>[] = [];
  #functionDepth = 0;
  #classDepth = 0;
  readonly #plainLoops: ReadonlyMap<TypeScript.Node, readonly string[]>;
  /** The loop at top level around the current node. */
  #loop: Loop | null = null;
  /** The variables of that loop that are local to it. */
  #local: readonly string[] = [];
  /** What is to be inserted after a node, when all inside it is done. */
  readonly #after = new Map<TypeScript.Node, string>();

  constructor(
    ts: Compiler,
    file: TypeScript.SourceFile,
    isKnown: (name: string) => boolean,
    plainLoops: ReadonlyMap<TypeScript.Node, readonly string[]>,
  ) {
    this.#ts = ts;
    this.#file = file;
    this.#isKnown = isKnown;
    this.#plainLoops = plainLoops;
    this.edits = new Edits(file.text);
  }

  run(): void {
    const ts = this.#ts;
    const statements = this.#file.statements;
    addVars(ts, this.#file, this.vars);
    addLexical(ts, statements, this.declared);
    for (const name of this.vars) this.declared.add(name);
    for (const statement of statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name) this.functions.add(statement.name.text);
      if (ts.isImportDeclaration(statement)) this.#import(statement);
    }
    for (const name of this.declared) this.used.add(name);
    const last = statements.filter((statement) => !ts.isExportDeclaration(statement)).at(-1);
    for (const statement of statements) this.#topLevel(statement, statement === last);
  }

  #import(node: TypeScript.ImportDeclaration): void {
    const ts = this.#ts;
    const module = (node.moduleSpecifier as TypeScript.StringLiteral).text;
    const bindings: { name: string; exported: string }[] = [];
    const clause = node.importClause;
    if (clause?.name) bindings.push({ name: clause.name.text, exported: "default" });
    const named = clause?.namedBindings;
    if (named && ts.isNamespaceImport(named)) bindings.push({ name: named.name.text, exported: "*" });
    if (named && ts.isNamedImports(named)) {
      for (const { name, propertyName } of named.elements) {
        bindings.push({ name: name.text, exported: (propertyName ?? name).text });
      }
    }
    for (const { name } of bindings) this.declared.add(name);
    this.imports.push({ module, bindings });
  }

  #topLevel(statement: TypeScript.Statement, isLast: boolean): void {
    const ts = this.#ts;
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) {
      this.edits.remove(statement.getStart(this.#file), statement.end);
      return;
    }
    if (ts.isVariableStatement(statement)) return this.#topLevelVariables(statement.declarationList);
    if (ts.isExpressionStatement(statement) && isLast) {
      this.edits.insert(statement.expression.getStart(this.#file), `${MARK}.result = (`);
      this.#visit(statement);
      this.edits.insert(statement.expression.end, ")");
      return;
    }
    this.#visit(statement);
    if (ts.isClassDeclaration(statement) && statement.name) {
      this.edits.insert(statement.end, `; ${MARK}${statement.name.text}.v = ${statement.name.text};`);
    }
  }

  /** `let a = 1, b = a` becomes `let a = 1; ɵa.v = a; let b = ɵa.v; ɵb.v = b`. */
  #topLevelVariables(list: TypeScript.VariableDeclarationList): void {
    const ts = this.#ts;
    const lexical = isLexical(ts, list);
    const keyword = list.flags & ts.NodeFlags.Const ? "const" : lexical ? "let" : "var";
    list.declarations.forEach((declaration, at) => {
      const names = new Set<string>();
      addBound(ts, declaration.name, names);
      // Inside its own pattern a name is not in its box yet: `let { a, b = a } = o`.
      this.#scopes.push(names);
      if (!ts.isIdentifier(declaration.name)) this.#visit(declaration.name);
      this.#scopes.pop();
      if (declaration.initializer) this.#visit(declaration.initializer);
      const isLeftAlone = !lexical && !declaration.initializer;
      const copies = isLeftAlone ? "" : [...names].map((name) => `; ${MARK}${name}.v = ${name}`).join("");
      const next = list.declarations[at + 1];
      if (next) this.edits.replace(declaration.end, next.getStart(this.#file), `${copies}; ${keyword} `);
      else this.edits.insert(declaration.end, copies);
    });
  }

  #visit(node: TypeScript.Node): void {
    const isOutermost = this.#loop === null && this.#functionDepth === 0 && this.#classDepth === 0 && isLoop(this.#ts, node);
    if (isOutermost) this.#enterLoop(node);
    if (this.#local.length > 0) this.#copyBack(node);
    this.#rewrite(node);
    if (isOutermost) {
      this.#loop = null;
      this.#local = [];
    }
    const after = this.#after.get(node);
    if (after !== undefined) this.edits.insert(node.end, after);
  }

  #enterLoop(node: TypeScript.Node): void {
    this.#loop = { names: new Set(), isAsync: false };
    this.loops.set(node, this.#loop);
    this.#local = this.#plainLoops.get(node) ?? [];
    if (this.#local.length === 0) return;
    const locals = this.#local.map((name) => `${MARK}_${name} = ${MARK}${name}.v`);
    this.edits.insert(node.getStart(this.#file), `{ let ${MARK}turns = 0, ${locals.join(", ")}; try { `);
    this.#after.set(node, ` } finally { ${this.#copies()} } }`);
  }

  #copies(): string {
    return this.#local.map((name) => `${MARK}${name}.v = ${MARK}_${name};`).join(" ");
  }

  /** At the beginning of each turn of the loop `node`, if it is one. */
  #copyBack(node: TypeScript.Node): void {
    if (!isLoop(this.#ts, node) || this.#functionDepth > 0 || this.#ts.isLabeledStatement(node)) return;
    const { statement } = node as TypeScript.IterationStatement;
    const text = `if ((++${MARK}turns & ${TURNS - 1}) === 0) { ${this.#copies()} } `;
    if (this.#ts.isBlock(statement)) {
      this.edits.insert(statement.getStart(this.#file) + 1, ` ${text}`);
    } else {
      this.edits.insert(statement.getStart(this.#file), `{ ${text}`);
      this.#after.set(statement, `${this.#after.get(statement) ?? ""} }`);
    }
  }

  /** Where the value of this variable is: in its box, or in a local variable of the loop around. */
  #place(name: string): string {
    return this.#local.includes(name) ? `${MARK}_${name}` : `${MARK}${name}.v`;
  }

  #rewrite(node: TypeScript.Node): void {
    const ts = this.#ts;
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isAwaitExpression(node)) return this.#await(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      return this.edits.replace(node.getStart(this.#file), node.end, `${MARK}.meta`);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      this.edits.replace(node.expression.getStart(this.#file), node.expression.end, `${MARK}.import`);
      return node.arguments.forEach((argument) => this.#visit(argument));
    }
    if (ts.isVariableDeclarationList(node) && !isLexical(ts, node) && this.#functionDepth === 0) return this.#nestedVars(node);
    const names = namesOf(ts, node);
    const isFunction = ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    if (names) this.#scopes.push(names);
    if (isFunction) this.#functionDepth++;
    if (ts.isClassLike(node)) this.#classDepth++;
    if (ts.isForOfStatement(node) && node.awaitModifier) this.#forAwait(node);
    if (ts.isCallExpression(node)) this.#bindCallbacks(node);
    ts.forEachChild(node, (child) => this.#visit(child));
    if (ts.isClassLike(node)) this.#classDepth--;
    if (isFunction) this.#functionDepth--;
    if (names) this.#scopes.pop();
  }

  /** Whether this name stands for a variable of a cell: this one's or an earlier one's. */
  #isBoxed(name: string): boolean {
    if (this.#scopes.some((names) => names.has(name))) return false;
    if (!this.declared.has(name) && !this.#isKnown(name)) return false;
    this.used.add(name);
    if (this.#functionDepth > 0 || this.#classDepth > 0) this.captured.add(name);
    else this.#loop?.names.add(name);
    return true;
  }

  #identifier(node: TypeScript.Identifier): void {
    const ts = this.#ts;
    if (!isReference(ts, node) || !this.#isBoxed(node.text)) return;
    const { parent } = node;
    const isCalled =
      (ts.isCallExpression(parent) && parent.expression === node) ||
      (ts.isTaggedTemplateExpression(parent) && parent.tag === node);
    // A bare call would hand the box to the function as `this`.
    const place = this.#place(node.text);
    const text = isCalled && place.endsWith(".v") ? `(0, ${place})` : place;
    this.edits.replace(node.getStart(this.#file), node.end, text);
  }

  #shorthand(node: TypeScript.ShorthandPropertyAssignment): void {
    const name = node.name.text;
    if (this.#isBoxed(name)) this.edits.insert(node.name.end, `: ${this.#place(name)}`);
    if (node.objectAssignmentInitializer) this.#visit(node.objectAssignmentInitializer);
  }

  #await(node: TypeScript.AwaitExpression): void {
    this.#noteAwait();
    this.edits.insert(node.getStart(this.#file), `${MARK}.resume(${MARK}.run(), `);
    this.#visit(node.expression);
    this.edits.insert(node.end, ")");
  }

  #noteAwait(): void {
    if (this.#functionDepth > 0) return;
    this.isAsync = true;
    if (this.#loop) this.#loop.isAsync = true;
  }

  #forAwait(node: TypeScript.ForOfStatement): void {
    this.#noteAwait();
    this.edits.insert(node.expression.getStart(this.#file), `${MARK}.iterate(`);
    this.#after.set(node.expression, ")");
  }

  /** The callbacks of `promise.then(...)` belong to the run that hands them over. */
  #bindCallbacks(node: TypeScript.CallExpression): void {
    const { expression } = node;
    if (!this.#ts.isPropertyAccessExpression(expression) || !PROMISE_METHODS.has(expression.name.text)) return;
    for (const argument of node.arguments) {
      if (this.#ts.isSpreadElement(argument)) continue;
      this.edits.insert(argument.getStart(this.#file), `${MARK}.bind(`);
      this.#after.set(argument, ")");
    }
  }

  /** `var i = 0` inside a block of the cell is a variable of the cell: it becomes the assignment `ɵi.v = 0`. */
  #nestedVars(list: TypeScript.VariableDeclarationList): void {
    const first = list.declarations[0]!;
    this.edits.remove(list.getStart(this.#file), first.getStart(this.#file));
    for (const { name, initializer } of list.declarations) {
      const isPattern = this.#ts.isObjectBindingPattern(name) && initializer !== undefined;
      if (isPattern) this.edits.insert(name.getStart(this.#file), "(");
      this.#target(name);
      if (initializer) this.#visit(initializer);
      if (isPattern) this.edits.insert(initializer.end, ")");
    }
  }

  /** Turns a binding into the target of an assignment: `{ a, b: [c] }` becomes `{ a: ɵa.v, b: [ɵc.v] }`. */
  #target(binding: TypeScript.BindingName): void {
    const ts = this.#ts;
    if (ts.isIdentifier(binding)) {
      this.#loop?.names.add(binding.text);
      this.edits.replace(binding.getStart(this.#file), binding.end, this.#place(binding.text));
      return;
    }
    for (const element of binding.elements) {
      if (!ts.isBindingElement(element)) continue;
      const isShort = ts.isObjectBindingPattern(binding) && !element.propertyName && !element.dotDotDotToken;
      if (isShort && ts.isIdentifier(element.name)) {
        this.#loop?.names.add(element.name.text);
        this.edits.insert(element.name.end, `: ${this.#place(element.name.text)}`);
      } else this.#target(element.name);
      if (element.propertyName && ts.isComputedPropertyName(element.propertyName)) this.#visit(element.propertyName);
      if (element.initializer) this.#visit(element.initializer);
    }
  }
}

/** Whether this is a loop, or one with a label. */
function isLoop(ts: Compiler, node: TypeScript.Node): boolean {
  return ts.isIterationStatement(node, true) || (ts.isLabeledStatement(node) && isLoop(ts, node.statement));
}

/**
 * Follows a place in the compiled text back: through the head, through the edits, through TypeScript's source map.
 * It is kept as long as the kernel lives, so it holds texts only, and no syntax tree.
 */
function locator({ head, plain, edits }: { head: string; plain: Plain; edits: Edits }): CompiledCell["locate"] {
  return (line, column) => {
    const text = edits.apply();
    let offset = 0;
    for (let at = 1; at < line; at++) {
      offset = text.indexOf("\n", offset) + 1;
      if (offset === 0) return null;
    }
    offset += column - 1 - (line === 1 ? head.length : 0);
    if (offset < 0 || offset > text.length) return null;
    const before = plain.code.slice(0, edits.origin(offset)).split("\n");
    const entry = new SourceMap(JSON.parse(plain.map)).findEntry(before.length - 1, before.at(-1)!.length);
    return "originalLine" in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : null;
  };
}
