import { parseExpressionAt, type Node, type Options } from "acorn";
import { analyze } from "periscopic";
import { show } from "../core/parameters.js";
import { checkRecord } from "./records.js";

/** Any function: what it takes and gives is for others to say. */
export type AnyFunction = (...values: readonly never[]) => unknown;

/**
 * A function as plain data, for a thread or process that shares no memory with this one: its source, and the values
 * that it takes from around it.
 */
export interface Portable {
  /** An expression whose value is the function. */
  readonly source: string;
  /** The variables of the source that are not its own. */
  readonly scope: Readonly<Record<string, Carried>>;
}

/** What a variable is on the other side. */
export type Carried =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "function"; readonly function: Portable }
  | { readonly kind: "pattern"; readonly source: string; readonly flags: string }
  /** An object with these fields: what a compiler puts in the place of a variable `name`, as in `x_1.name`. */
  | { readonly kind: "fields"; readonly fields: Readonly<Record<string, Carried>> }
  /** What the one who sends made of it, for the one who receives to make something of. */
  | { readonly kind: "packed"; readonly data: unknown };

/**
 * Remember the values that a function takes from around it, so that it can be sent to another thread or process:
 * `withValues({ rate }, (x: number) => x * rate)`. Gives back the function, which works here as before.
 *
 * A function's source can be sent, and the variables around it cannot be read from outside. So it has to be said
 * what they are. They are copied when the work starts: what another thread does to its copy, nobody else sees.
 *
 * @param values plain data, functions or regular expressions, by the names that the function uses
 */
export function withValues<F extends AnyFunction>(values: Readonly<Record<string, unknown>>, f: F): F {
  if (typeof values !== "object" || values === null) throw new TypeError(`values must be an object such as { n: 3 }, got ${show(values)}`);
  if (typeof f !== "function") throw new TypeError(`the second argument of withValues must be a function, got ${show(f)}`);
  given.set(f, values);
  return f;
}

interface PortableOptions {
  /** What errors call it. */
  readonly name?: string;
  /** What may cross though it is no plain data: gives plain data for it, or undefined where it is not that. */
  readonly pack?: (value: unknown) => unknown;
}

/**
 * A function as plain data.
 *
 * @throws TypeError where it cannot go: it uses a variable around it that `withValues` does not give, or `this`, or it is
 * built in
 */
export function portable(f: AnyFunction, { name = "the function", pack = () => undefined }: PortableOptions = {}): Portable {
  if (typeof f !== "function") throw new TypeError(`${name} must be a function, got ${show(f)}`);
  const written = Function.prototype.toString.call(f);
  const called = `${name} ${short(written)}`;
  if (/\{\s*\[native code\]\s*\}$/.test(written)) {
    throw new TypeError(`${name} ${f.name} is built in or bound, so it has no source to send: write (x) => ${f.name.replace(/^bound /, "") || "f"}(x)`);
  }
  const { source, tree, isMethod } = parsed(written, called);
  const uses = usesOf(tree);
  if (uses.forbidden !== null) throw new TypeError(`${called} uses ${uses.forbidden}`);
  const values = given.get(f) ?? {};
  const scope: Record<string, Carried> = {};
  for (const variable of analyze(tree as never).globals.keys()) {
    const isOwn = !isMethod && variable === `${MARK}${f.name}` && (tree as unknown as FunctionNode).id?.name === f.name;
    if (isOwn || everywhere.has(variable) || variable === MARK || uses.ownNames.has(variable)) continue;
    const fields = uses.fields.get(variable);
    const plain = variable.startsWith(MARK) ? variable.slice(MARK.length) : variable;
    if (uses.changed.has(variable)) {
      throw new TypeError(
        `${called} changes \`${plain}\`, which is not its own: each thread would change a copy that nobody reads; give the value back as a result`,
      );
    }
    const carry = (what: string): Carried => carried(values[what], `${name}'s \`${what}\``, pack);
    if (variable.startsWith(MARK) && plain in values) scope[variable] = { kind: "fields", fields: { v: carry(plain) } };
    else if (plain in values) scope[variable] = carry(plain);
    else if (fields !== undefined && isImport(variable) && [...fields].every((field) => field in values)) {
      scope[variable] = { kind: "fields", fields: Object.fromEntries([...fields].map((field) => [field, carry(field)])) };
    } else {
      const missing = fields !== undefined && isImport(variable) ? [...fields].find((field) => !(field in values))! : plain;
      throw new TypeError(`${called} uses \`${missing}\`, which is not its own and stays behind: give it, as in withValues({ ${missing} }, ${short(written, 24)})`);
    }
  }
  return { source, scope };
}

