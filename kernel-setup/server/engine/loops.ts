import type * as TypeScript from "@tslab/typescript-for-tslab";
import { MARK } from "./mark.js";
import type { Compiler } from "./tslab.js";

/** A loop at top level, not inside another: what decides which variables it can hold in local ones. */
export interface Loop {
  /** The variables of cells that stand in it outside of functions. */
  readonly names: Set<string>;
  /** Those of them that it gives a value otherwise than by `x = 1`, `x += 1` or `x++`: in a pattern, or `for (x of xs)`. */
  readonly patterns: Set<string>;
  /** Whether it waits for something: then other code runs in between. */
  isAsync: boolean;
  /** Whether it may run a function, be it by a getter or an iterator. */
  calls: boolean;
}

/** The variables of cells that functions and classes mention, which may run at any time. */
export interface Mentions {
  readonly captured: ReadonlySet<string>;
  /** Those of them that functions give values. */
  readonly written: ReadonlySet<string>;
  /** Whether an object may have a `valueOf`, `toString` or `[Symbol.toPrimitive]` of its own, which arithmetic calls. */
  readonly converts: boolean;
}

export const NO_MENTIONS: Mentions = { captured: new Set(), written: new Set(), converts: false };

/** The variables that a loop holds in local ones, where the machine can keep them in registers. */
export interface Locals {
  /** Nothing else sees them before the loop ends. */
  readonly own: readonly string[];
  /** Functions read them meanwhile: each new value goes to the box as well. */
  readonly shared: readonly string[];
}

export const NO_LOCALS: Locals = { own: [], shared: [] };

/**
 * What a loop may hold in local variables so that nobody sees the difference. What a function may change meanwhile stays
 * in its box.
 */
export function localsOf({ names, patterns, isAsync, calls }: Loop, mentions: readonly Mentions[]): Locals {
  if (isAsync) return NO_LOCALS;
  const isAlone = !calls && !mentions.some(({ converts }) => converts);
  const isOwn = (name: string): boolean => isAlone || !mentions.some(({ captured }) => captured.has(name));
  const isShared = (name: string): boolean => !patterns.has(name) && !mentions.some(({ written }) => written.has(name));
  const all = [...names];
  return { own: all.filter(isOwn), shared: all.filter((name) => !isOwn(name) && isShared(name)) };
}

// A digit behind the mark: no variable of a cell is called like that.

/** The local variable of a loop that stands for the variable `name` of a cell. */
export function localName(name: string): string {
  return `${MARK}0${name}`;
}

/** The local variable that counts the turns of a loop. */
export const TURN = `${MARK}1`;

/** The local variable that holds the value of `x++` while the new one goes to the box. */
export const OLD = `${MARK}2`;

/** Whether cells with this text may give an object a conversion of its own: they do more than call one. */
export function mentionsConversion(source: string): boolean {
  return /toPrimitive|(?<!\.)\b(?:valueOf|toString)\b|\.(?:valueOf|toString)\s*=/.test(source);
}

/** Whether this is a loop, or one with a label. */
export function isLoop(ts: Compiler, node: TypeScript.Node): boolean {
  return ts.isIterationStatement(node, true) || (ts.isLabeledStatement(node) && isLoop(ts, node.statement));
}

/**
 * Whether this piece of syntax, without what lies inside it, runs no function, but for the conversions of objects in
 * arithmetic. Whatever is not named here may.
 */
export function isQuiet(ts: Compiler, node: TypeScript.Node): boolean {
  const { SyntaxKind } = ts;
  switch (node.kind) {
    case SyntaxKind.ParenthesizedExpression:
    case SyntaxKind.PrefixUnaryExpression:
    case SyntaxKind.PostfixUnaryExpression:
    case SyntaxKind.ConditionalExpression:
    case SyntaxKind.VoidExpression:
    case SyntaxKind.TypeOfExpression:
    case SyntaxKind.Block:
    case SyntaxKind.EmptyStatement:
    case SyntaxKind.ExpressionStatement:
    case SyntaxKind.VariableStatement:
    case SyntaxKind.VariableDeclarationList:
    case SyntaxKind.VariableDeclaration:
    case SyntaxKind.IfStatement:
    case SyntaxKind.ForStatement:
    case SyntaxKind.WhileStatement:
    case SyntaxKind.DoStatement:
    case SyntaxKind.LabeledStatement:
    case SyntaxKind.BreakStatement:
    case SyntaxKind.ContinueStatement:
    case SyntaxKind.SwitchStatement:
    case SyntaxKind.CaseBlock:
    case SyntaxKind.CaseClause:
    case SyntaxKind.DefaultClause:
    case SyntaxKind.ThrowStatement:
    case SyntaxKind.TryStatement:
    case SyntaxKind.CatchClause:
      return true;
    case SyntaxKind.BinaryExpression: {
      const operator = (node as TypeScript.BinaryExpression).operatorToken.kind;
      return operator !== SyntaxKind.InKeyword && operator !== SyntaxKind.InstanceOfKeyword;
    }
    default:
      return ts.isTokenKind(node.kind); // names, literals, operators
  }
}
