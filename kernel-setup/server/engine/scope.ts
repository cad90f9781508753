import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Compiler } from "./tslab.js";

type Node = TypeScript.Node;

/** Adds the names that a binding (a name, or a pattern of them) declares. */
export function addBound(ts: Compiler, binding: TypeScript.BindingName, names: Set<string>): void {
  if (ts.isIdentifier(binding)) {
    names.add(binding.text);
    return;
  }
  for (const element of binding.elements) {
    if (ts.isBindingElement(element)) addBound(ts, element.name, names);
  }
}

/** Whether this list of variables is declared by `let` or `const`. */
export function isLexical(ts: Compiler, list: TypeScript.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) !== 0;
}

/** Adds what `statements` declare for their own block: let, const, class, function. */
export function addLexical(ts: Compiler, statements: readonly TypeScript.Statement[], names: Set<string>): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      if (!isLexical(ts, statement.declarationList)) continue;
      for (const declaration of statement.declarationList.declarations) addBound(ts, declaration.name, names);
    } else if ((ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name) {
      names.add(statement.name.text);
    }
  }
}

/** Adds the `var` variables below `node` that belong to the function (or cell) around it. */
export function addVars(ts: Compiler, node: Node, names: Set<string>): void {
  ts.forEachChild(node, (child) => {
    if (ts.isFunctionLike(child) || ts.isClassStaticBlockDeclaration(child)) return;
    if (ts.isVariableDeclarationList(child) && !isLexical(ts, child)) {
      for (const declaration of child.declarations) addBound(ts, declaration.name, names);
    }
    addVars(ts, child, names);
  });
}

/** The names that `node` itself brings into scope for what lies inside it, or null when it opens no scope. */
export function namesOf(ts: Compiler, node: Node): Set<string> | null {
  const names = new Set<string>();
  if (ts.isFunctionLike(node)) {
    for (const parameter of node.parameters) addBound(ts, parameter.name as TypeScript.BindingName, names);
    if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text);
    if (!ts.isArrowFunction(node)) names.add("arguments");
    addVars(ts, node, names);
    return names;
  }
  if (ts.isClassLike(node)) {
    // Inside its body a class is known by its own name, whatever becomes of the variable outside.
    if (node.name) names.add(node.name.text);
    return names;
  }
  if (ts.isClassStaticBlockDeclaration(node)) {
    addVars(ts, node, names);
    return names;
  }
  if (ts.isBlock(node)) {
    addLexical(ts, node.statements, names);
    return names;
  }
  if (ts.isCaseBlock(node)) {
    for (const clause of node.clauses) addLexical(ts, clause.statements, names);
    return names;
  }
  if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node)) {
    const list = node.initializer;
    if (list && ts.isVariableDeclarationList(list) && isLexical(ts, list)) {
      for (const declaration of list.declarations) addBound(ts, declaration.name, names);
    }
    return names;
  }
  if (ts.isCatchClause(node)) {
    if (node.variableDeclaration) addBound(ts, node.variableDeclaration.name, names);
    return names;
  }
  return null;
}

/** Whether this name stands for a variable, and not for a property, a label or a declaration. */
export function isReference(ts: Compiler, name: TypeScript.Identifier): boolean {
  const parent = name.parent;
  switch (parent.kind) {
    case ts.SyntaxKind.PropertyAccessExpression:
      return (parent as TypeScript.PropertyAccessExpression).expression === name;
    case ts.SyntaxKind.PropertyAssignment:
      return (parent as TypeScript.PropertyAssignment).initializer === name;
    case ts.SyntaxKind.PropertyDeclaration:
      return (parent as TypeScript.PropertyDeclaration).initializer === name;
    case ts.SyntaxKind.BindingElement:
      return (parent as TypeScript.BindingElement).initializer === name;
    case ts.SyntaxKind.VariableDeclaration:
      return (parent as TypeScript.VariableDeclaration).initializer === name;
    case ts.SyntaxKind.Parameter:
      return (parent as TypeScript.ParameterDeclaration).initializer === name;
    case ts.SyntaxKind.MethodDeclaration:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
    case ts.SyntaxKind.FunctionDeclaration:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ClassDeclaration:
    case ts.SyntaxKind.ClassExpression:
    case ts.SyntaxKind.LabeledStatement:
    case ts.SyntaxKind.BreakStatement:
    case ts.SyntaxKind.ContinueStatement:
    case ts.SyntaxKind.MetaProperty:
      return false;
    default:
      return true;
  }
}

/** `x = 1`, `x += 1` or `x++`. */
export type Assignment = TypeScript.BinaryExpression | TypeScript.PrefixUnaryExpression | TypeScript.PostfixUnaryExpression;

/** The name that `node` gives a value, if it is an assignment to a name, and not a default inside a pattern. */
export function assignedName(ts: Compiler, node: Node): TypeScript.Identifier | null {
  const target = assigned(ts, node);
  return target && ts.isIdentifier(target) && targetOf(ts, target) === "direct" ? target : null;
}

/** How this name gets a value here: not at all, by an assignment of its own, or in a pattern, `for (x of xs)` or `(x)++`. */
export function targetOf(ts: Compiler, name: TypeScript.Identifier): "none" | "direct" | "pattern" {
  if (!isTarget(ts, name)) return "none";
  return assigned(ts, name.parent) && !isTarget(ts, name.parent) ? "direct" : "pattern";
}

function isTarget(ts: Compiler, node: Node): boolean {
  const { parent } = node;
  switch (parent.kind) {
    case ts.SyntaxKind.ForInStatement:
    case ts.SyntaxKind.ForOfStatement:
      return (parent as TypeScript.ForInOrOfStatement).initializer === node;
    case ts.SyntaxKind.ParenthesizedExpression:
    case ts.SyntaxKind.ArrayLiteralExpression:
    case ts.SyntaxKind.ObjectLiteralExpression:
    case ts.SyntaxKind.SpreadElement:
    case ts.SyntaxKind.SpreadAssignment:
      return isTarget(ts, parent);
    case ts.SyntaxKind.PropertyAssignment:
      return (parent as TypeScript.PropertyAssignment).initializer === node && isTarget(ts, parent);
    case ts.SyntaxKind.ShorthandPropertyAssignment:
      return (parent as TypeScript.ShorthandPropertyAssignment).name === node && isTarget(ts, parent);
    default:
      return assigned(ts, parent) === node;
  }
}

/** What stands left of `=` or `+=`, or beside `++` or `--`. */
function assigned(ts: Compiler, node: Node): Node | null {
  const { SyntaxKind } = ts;
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment ? node.left : null;
  }
  const isUnary = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node);
  return isUnary && (node.operator === SyntaxKind.PlusPlusToken || node.operator === SyntaxKind.MinusMinusToken) ? node.operand : null;
}
