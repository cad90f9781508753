import { createRequire } from "node:module";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../../lib/compute/keys.js";
import { portable, revive, withValues, type AnyFunction, type Portable } from "../../lib/compute/portable.js";
import { Boxes } from "../../kernel-setup/server/engine/boxes.js";
import { compileCell } from "../../kernel-setup/server/engine/compile.js";
import { NO_MENTIONS } from "../../kernel-setup/server/engine/loops.js";
import { MARK } from "../../kernel-setup/server/engine/mark.js";
import type { Compiler } from "../../kernel-setup/server/engine/tslab.js";

type Call = (...values: unknown[]) => unknown;

/** There and back, over what only lets plain data pass. */
const sent = (f: AnyFunction): Call => revive(structuredClone(portable(f)) as Portable) as Call;
/** From source, so that no compiler stands between. */
const js = (source: string): AnyFunction => vm.runInThisContext(`(${source})`) as AnyFunction;

describe("a function that needs nothing from around it", () => {
  it.each<[string, string, unknown[], unknown]>([
    ["an arrow", "(x) => x * 2", [4], 8],
    ["an arrow with patterns and defaults", "({ a, b: [c] }, d = a) => a + c + d", [{ a: 1, b: [2] }], 4],
    ["a function", "function (x) { return x + 1; }", [4], 5],
    ["a function that calls itself", "function f(n) { return n < 2 ? 1 : n * f(n - 1); }", [5], 120],
    ["a method", "{ map(x) { return x + 1; } }.map", [1], 2],
    ["a method with a name that is computed", "{ ['a' + 1](x) { return x; } }.a1", [1], 1],
    ["a generator", "function* (n) { for (let i = 0; i < n; i++) yield i; }", [3], [0, 1, 2]],
    ["a method that is a generator", "{ *each(n) { yield n; } }.each", [3], [3]],
    ["one with a class of its own", "(x) => { const C = class B { v = x; get() { return B.name + this.v; } }; return new C().get(); }", [1], "B1"],
    ["one with functions that have their own this", "(x) => ({ x, get() { return this.x; } }).get()", [7], 7],
    ["one with labels, catch, hoisted variables", "(x) => { out: for (var i of x) { try { throw i; } catch (e) { if (e > 1) break out; } } return i; }", [[1, 2, 3]], 2],
    ["one that reads what every thread has", "(x) => Math.max(...Object.values(JSON.parse(x)), NaN || 0)", ['{"a":3}'], 3],
    ["one that reads its arguments", "function () { return arguments.length; }", [1, 2], 2],
    ["one that changes what is its own", "(x) => { let n = 0; for (const y of x) n += y; x = n; return x; }", [[1, 2]], 3],
    ["one whose helper is named by a compiler", "(x) => __name((y) => y, 'y')(x)", [1], 1],
  ])("goes over: %s", (_, source, values, result) => {
    const back = sent(js(source))(...values);
    expect(typeof back === "object" && Symbol.iterator in (back as object) ? [...(back as Iterable<unknown>)] : back).toEqual(result);
  });

  it("goes over when it waits", async () => {
    expect(await sent(js("async (x) => (await x) + 1"))(Promise.resolve(1))).toBe(2);
  });
});