/**
 * The function again, on the other side.
 *
 * @param unpack makes of what `pack` gave what the function is to find
 */
export function revive(sent: Portable, unpack: (data: unknown) => unknown = (data) => data): AnyFunction {
  const names = Object.keys(sent.scope);
  const values = names.map((name) => uncarried(sent.scope[name]!, unpack));
  const own = /^\((?:async )?function\s*\*?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(sent.source)?.[1];
  const itself = own === undefined || names.includes(`${MARK}${own}`) ? "" : `const ${MARK}${own} = { get v() { return f; } }; `;
  const body = `"use strict"; ${itself}const f = ${sent.source}; return f;`;
  // A cell's function speaks to its kernel after each await; here is none.
  return new Function(MARK, "__name", ...names, body)(noKernel, (f: unknown) => f, ...values) as AnyFunction;
}

/** The letter that the course's kernel puts before its names: a cell's variable `n` is compiled to `ɵn.v`. */
const MARK = "ɵ";

const noKernel = {
  run: (): null => null,
  resume: (_run: unknown, value: unknown): unknown => value,
  bind: (f: unknown): unknown => f,
  iterate: (items: unknown): unknown => items,
};

const given = new WeakMap<AnyFunction, Readonly<Record<string, unknown>>>();

function carried(value: unknown, name: string, pack: (value: unknown) => unknown): Carried {
  const data = pack(value);
  if (data !== undefined) return { kind: "packed", data };
  if (typeof value === "function") return { kind: "function", function: portable(value as AnyFunction, { name, pack }) };
  if (value instanceof RegExp) return { kind: "pattern", source: value.source, flags: value.flags };
  checkRecord(name, value);
  return { kind: "value", value };
}

function uncarried(sent: Carried, unpack: (data: unknown) => unknown): unknown {
  switch (sent.kind) {
    case "value":
      return sent.value;
    case "function":
      return revive(sent.function, unpack);
    case "pattern":
      return new RegExp(sent.source, sent.flags);
    case "fields":
      return Object.fromEntries(Object.entries(sent.fields).map(([field, value]) => [field, uncarried(value, unpack)]));
    case "packed":
      return unpack(sent.data);
  }
}

interface FunctionNode extends Node {
  readonly id?: { readonly name: string } | null;
}

/** The function as an expression. A method, written without the word `function`, is one only inside an object. */
function parsed(written: string, called: string): { readonly source: string; readonly tree: Node; readonly isMethod: boolean } {
  const options: Options = { ecmaVersion: "latest", allowAwaitOutsideFunction: true, allowSuperOutsideMethod: true };
  const attempt = (source: string): Node | null => {
    try {
      const tree = parseExpressionAt(source, 0, options);
      return tree.end === source.length ? tree : null;
    } catch {
      return null;
    }
  };
  const bare = attempt(written);
  if (bare?.type === "ClassExpression") throw new TypeError(`${called} is a class: send a function that makes one`);
  if (bare?.type === "ArrowFunctionExpression" || bare?.type === "FunctionExpression") {
    return { source: `(${written})`, tree: bare, isMethod: false };
  }
  const inside = `{${written}}`;
  const object = attempt(inside) as (Node & { readonly properties?: readonly { readonly kind: string; readonly key: Node }[] }) | null;
  const member = object?.properties?.[0];
  if (object === null || member === undefined || member.kind !== "init") throw new TypeError(`${called} has a source that cannot be read`);
  // Whatever its name is, also [Symbol.iterator]: it is the object's only member.
  return { source: `((o) => o[Reflect.ownKeys(o)[0]])(${inside})`, tree: object, isMethod: true };
}

interface Uses {
  /** What keeps the function here, in words. */
  forbidden: string | null;
  /** Of each variable of which only fields are read, which ones. */
  readonly fields: Map<string, Set<string>>;
  /** Variables that get a value. */
  readonly changed: Set<string>;
  /** Names of class expressions: the analyser does not know them. */
  readonly ownNames: Set<string>;
}

type Tree = Node & Record<string, unknown>;

/** One walk over the function for what the analyser of scopes does not tell. */
function usesOf(root: Node): Uses {
  const uses: Uses = { forbidden: null, fields: new Map(), changed: new Set(), ownNames: new Set() };
  const bare = new Set<string>();
  const visit = (node: Tree, thisIsOwn: boolean, isRoot: boolean): void => {
    const forbid = (words: string): void => void (uses.forbidden ??= words);
    switch (node.type as string) {
      case "ThisExpression":
        if (!thisIsOwn) forbid("`this`, which stays behind: read what is needed into a variable and give it with withValues");
        break;
      case "Super":
        if (!thisIsOwn) forbid("`super`, which stays behind");
        break;
      case "ImportExpression":
        forbid("import(), which would be relative to another place there");
        break;
      case "MetaProperty":
        if ((node["meta"] as unknown as { name: string }).name === "import") forbid("import.meta, which is another there");
        break;
      case "ClassExpression":
        if (node["id"] !== null) uses.ownNames.add((node["id"] as { name: string }).name);
        thisIsOwn = true;
        break;
      case "ClassDeclaration":
        thisIsOwn = true;
        break;
      case "FunctionExpression":
      case "FunctionDeclaration":
        // Those inside have a `this` of their own; the function itself is called without one.
        thisIsOwn = !isRoot;
        break;
      case "AssignmentExpression":
      case "UpdateExpression": {
        const target = (node["left"] ?? node["argument"]) as Tree;
        const isBox = target.type === "MemberExpression" && (target["object"] as Tree).type === "Identifier";
        const { name } = (isBox ? target["object"] : target) as unknown as { name?: string };
        if (name !== undefined && (!isBox || name.startsWith(MARK))) uses.changed.add(name);
        break;
      }
      case "MemberExpression": {
        const object = node["object"] as Tree;
        if (object.type !== "Identifier" || node["computed"] === true) break;
        const of = (object as unknown as { name: string }).name;
        const fields = uses.fields.get(of) ?? new Set();
        uses.fields.set(of, fields.add((node["property"] as { name: string }).name));
        return;
      }
      case "Identifier":
        bare.add((node as unknown as { name: string }).name);
        break;
    }
    const isMethodOfRoot = isRoot && node.type === "ObjectExpression";
    for (const [key, part] of Object.entries(node)) {
      if ((key === "property" || key === "key") && node["computed"] !== true) continue;
      for (const child of Array.isArray(part) ? part : [part]) {
        if (typeof child !== "object" || child === null || typeof (child as Node).type !== "string") continue;
        const isStillRoot = isMethodOfRoot || (isRoot && node.type === "Property" && key === "value");
        visit(child as Tree, thisIsOwn, isStillRoot);
      }
    }
  };
  visit(root as Tree, false, true);
  for (const name of bare) uses.fields.delete(name);
  return uses;
}

/** Whether compilers put such a variable in the place of a module: `x_1.name` or `__vi_import_0__.name`. */
function isImport(variable: string): boolean {
  return /_\d+(__)?$/.test(variable);
}

/** What every thread and process has: the language's own, and what all hosts share. */
const everywhere = new Set(
  (
    "undefined NaN Infinity globalThis Object Function Boolean Symbol Number BigInt Math Date String RegExp Array Map Set WeakMap WeakSet " +
    "WeakRef FinalizationRegistry Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array " +
    "Float64Array BigInt64Array BigUint64Array ArrayBuffer SharedArrayBuffer DataView Atomics JSON Promise Reflect Proxy Intl Error " +
    "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError parseInt parseFloat isNaN isFinite encodeURI " +
    "encodeURIComponent decodeURI decodeURIComponent escape unescape console TextEncoder TextDecoder URL URLSearchParams structuredClone " +
    "atob btoa queueMicrotask performance crypto Buffer process arguments __name"
  ).split(" "),
);

function short(source: string, length = 50): string {
  const line = source.replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 3)}...` : line;
}
