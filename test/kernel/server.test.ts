import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildKernel, Client, sleep, type Executed } from "./client.js";

const folder = path.join(mkdtempSync(path.join(tmpdir(), "kernel-")), "分布式 系统 (1)");
let kernel: Client;

beforeAll(async () => {
  buildKernel();
  mkdirSync(folder);
  kernel = await Client.start({ cwd: folder });
});
afterAll(() => kernel.stop());

/** The text of an error without its colours. */
function plain({ error }: Executed): string {
  return (error?.traceback ?? []).join("\n").replace(/\x1b\[\d+m/g, "");
}

/** Waits until `check` gives something. */
async function eventually<T>(check: () => T | undefined | false): Promise<T> {
  for (let waited = 0; waited < 5000; waited += 20) {
    const found = check();
    if (found) return found;
    await sleep(20);
  }
  throw new Error("it did not happen within 5 s");
}

/** Starts a cell; resolves as soon as it runs, with a function that waits for its end. */
async function begun(code: string): Promise<() => Promise<Executed>> {
  const word = `begun ${Math.random()}`;
  const running = kernel.execute(`console.log("${word}"); ${code}`);
  await eventually(() => kernel.published.some(({ content }) => content["text"] === `${word}\n`));
  return () => running;
}

describe("output", () => {
  it("of 20,000 lines in one synchronous cell arrives whole and in order", async () => {
    const { stdout } = await kernel.execute("for (let i = 0; i < 20000; i++) console.log('line', i);");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBe(20_000);
    expect(lines.every((line, at) => line === `line ${at}`)).toBe(true);
  });

  it("of a text of 2 MB arrives whole", async () => {
    const { stdout } = await kernel.execute("console.log('x'.repeat(2_000_000))");
    expect(stdout.length).toBe(2_000_001);
  });

  it("of stdout and stderr keeps its order", async () => {
    const { messages } = await kernel.execute("console.log(1); console.error(2); console.log(3);");
    const streams = messages.filter(({ header }) => header.msg_type === "stream").map(({ content }) => content);
    expect(streams).toEqual([
      { name: "stdout", text: "1\n" },
      { name: "stderr", text: "2\n" },
      { name: "stdout", text: "3\n" },
    ]);
  });

  it.each([
    ["a timer", "setTimeout(() => console.log('late from timer'), 250);", "late from timer"],
    ["a promise", "new Promise((r) => setTimeout(r, 250)).then(() => console.log('late from promise'));", "late from promise"],
    [
      "an async function",
      "async function lateFunction() { await new Promise((r) => setTimeout(r, 250)); console.log('late from function'); }\nlateFunction();",
      "late from function",
    ],
    ["an interval", "let beats = 0; const beating = setInterval(() => { if (++beats === 3) { console.log('late beat'); clearInterval(beating); } }, 80);", "late beat"],
    ["reading a file", "import { promises as files } from 'fs'; files.readdir('/').then(() => setTimeout(() => console.log('late read'), 200));", "late read"],
  ])("of %s goes to the cell that started it", async (_, code, text) => {
    const { reply, messages } = await kernel.execute(code);
    expect(reply["status"]).toBe("ok");
    const origin = messages[0]!.parent.msg_id;
    await kernel.execute("for (let i = 0; i < 20; i++) { console.log('busy', i); await new Promise((r) => setTimeout(r, 25)); }");
    const late = await eventually(() => kernel.published.find(({ content }) => String(content["text"]).includes(text)));
    expect(late.parent.msg_id).toBe(origin);
  });

  it("shows an array of flat objects as a table, cut after 50 rows", async () => {
    const { messages } = await kernel.execute("Array.from({ length: 60 }, (_, n) => ({ n, square: n * n, name: `<${n}>` }))");
    const data = messages.find(({ header }) => header.msg_type === "execute_result")!.content["data"] as Record<string, string>;
    expect(data["text/html"]!.match(/<tr>/g)!.length).toBe(51);
    expect(data["text/html"]).toContain("&lt;3&gt;");
    expect(data["text/html"]).toContain("… and 10 more rows (60 in all)");
    expect(data["text/plain"]).toMatch(/^ n  square  name\n──/);
  });

  it("shows nothing for undefined, and null as null", async () => {
    expect((await kernel.execute("undefined")).messages.map(({ header }) => header.msg_type)).toEqual(["execute_input"]);
    expect((await kernel.execute("null")).result).toBe("null");
  });
});

describe("errors", () => {
  it("of the type checker show the line with a caret under the place", async () => {
    const executed = await kernel.execute("const fine = 1;\nconst wrong: number = 'text';");
    expect(executed.error!.ename).toBe("TypeScriptError");
    expect(plain(executed)).toMatch(/^Cell \[\d+\]:2:7 - error TS2322: Type 'string' is not assignable to type 'number'\./);
    expect(plain(executed)).toContain("> 2 | const wrong: number = 'text';\n    |       ^^^^^");
  });

  it("for a name of a cell that was not run say so", async () => {
    expect(plain(await kernel.execute("laterOn + 1"))).toContain("If another cell declares laterOn, run that cell first.");
  });

  it("at run time name cell and line, and no frame of the engine", async () => {
    const executed = await kernel.execute("interface Point { x: number }\nfunction deep(p: Point) {\n\n  throw new RangeError(`bad ${p.x}`);\n}\ndeep({ x: 3 });");
    const text = plain(executed);
    expect(text).toMatch(/^RangeError: bad 3\n    at deep \(Cell \[(\d+)\]:4:9\)\n    at Cell \[\1\]:6:1\n/);
    expect(text).toContain("> 4 |   throw new RangeError(`bad ${p.x}`);\n    |         ^");
    expect(text).not.toMatch(/node:|kernel-setup|tslab/);
  });

  it("in a function of an earlier cell show the line of that cell", async () => {
    const first = await kernel.execute("function thrower(): never {\n  throw new Error('from before');\n}");
    const text = plain(await kernel.execute("\n\nthrower();"));
    const count = Number(first.reply["execution_count"]);
    expect(text).toContain(`at thrower (Cell [${count}]:2:9)`);
    expect(text).toContain(`at Cell [${count + 1}]:3:1`);
  });

  it("after an await show the line, too", async () => {
    const text = plain(await kernel.execute("async function lateThrow() {\n  await null;\n  throw new TypeError('late');\n}\nawait lateThrow();"));
    expect(text).toMatch(/^TypeError: late\n    at lateThrow \(Cell \[\d+\]:3:9\)\n    at async Cell \[\d+\]:5:1/);
  });

  it("deep in the library show the cell, and files by their place in the checkout", async () => {
    const text = plain(await kernel.execute("import { stream } from 'distlab/core';\nfunction deeper(n: number): any { return n > 0 ? deeper(n - 1) : [3].map(() => JSON.parse('{'))[0]; }\ndeeper(20);\nstream;"));
    expect(text).toMatch(/^SyntaxError: [^]*at JSON\.parse \(<anonymous>\)\n    at Cell \[\d+\]:2:[^]*at Cell \[\d+\]:3:1\n/);
    const inLib = plain(await kernel.execute("import { simulate } from 'distlab/sim';\n\nsimulate({ nodes: {}, network: { loss: 1.1 } } as any);"));
    expect(inLib).toMatch(/at .*\(lib\/dist\/[^]*at Cell \[\d+\]:3:1\n[^]*> 3 \| simulate/);
    expect(inLib).not.toMatch(/file:|kernel-setup/);
  });

  it("do not speak of the kernel's own names", async () => {
    const executed = await kernel.execute("const notCallable: any = 3;\nnotCallable();");
    expect(executed.error!.evalue).toBe("notCallable is not a function");
    expect(plain(executed)).not.toContain("ɵ");
  });

  it.each([
    ["a text", "throw 'just text'", "'just text'"],
    ["nothing", "throw undefined", "undefined"],
    ["an object", "throw { code: 7 }", "{ code: 7 }"],
  ])("that are %s are shown as thrown", async (_, code, value) => {
    const { error } = await kernel.execute(code);
    expect(error).toMatchObject({ ename: "Thrown", evalue: value });
  });

  it("show their cause and their own properties", async () => {
    const text = plain(await kernel.execute("throw Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E7' })"));
    expect(text).toContain("Caused by TypeError: inner");
    expect(text).toContain("code: 'E7'");
  });

  it("of a promise that nobody awaits fail the cell", async () => {
    const executed = await kernel.execute("const good = 1;\nPromise.reject(new Error('nobody listens'));\ngood");
    expect(executed.reply["status"]).toBe("error");
    expect(plain(executed)).toMatch(/^Error: nobody listens\n    at Cell \[\d+\]:2:16/);
  });

  it("of a timer show at the cell that set it, also when that cell is done", async () => {
    const { messages } = await kernel.execute("setTimeout(() => { throw new Error('in the timer'); }, 150);\n1");
    await kernel.execute("await new Promise((r) => setTimeout(r, 300))");
    const late = await eventually(() => kernel.published.find(({ content }) => content["evalue"] === "in the timer"));
    expect(late.header.msg_type).toBe("error");
    expect(late.parent.msg_id).toBe(messages[0]!.parent.msg_id);
  });

  it("of process.exit end the cell and not the kernel", async () => {
    await kernel.execute("let survivor = 5;");
    expect((await kernel.execute("process.exit(3)")).error!.evalue).toContain("process.exit(3) was called");
    expect((await kernel.execute("survivor")).result).toBe("5");
  });

  it("abort exactly the requests that are queued", async () => {
    const sent = ["await new Promise((r) => setTimeout(r, 100)); 1", "throw new Error('x')", "2", "3"].map((code) => kernel.execute(code));
    const statuses = (await Promise.all(sent)).map(({ reply }) => reply["status"]);
    expect(statuses).toEqual(["ok", "error", "aborted", "aborted"]);
    expect((await kernel.execute("4")).result).toBe("4");
  });

  it("abort, too, what was sent while the failing cell blocked the thread", async () => {
    const failing = kernel.execute("const end = Date.now() + 400; while (Date.now() < end); throw new Error('x')");
    await sleep(200);
    const queued = kernel.execute("1");
    expect((await failing).reply["status"]).toBe("error");
    expect((await queued).reply["status"]).toBe("aborted");
  });
});

describe("the display", () => {
  it("updates a place by its id, while the cell runs", async () => {
    const { messages } = await kernel.execute(
      "const k = (globalThis as any)[Symbol.for('distlab.kernel')];\nk.display({ 'text/plain': 'one' }, { id: 'p' });\nk.display({ 'text/plain': 'two' }, { id: 'p', update: true });",
    );
    expect(messages.slice(1).map(({ header, content }) => [header.msg_type, content["data"], content["transient"]])).toEqual([
      ["display_data", { "text/plain": "one" }, { display_id: "p" }],
      ["update_display_data", { "text/plain": "two" }, { display_id: "p" }],
    ]);
  });

  it("adds the still picture of a plot before the cell is answered", { timeout: 60_000 }, async () => {
    const { messages, reply } = await kernel.execute("({ data: [{ y: [1, 2] }], layout: { title: 'T' } })");
    expect(reply["status"]).toBe("ok");
    const [shown, updated] = messages.slice(1);
    expect(Object.keys(shown!.content["data"] as object)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(updated!.header.msg_type).toBe("update_display_data");
    expect(updated!.content["transient"]).toEqual(shown!.content["transient"]);
    expect((updated!.content["data"] as Record<string, string>)["image/svg+xml"]).toMatch(/^<svg/);
  });

  it("lets the next cell run while a picture is drawn", async () => {
    const plot = kernel.execute("({ data: [{ x: [1], y: [2] }], layout: {} })");
    const next = kernel.execute("const doneAt = Date.now(); doneAt");
    const order = await Promise.all([plot.then(() => Date.now()), next.then(() => Date.now())]);
    expect(order[1]).toBeLessThanOrEqual(order[0] + 50);
  });

  it("takes what an async Jupyter.display method gives", async () => {
    const { messages } = await kernel.execute("({ async [Symbol.for('Jupyter.display')]() { await null; return { 'text/html': '<b>x</b>' }; } })");
    expect(messages[1]!.content["data"]).toEqual({ "text/html": "<b>x</b>", "text/plain": "[Object]" });
  });

  it("fails the cell when a Jupyter.display method throws", async () => {
    const { reply } = await kernel.execute("({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture'); } })");
    expect(reply).toMatchObject({ status: "error", evalue: "no picture" });
  });
});

describe("the Stop button", () => {
  it.each([
    ["a loop", "for (;;);"],
    ["a loop in a function", "function spin() { for (;;); }\nspin()"],
    ["a loop that catches everything", "for (;;) { try { for (;;); } catch {} finally {} }"],
    ["a loop after an await", "await null; for (;;);"],
    ["a loop in a promise callback", "Promise.resolve().then(() => { for (;;); });\nawait new Promise(() => {})"],
    ["a loop in a timer", "setTimeout(() => { for (;;); }, 1);\nawait new Promise(() => {})"],
    ["a loop in setImmediate", "setImmediate(() => { for (;;); });\nawait new Promise(() => {})"],
    ["a chain of awaits", "for (;;) await null;"],
    ["a loop of awaited timers", "for (;;) await new Promise((r) => setTimeout(r, 5));"],
    ["a chain of setImmediate", "(function again() { setImmediate(again); })();\nawait new Promise(() => {})"],
    ["a promise that never resolves", "await new Promise(() => {})"],
    ["a loop in queueMicrotask", "queueMicrotask(() => { for (;;); });\n1"],
    ["a simulator that polls", "const polled = (globalThis as any)[Symbol.for('distlab.kernel')];\nfor (;;) polled.checkInterrupt();"],
  ])("stops %s within 0.5 s and keeps the state", async (_, code) => {
    await kernel.execute("let kept = 41;");
    const running = await begun(code);
    await sleep(50);
    const begin = performance.now();
    void kernel.interrupt();
    const { error } = await running();
    expect(performance.now() - begin).toBeLessThan(500);
    expect(error!.ename).toBe("Interrupted");
    expect((await kernel.execute("++kept")).result).toBe("42");
  });

  it.each([
    ["a loop of awaited timers", "for (;;) { zombie++; await new Promise((r) => setTimeout(r, 5)); }"],
    ["an async function", "async function undead() { for (;;) { zombie++; await new Promise((r) => setTimeout(r, 5)); } }\nawait undead();"],
    ["an interval", "setInterval(() => zombie++, 5);\nawait new Promise(() => {})"],
    ["a chain of timers", "(function again() { zombie++; setTimeout(again, 5); })();\nawait new Promise(() => {})"],
    ["a chain of promises", "function chain(): any { zombie++; return new Promise((r) => setTimeout(r, 5)).then(chain); }\nawait chain();"],
    ["for await", "async function* ticks() { for (;;) { await new Promise((r) => setTimeout(r, 5)); yield 1; } }\nfor await (const _ of ticks()) zombie++;"],
  ])("leaves nothing of %s running behind", async (_, code) => {
    await kernel.execute("let zombie = 0;");
    const running = await begun(code);
    await sleep(300);
    await kernel.interrupt();
    expect((await running()).error!.ename).toBe("Interrupted");
    const after = Number((await kernel.execute("zombie")).result);
    expect(after).toBeGreaterThan(3);
    await sleep(200);
    expect(Number((await kernel.execute("zombie")).result)).toBe(after);
  });

  it("ends background work of cells that are long done", async () => {
    await kernel.execute("let ticks = 0; const ticking = setInterval(() => ticks++, 5);");
    await sleep(100);
    await kernel.interrupt();
    const after = Number((await kernel.execute("ticks")).result);
    await sleep(100);
    expect(Number((await kernel.execute("ticks")).result)).toBe(after);
  });

  it("ends a question", async () => {
    const asking = kernel.execute("await (globalThis as any)[Symbol.for('distlab.kernel')].input('name? ')", { allow_stdin: true });
    await eventually(() => kernel.questions.length > 0);
    await kernel.interrupt();
    expect((await asking).error!.ename).toBe("Interrupted");
  });
});

describe("a busy kernel", () => {
  it("answers heartbeat, kernel_info and connect_request, and prints live", async () => {
    const running = kernel.execute("console.log('begun'); const until = Date.now() + 1500; while (Date.now() < until);");
    await eventually(() => kernel.published.find(({ content }) => content["text"] === "begun\n"));
    expect(await kernel.beat()).toBeLessThan(500);
    const info = await kernel.request("kernel_info_request", {}, { timeoutMs: 500 });
    expect(info).toMatchObject({ status: "ok", language_info: { version: "5.0.4", codemirror_mode: { name: "typescript" } } });
    const connection = await kernel.request("connect_request", {}, { timeoutMs: 500 });
    expect(connection["shell_port"]).toEqual(expect.any(Number));
    await running;
  });
});

describe("the language service", () => {
  it("completes members with their kinds, counting code points", async () => {
    const code = "const smile = '😀'; smile.toUpp";
    const reply = await kernel.request("complete_request", { code, cursor_pos: [...code].length });
    expect(reply["matches"]).toEqual(expect.arrayContaining(["toUpperCase"]));
    expect([reply["cursor_start"], reply["cursor_end"]]).toEqual([[...code].length - 5, [...code].length]);
    const types = (reply["metadata"] as { _jupyter_types_experimental: { text: string; type: string }[] })._jupyter_types_experimental;
    expect(types.find(({ text }) => text === "toUpperCase")).toMatchObject({ type: "method" });
  });

  it("knows the variables of earlier cells", async () => {
    await kernel.execute("/** How many nodes there are. */\nconst nodeCount = 3;");
    const reply = await kernel.request("complete_request", { code: "nodeC", cursor_pos: 5 });
    expect(reply["matches"]).toEqual(["nodeCount"]);
    const hover = await kernel.request("inspect_request", { code: "nodeCount", cursor_pos: 4, detail_level: 0 });
    expect((hover["data"] as Record<string, string>)["text/markdown"]).toContain("const nodeCount: 3");
  });

  it("shows documentation as Markdown", async () => {
    const hover = await kernel.request("inspect_request", { code: "parseInt", cursor_pos: 8, detail_level: 0 });
    expect((hover["data"] as Record<string, string>)["text/markdown"]).toMatch(/^```ts\nfunction parseInt\([\s\S]*Converts a string to an integer[\s\S]*\*@param\* `string`/);
  });

  it("shows what an imported name is, and not that it is imported", async () => {
    await kernel.execute('import { randomUUID } from "node:crypto";');
    const hover = await kernel.request("inspect_request", { code: "randomUUID", cursor_pos: 4, detail_level: 0 });
    expect((hover["data"] as Record<string, string>)["text/plain"]).toMatch(/^function randomUUID\([^\n]*\n\nGenerates a random/);
  });

  it.each([
    ["1 + 1", "complete"],
    ["function f() {", "incomplete"],
    ["const t = `open ${1}", "incomplete"],
    ["/* open", "incomplete"],
    ["[1, 2", "incomplete"],
    ["const = 3", "invalid"],
    ["'open", "invalid"],
    ["await f();", "complete"],
    ["parseInt?", "complete"],
    ["parseInt ? 1 :", "incomplete"],
  ])("finds %j %s", async (code, status) => {
    expect((await kernel.request("is_complete_request", { code }))["status"]).toBe(status);
  });

  it("indents after an opening bracket", async () => {
    expect((await kernel.request("is_complete_request", { code: "  if (true) {" }))["indent"]).toBe("    ");
  });
});

describe("comms", () => {
  it("can be named after the cell that opens them: the same at each run, and otherwise in each cell", async () => {
    const mark = '(globalThis as any)[Symbol.for("distlab.kernel")].cellMark()';
    const marks: (string | undefined)[] = [];
    for (const cell of [mark, mark, `${mark} // another`]) marks.push((await kernel.execute(cell)).result);
    expect(marks[0]).toMatch(/^'[0-9a-f]{8}'$/);
    expect(marks[1]).toBe(marks[0]);
    expect(marks[2]).not.toBe(marks[0]);
  });

  it("open from the kernel, carry messages with buffers, and close", async () => {
    await kernel.execute(
      "const line = (globalThis as any)[Symbol.for('distlab.kernel')].comms.open('front', { hello: 1 }, { metadata: { version: '2.1.0' }, buffers: [new Uint8Array([1, 2])] });\nlet heard: any; line.onMessage = (m: any) => { heard = m.data; line.send({ echo: m.data }); };",
    );
    const open = kernel.published.find(({ header }) => header.msg_type === "comm_open")!;
    expect(open.metadata).toEqual({ version: "2.1.0" });
    expect([...open.buffers[0]!]).toEqual([1, 2]);
    const id = open.content["comm_id"];
    expect(await kernel.request("comm_info_request", { target_name: "front" })).toEqual({ status: "ok", comms: { [String(id)]: { target_name: "front" } } });
    await kernel.send("comm_msg", { comm_id: id, data: { n: 1 } });
    const echo = await eventually(() => kernel.published.find(({ header }) => header.msg_type === "comm_msg"));
    expect(echo.content["data"]).toEqual({ echo: { n: 1 } });
    await kernel.execute("line.close()");
    expect(await kernel.request("comm_info_request", {})).toEqual({ status: "ok", comms: {} });
  });
});

describe("bad messages", () => {
  it("that are wrongly signed, cut off or no JSON are dropped, and the kernel goes on", async () => {
    const good = kernel.wire.pack({ type: "execute_request", content: JSON.stringify({ code: "globalThis.broken = 1" }) });
    const forged = good.map((frame, at) => (at === 1 ? "0".repeat(64) : frame));
    await kernel.sendRaw(forged);
    await kernel.sendRaw(good.slice(0, 3));
    await kernel.sendRaw(["<IDS|MSG>", "", "{", "{}", "{}", "{}"]);
    await kernel.sendRaw([new Uint8Array(0)]);
    await kernel.send("execute_request", { code: 5 });
    await kernel.send("complete_request", {});
    await kernel.send("no_such_request", {});
    await kernel.send("comm_msg", { comm_id: 7 });
    expect((await kernel.execute("typeof (globalThis as any).broken")).result).toBe("'undefined'");
  });

  it("in thousands, random ones, do not kill it", { timeout: 90_000 }, async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const types = ["execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request", "comm_info_request", "comm_open", "comm_msg", "comm_close", "kernel_info_request", "connect_request", "x"];
    const values: unknown[] = [null, 0, -1, 1e9, "", "😀 {", [], {}, "const a =", true, { code: 1 }];
    const keys = ["code", "cursor_pos", "silent", "n", "hist_access_type", "pattern", "start", "stop", "comm_id", "target_name", "data", "user_expressions", "detail_level"];
    for (let sent = 0; sent < 2000; sent++) {
      const content = Object.fromEntries(Array.from({ length: random(5) }, () => [keys[random(keys.length)], values[random(values.length)]]));
      const frames = kernel.wire.pack({ type: types[random(types.length)]!, content: JSON.stringify(content) });
      if (random(4) === 0) frames.splice(random(frames.length), 1 + random(3));
      await kernel.sendRaw(frames);
    }
    expect(await kernel.request("kernel_info_request", {}, { timeoutMs: 60_000 })).toMatchObject({ status: "ok" });
    await kernel.interrupt();
    // What the random cells were is aborted or done by now; the kernel still computes.
    await eventually(() => kernel.published.some(({ header }) => header.msg_type === "status"));
    expect((await kernel.execute("6 * 7", { stop_on_error: false })).result ?? (await kernel.execute("6 * 7")).result).toBe("42");
  });
});