describe("a function that takes values from around it", () => {
  it("goes over with them, and stays the same here", () => {
    const n = 3;
    const twice = (x: number) => 2 * x;
    const f = (x: number) => twice(x) + n;
    expect(withValues({ n, twice }, f)).toBe(f);
    expect(sent(f)(4)).toBe(11);
    const pattern = /b+/gi;
    expect(sent(withValues({ pattern }, (x: string) => x.match(pattern)))("abBc")).toEqual(["bB"]);
  });

  it("goes over with functions that take values themselves", () => {
    const n = 3;
    const plus = withValues({ n }, (x: number) => x + n);
    expect(sent(withValues({ plus }, (x: number) => plus(plus(x))))(1)).toBe(7);
  });

  it("copies them when the work starts", () => {
    const words = ["a"];
    const f = withValues({ words }, () => words.length);
    const there = sent(f) as () => number;
    words.push("b");
    expect([f(), there()]).toEqual([2, 1]);
  });

  it.each<[string, () => AnyFunction, string | RegExp]>([
    ["a variable that is not given", () => js("(x) => x * n"),
      "the function (x) => x * n uses `n`, which is not its own and stays behind: give it, as in withValues({ n }, (x) => x * n)"],
    ["one of two", () => withValues({ n: 1 }, js("(x) => x * n + m")), "uses `m`"],
    ["a default that is not its own", () => js("(x, y = z) => x"), "uses `z`"],
    ["a method's neighbour of the same name", () => js("{ map(x) { return map(x); } }.map"), "uses `map`"],
    ["a global of this thread alone", () => js("() => document.title"), "uses `document`"],
    ["an import of this module", () => (a: string, b: string) => compareKeys(a, b), "uses `compareKeys`"],
    ["this", () => js("{ n: 1, map(x) { return x + this.n; } }.map"), "uses `this`"],
    ["this in an arrow", () => js("() => this"), "uses `this`"],
    ["super", () => js("{ map() { return super.map; } }.map"), "uses `super`"],
    ["import()", () => js("() => import('node:fs')"), "uses import()"],
    ["a count of this thread", () => withValues({ n: 0 }, js("(x) => { n++; return x; }")),
      "changes `n`, which is not its own: each thread would change a copy that nobody reads"],
    ["an assignment", () => withValues({ n: 0 }, js("(x) => { n = x; }")), "changes `n`"],
    ["a function that is built in", () => Math.max as AnyFunction, "the function max is built in or bound, so it has no source to send: write (x) => max(x)"],
    ["a bound function", () => function f() {}.bind(null), "write (x) => f(x)"],
    ["a class", () => js("class A {}"), "is a class"],
    ["a getter", () => Object.getOwnPropertyDescriptor(js("{ get a() { return 1; } }"), "a")!.get as AnyFunction, "cannot be read"],
    ["a value that is no data", () => withValues({ m: new Map() }, js("() => m")), "the function's `m` is an instance of Map: send it as an array, [...it]"],
    ["a value inside of a given function", () => withValues({ g: js("() => k") }, js("() => g()")), "the function's `g` () => k uses `k`"],
  ])("is refused before any work starts: %s", (_, make, sentence) => {
    expect(() => portable(make())).toThrow(sentence);
  });

  it("goes over with what an import gives, by its name", () => {
    const f = (a: string) => a === "x" || compareKeys(a, "y") < 0;
    expect(() => portable(f)).toThrow("withValues({ compareKeys }");
    expect(sent(withValues({ compareKeys: (a: string, b: string) => (a < b ? -1 : 1) }, f))("c")).toBe(true);
  });

  it("takes what a sender knows how to pack", () => {
    class Counter {
      constructor(readonly id: number) {}
    }
    const counter = new Counter(5);
    const pack = (value: unknown) => (value instanceof Counter ? { counter: value.id } : undefined);
    const there = structuredClone(portable(withValues({ counter }, () => counter), { pack })) as Portable;
    const back = revive(there, (data) => new Counter((data as { counter: number }).counter));
    expect((back as () => Counter)()).toEqual(counter);
  });
});

describe("a function of a notebook's cell", () => {
  const ts = createRequire(import.meta.url)("@tslab/typescript-for-tslab") as Compiler;

  /** Runs cells as the kernel does, and gives the variable `f`. */
  function cells(...sources: readonly string[]): AnyFunction {
    const boxes = new Boxes();
    const kernel = { run: () => 1, resume: (_: unknown, value: unknown) => value, bind: (g: unknown) => g };
    boxes.at("withValues").v = withValues;
    for (const source of sources) {
      const compiled = compileCell(ts, source, (name) => boxes.has(name), NO_MENTIONS);
      const own: Record<string, unknown> = {};
      for (const name of compiled.used) own[name] = boxes.at(name);
      vm.runInThisContext(compiled.code)({ ...kernel, boxes: own });
    }
    return boxes.at("f").v as AnyFunction;
  }

  it("is called by the names that the cell has", () => {
    expect(MARK).toBe("ɵ");
    expect(() => portable(cells("const n = 3;", "const f = (x: number) => x * n;"))).toThrow("withValues({ n }");
    expect(sent(cells("const n = 3;", "const f = withValues({ n: n }, (x: number) => x * n);"))(2)).toBe(6);
  });

  it("may call another one, and itself", () => {
    expect(sent(cells("function twice(x) { return 2 * x; }", "const f = withValues({ twice }, (x) => twice(x) + 1);"))(2)).toBe(5);
    expect(sent(cells("function f(n) { return n < 2 ? 1 : n * f(n - 1); }"))(5)).toBe(120);
  });

  it("may not change a variable of the notebook", () => {
    expect(() => portable(cells("let n = 0;", "const f = withValues({ n }, (x) => { n++; return x; });"))).toThrow("changes `n`");
  });

  it("may wait", async () => {
    expect(await sent(cells("const f = async (x) => (await x) + (await Promise.resolve(1).then((y) => y));"))(1)).toBe(2);
  });
});
