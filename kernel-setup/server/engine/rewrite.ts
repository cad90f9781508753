import type * as TypeScript from "@tslab/typescript-for-tslab";
import { Edits } from "./edits.js";
import { isLoop, isQuiet, localName, NO_LOCALS, OLD, TURN, type Locals, type Loop } from "./loops.js";
import { MARK } from "./mark.js";
import { addBound, addLexical, addVars, assignedName, isLexical, isReference, namesOf, targetOf, type Assignment } from "./scope.js";
import type { Compiler } from "./tslab.js";

/** One import of a cell: from which module which exports go to which variables. */
export interface Import {
  readonly module: string;
  /** `"*"` stands for the whole module. */
  readonly bindings: readonly { readonly name: string; readonly exported: string }[];
}

/** One walk over the JavaScript of a cell, which collects the edits. */
export class Rewriting {
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
  /** Those of them that get a value there. */
  readonly written = new Set<string>();
  readonly loops = new Map<TypeScript.Node, Loop>();
  isAsync = false;

  readonly #ts: Compiler;
  readonly #file: TypeScript.SourceFile;
  readonly #isKnown: (name: string) => boolean;
  /** What the scopes around the current node declare, the innermost last. */
  readonly #scopes: Set<string>[] = [];
  #functionDepth = 0;
  #classDepth = 0;
  readonly #locals: ReadonlyMap<TypeScript.Node, Locals>;
  /** The loop at top level around the current node. */
  #loop: Loop | null = null;
  /** The variables that are local to that loop. */
  #local: Locals = NO_LOCALS;
  /** What is to be inserted after a node, when all inside it is done. */
  readonly #after = new Map<TypeScript.Node, string>();

  constructor(
    ts: Compiler,
    file: TypeScript.SourceFile,
    isKnown: (name: string) => boolean,
    locals: ReadonlyMap<TypeScript.Node, Locals>,
  ) {
    this.#ts = ts;
    this.#file = file;
    this.#isKnown = isKnown;
    this.#locals = locals;
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
    if (this.#local.own.length > 0) this.#copyBack(node);
    if (this.#loop && !isQuiet(this.#ts, node)) this.#loop.calls = true;
    this.#rewrite(node);
    if (isOutermost) {
      this.#loop = null;
      this.#local = NO_LOCALS;
    }
    const after = this.#after.get(node);
    if (after !== undefined) this.edits.insert(node.end, after);
  }

  /** `for (;;) n++;` becomes `{ let ɵ0n = ɵn.v; for (;;) ɵ0n++; }`, with what brings the values back to the boxes. */
  #enterLoop(node: TypeScript.Node): void {
    this.#loop = { names: new Set(), patterns: new Set(), isAsync: false, calls: false };
    this.loops.set(node, this.#loop);
    this.#local = this.#locals.get(node) ?? NO_LOCALS;
    const { own, shared } = this.#local;
    const names = [...own, ...shared];
    if (names.length === 0) return;
    const locals = names.map((name) => `${localName(name)} = ${MARK}${name}.v`);
    if (own.length > 0) locals.push(`${TURN} = 0`);
    if (shared.length > 0) locals.push(OLD);
    this.edits.insert(node.getStart(this.#file), `{ let ${locals.join(", ")}; ${own.length > 0 ? "try { " : ""}`);
    this.#after.set(node, own.length > 0 ? ` } finally { ${this.#copies()} } }` : " }");
  }

  #copies(): string {
    return this.#local.own.map((name) => `${MARK}${name}.v = ${localName(name)};`).join(" ");
  }

  /** At the beginning of each turn of the loop `node`, if it is one. */
  #copyBack(node: TypeScript.Node): void {
    if (!isLoop(this.#ts, node) || this.#functionDepth > 0 || this.#ts.isLabeledStatement(node)) return;
    const { statement } = node as TypeScript.IterationStatement;
    const text = `if ((++${TURN} & ${TURNS - 1}) === 0) { ${this.#copies()} } `;
    if (this.#ts.isBlock(statement)) {
      this.edits.insert(statement.getStart(this.#file) + 1, ` ${text}`);
    } else {
      this.edits.insert(statement.getStart(this.#file), `{ ${text}`);
      this.#after.set(statement, `${this.#after.get(statement) ?? ""} }`);
    }
  }

  /** Where the value of this variable is: in its box, or in a local variable of the loop around. */
  #place(name: string): string {
    const isLocal = this.#local.own.includes(name) || this.#isShared(name);
    return isLocal ? localName(name) : `${MARK}${name}.v`;
  }

  /** Whether this variable is local to the loop here and also in its box: in functions it is in its box only. */
  #isShared(name: string): boolean {
    return this.#functionDepth === 0 && this.#classDepth === 0 && this.#local.shared.includes(name);
  }

  #rewrite(node: TypeScript.Node): void {
    const ts = this.#ts;
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isAwaitExpression(node)) return this.#await(node);
    const assigned = assignedName(ts, node);
    if (assigned && this.#isBoxed(assigned.text)) {
      this.#giveName(node as Assignment, assigned.text);
      if (this.#isShared(assigned.text)) this.#writeThrough(node as Assignment, assigned);
    }
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
    this.#noteTarget(node);
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
    if (this.#isBoxed(name)) {
      this.#noteTarget(node.name);
      this.edits.insert(node.name.end, `: ${this.#place(name)}`);
    }
    if (node.objectAssignmentInitializer) this.#visit(node.objectAssignmentInitializer);
  }

  #noteTarget(node: TypeScript.Identifier): void {
    const target = targetOf(this.#ts, node);
    if (target === "none") return;
    if (this.#functionDepth > 0 || this.#classDepth > 0) this.written.add(node.text);
    else if (target === "pattern") this.#loop?.patterns.add(node.text);
  }

  /** `f = () => 1` calls the function "f". A box would not: it becomes `ɵf.v = ({ ["f"]: () => 1 }).f`. */
  #giveName(node: Assignment, name: string): void {
    const ts = this.#ts;
    if (!ts.isBinaryExpression(node)) return;
    let value = node.right;
    while (ts.isParenthesizedExpression(value)) value = value.expression;
    const isNameless = ts.isArrowFunction(value) || ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name);
    if (!isNameless) return;
    this.edits.insert(value.getStart(this.#file), `({ ["${name}"]: `);
    this.#after.set(value, ` }).${name}`);
  }

  /** `n += 2` becomes `(ɵn.v = ɵ0n += 2)` where the variable is local to a loop and functions read it. */
  #writeThrough(node: Assignment, name: TypeScript.Identifier): void {
    const ts = this.#ts;
    const box = `${MARK}${name.text}.v`;
    const start = node.getStart(this.#file);
    if (!ts.isPostfixUnaryExpression(node)) {
      this.edits.insert(start, `(${box} = `);
      this.#after.set(node, `${this.#after.get(node) ?? ""})`);
    } else if (ts.isExpressionStatement(node.parent) || (ts.isForStatement(node.parent) && node.parent.incrementor === node)) {
      this.edits.insert(start, `(${box} = ${ts.tokenToString(node.operator)!}`);
      this.edits.replace(name.end, node.end, ")");
    } else {
      this.edits.insert(start, `(${OLD} = `);
      this.#after.set(node, `, ${box} = ${localName(name.text)}, ${OLD})${this.#after.get(node) ?? ""}`);
    }
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
      if (initializer && this.#ts.isIdentifier(name) && this.#isShared(name.text)) {
        this.edits.insert(name.getStart(this.#file), `${MARK}${name.text}.v = `);
      }
      this.#target(name);
      if (this.#loop && !(initializer && this.#ts.isIdentifier(name))) addBound(this.#ts, name, this.#loop.patterns);
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

/** Methods whose callbacks run later. */
const PROMISE_METHODS = new Set(["then", "catch", "finally"]);

/** How many turns of a loop go by between two copies of its variables to their boxes: a power of two. */
const TURNS = 4096;
