import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "@tslab/typescript-for-tslab";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleOf } from "../../kernel-setup/server/bundle.js";
import { Comms } from "../../kernel-setup/server/comms.js";
import { address, readConnection } from "../../kernel-setup/server/connection.js";
import { Display, type Drawer } from "../../kernel-setup/server/display.js";
import { compileCell } from "../../kernel-setup/server/engine/compile.js";
import { withoutNames } from "../../kernel-setup/server/engine/declarations.js";
import { Edits } from "../../kernel-setup/server/engine/edits.js";
import { readable } from "../../kernel-setup/server/engine/engine.js";
import { codeFrame, reportThrown } from "../../kernel-setup/server/errors.js";
import { Flags } from "../../kernel-setup/server/flags.js";
import { History } from "../../kernel-setup/server/history.js";
import { isComplete, toPoints, toUnits } from "../../kernel-setup/server/language.js";
import type { Request } from "../../kernel-setup/server/protocol.js";
import { bind, enter, Interrupted, iterate, resume, Run } from "../../kernel-setup/server/runs.js";
import { TextBatch } from "../../kernel-setup/server/sockets.js";
import { isTable, tableBundle } from "../../kernel-setup/server/table.js";
import { Wire } from "../../kernel-setup/server/wire.js";
import { project } from "./engine/notebook.js";
import { folderWith } from "./folders.js";
import { Outbox } from "./outbox.js";

const bytes = (frames: readonly (string | Uint8Array)[]): Uint8Array[] => frames.map((frame) => Buffer.from(frame));
const request = (type: string, content: object): Request => ({
  channel: "shell",
  ids: [],
  header: { msg_id: `${type}-1`, msg_type: type, session: "s", username: "u", date: "", version: "5.3" },
  parent: {},
  metadata: {},
  content: content as Record<string, unknown>,
  buffers: [],
});

describe("the wire", () => {
  const wire = new Wire({ key: "secret" });

  it("reads what it has packed, with prefix and buffers", () => {
    const frames = wire.pack({ type: "t", content: '{"a":"节点"}', parent: { msg_id: "p" }, buffers: [new Uint8Array([1])] });
    const message = wire.unpack([Buffer.from("id"), ...bytes(frames)])!;
    expect(message).toMatchObject({ header: { msg_type: "t", version: "5.3" }, parent: { msg_id: "p" }, content: { a: "节点" } });
    expect([message.ids.length, [...message.buffers[0]!]]).toEqual([1, [1]]);
  });

  it("drops every message of which one byte was changed or one frame is missing", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.boolean(), (at, byte, cut) => {
        const frames = bytes(wire.pack({ type: "t", content: '{"a":1}' }));
        const index = at % frames.length;
        if (cut) frames.splice(index, 1);
        else frames[index]![byte % frames[index]!.length]! ^= 1;
        return wire.unpack(frames) === null;
      }),
    );
  });

  it("reads nothing that another key has signed, and everything when there is no key", () => {
    const frames = bytes(new Wire({ key: "other" }).pack({ type: "t", content: "{}" }));
    expect(wire.unpack(frames)).toBeNull();
    expect(new Wire({ key: "" }).unpack(frames)).not.toBeNull();
  });

  it.each([["null"], ["[]"], ["3"], ["{"]])("reads no content that is %s", (content) => {
    expect(wire.unpack(bytes(wire.pack({ type: "t", content })))).toBeNull();
  });
});

describe("the connection file", () => {
  const good = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5, ip: "127.0.0.1", key: "k", transport: "tcp" };
  const read = (changes: object): unknown => readConnection(path.join(folderWith({ "c.json": JSON.stringify({ ...good, ...changes }) }), "c.json"));

  it("gives addresses", () => {
    const connection = readConnection(path.join(folderWith({ "c.json": JSON.stringify(good) }), "c.json"));
    expect(address(connection, "hb_port")).toBe("tcp://127.0.0.1:5");
  });

  it.each<[object, RegExp]>([
    [{ ip: "0.0.0.0" }, /ip must be a loopback address, got "0.0.0.0"/],
    [{ ip: "192.168.1.5" }, /ip must be a loopback address/],
    [{ shell_port: 0 }, /shell_port must be an integer in \[1, 65535\], got 0/],
    [{ hb_port: "x" }, /hb_port must be an integer in \[1, 65535\], got x/],
    [{ transport: "udp" }, /transport must be "tcp" or "ipc", got "udp"/],
  ])("with %j is refused", (changes, message) => {
    expect(() => read(changes)).toThrow(message);
  });
});

describe("edits", () => {
  it("agree with a slow way, and lead every kept character back to where it was", () => {
    const edit = fc.tuple(fc.nat(30), fc.nat(4), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.string({ minLength: 31, maxLength: 40 }), fc.array(edit, { maxLength: 6 }), (text, wanted) => {
        let free = 0;
        const chosen: [number, number, string][] = [];
        for (const [start, length, by] of wanted.sort((a, b) => a[0] - b[0])) {
          if (start < free || start + length > text.length) continue;
          chosen.push([start, start + length, by]);
          free = start + length + 1;
        }
        const edits = new Edits(text);
        for (const [start, end, by] of chosen) edits.replace(start, end, by);
        let slow = text;
        for (const [start, end, by] of [...chosen].reverse()) slow = slow.slice(0, start) + by + slow.slice(end);
        expect(edits.apply()).toBe(slow);
        const changed = edits.apply();
        // A character behind all edits stands as far from the end as before.
        const last = chosen.at(-1)?.[1] ?? 0;
        for (let back = 1; text.length - back > last; back++) expect(edits.origin(changed.length - back)).toBe(text.length - back);
      }),
    );
  });

  it("keep all line ends of what they remove", () => {
    const edits = new Edits("a\nbb\nc");
    edits.remove(0, 4);
    expect(edits.apply()).toBe("\n\nc");
  });
});

describe("a compiled cell", () => {
  const compile = (source: string, known: readonly string[] = []): string =>
    compileCell(ts, source, (name) => known.includes(name)).code.replace(/^.*"use strict"; /, "");

  it.each<[string, string, readonly string[], string]>([
    ["copies a declared value to its box", "let k = 1;", [], "const ɵk = ɵ.boxes.k; let k = 1; ɵk.v = k;"],
    ["uses an earlier variable through its box", "k++;", ["k"], "const ɵk = ɵ.boxes.k; ɵ.result = (ɵk.v++);"],
    ["calls it without this", "f(1);", ["f"], "const ɵf = ɵ.boxes.f; ɵ.result = ((0, ɵf.v)(1));"],
    ["spells out a shorthand", "const o = { k };", ["k"], "const ɵo = ɵ.boxes.o, ɵk = ɵ.boxes.k; const o = { k: ɵk.v }; ɵo.v = o;"],
    ["leaves globals alone", "Math.max(1);", [], "ɵ.result = (Math.max(1));"],
    ["holds a loop's variables in local ones, and brings them back", "for (;;) k++;", ["k"], "const ɵk = ɵ.boxes.k; { let ɵ0k = ɵk.v, ɵ1 = 0; try { for (;;) { if ((++ɵ1 & 4095) === 0) { ɵk.v = ɵ0k; } ɵ0k++; } } finally { ɵk.v = ɵ0k; } }"],
    ["writes through what a function reads", "for (;;) f(k++, k += 2); (() => k);", ["f", "k"], "const ɵf = ɵ.boxes.f, ɵk = ɵ.boxes.k; { let ɵ0f = ɵf.v, ɵ0k = ɵk.v, ɵ1 = 0, ɵ2; try { for (;;) { if ((++ɵ1 & 4095) === 0) { ɵf.v = ɵ0f; } ɵ0f((ɵ2 = ɵ0k++, ɵk.v = ɵ0k, ɵ2), (ɵk.v = ɵ0k += 2)); } } finally { ɵf.v = ɵ0f; } } ɵ.result = ((() => ɵk.v));"],
    ["leaves what a function changes in its box", "for (;;) f(k++); (() => k++);", ["f", "k"], "const ɵf = ɵ.boxes.f, ɵk = ɵ.boxes.k; { let ɵ0f = ɵf.v, ɵ1 = 0; try { for (;;) { if ((++ɵ1 & 4095) === 0) { ɵf.v = ɵ0f; } ɵ0f(ɵk.v++); } } finally { ɵf.v = ɵ0f; } } ɵ.result = ((() => ɵk.v++));"],
    ["resumes its run after an await", "await p;", ["p"], "const ɵp = ɵ.boxes.p; ɵ.result = (ɵ.resume(ɵ.run(), await ɵp.v));"],
  ])("%s", (_, source, known, code) => {
    expect(compile(source, known).replace(/\s*\}\)$/, "").trim().replace(/\s+/g, " ")).toBe(code);
  });

  it("knows its imports, and which are only types", () => {
    const { imports, code } = compileCell(ts, "import a, { b as c } from 'm'; import type { T } from 't';", () => false);
    expect(imports).toEqual([{ module: "m", bindings: [{ name: "a", exported: "default" }, { name: "c", exported: "b" }] }]);
    expect(code).not.toContain("import ");
  });

  it("leads every line of code back to its source", () => {
    const source = "interface A { x: number }\nimport { join } from 'path';\nenum E {\n  P\n}\nlet a = 1,\n  b = a;\nfunction f(x: A) {\n  return x.x;\n}\nf({ x: b });";
    const cell = compileCell(ts, source, () => false);
    const lines = cell.code.split("\n");
    const line = lines.findIndex((text) => text.includes("return x.x"));
    expect(cell.locate(line + 1, lines[line]!.indexOf("return") + 1)).toEqual({ line: 9, column: 3 });
    const call = lines.findIndex((text) => text.includes("ɵ.result"));
    expect(cell.locate(call + 1, lines[call]!.indexOf("(0, ɵf") + 1)).toEqual({ line: 11, column: 1 });
  });
});

describe("declarations", () => {
  it("lose the names that are to be forgotten, and no others", () => {
    const text = "declare const a: number, b: string;\ndeclare function f(): void;\ninterface I { a: 1 }\nimport { x, y } from 'm';\nimport z from 'z';";
    expect(withoutNames(ts, text, new Set(["a", "f", "z"]))).toBe("declare const b: string;\ninterface I { a: 1 }\nimport { x, y } from 'm';\n");
  });
});

describe("error reports", () => {
  it("show the place with two lines around and a caret under it", () => {
    const frame = codeFrame("one\n\ttwo three\nfour", 2, 6, 5).map((line) => line.replace(/\x1b\[\d+m/g, ""));
    expect(frame).toEqual(["  1 | one", "> 2 | \ttwo three", "    | \t    ^^^^^", "  3 | four"]);
  });

  it("show the part of a long line that the caret stands under", () => {
    const source = `${"a ".repeat(30)}\n${"b ".repeat(100)}FAULT${" c".repeat(100)}`;
    const frame = codeFrame(source, 2, 201, 5).map((line) => line.replace(/\x1b\[\d+m/g, ""));
    expect(Math.max(...frame.map((line) => line.length))).toBe("> 2 | ".length + 72);
    expect(frame[1]).toMatch(/^> 2 \| … b [b ]*FAULT c [c ]*…$/);
    expect(frame[2]!.indexOf("^^^^^")).toBe(frame[1]!.indexOf("FAULT"));
  });

  it("end with causes that go in a circle", () => {
    const error = new Error("a");
    error.cause = new Error("b", { cause: error });
    expect(reportThrown(error, () => undefined).traceback.join("\n")).toMatch(/a[\s\S]*Caused by .*b/);
  });

  it("speak of variables, not of boxes", () => {
    expect(readable("(0 , ɵf.v) is not a function")).toBe("f is not a function");
    expect(readable("ɵ节点.v.x is not iterable")).toBe("节点.x is not iterable");
  });
});

describe("history", () => {
  const history = new History();
  ["a = 1", "b = 2", "a = 1", "c?"].forEach((input, at) => history.add(at + 1, input));
  const inputs = (query: object): unknown => history.find(query).map((entry) => (entry as unknown[])[2]);

  it.each<[string, object, unknown]>([
    ["the last n", { hist_access_type: "tail", n: 2 }, ["a = 1", "c?"]],
    ["a range, its end excluded", { hist_access_type: "range", session: 1, start: 2, stop: 4 }, ["b = 2", "a = 1"]],
    ["what matches a pattern", { hist_access_type: "search", pattern: "a*" }, ["a = 1", "a = 1"]],
    ["each match once", { hist_access_type: "search", pattern: "a*", unique: true }, ["a = 1"]],
    ["the last n matches", { hist_access_type: "search", pattern: "*", n: 1 }, ["c?"]],
    ["special characters as they are", { hist_access_type: "search", pattern: "c?" }, ["c?"]],
    ["with outputs", { hist_access_type: "tail", n: 1, output: true }, [["c?", null]]],
  ])("finds %s", (_, query, found) => {
    expect(inputs(query)).toEqual(found);
  });
});

describe("positions", () => {
  it("in code points and in UTF-16 units are each other's opposite", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const points = [...text].length;
        return toUnits(text, points) === text.length && toPoints(text, text.length) === points;
      }),
    );
    expect(toUnits("😀a", 1)).toBe(2);
  });
});

describe("is_complete", () => {
  it.each<[string, string]>([
    ["", "complete"], ["f(", "incomplete"], ["if (x) {", "incomplete"], ["x = {", "incomplete"], ["`a ${b", "incomplete"],
    ["for (const x of", "incomplete"], ["class A extends", "incomplete"], [")", "invalid"], ["let 1x = 2", "invalid"],
    ["const s = \"open", "invalid"], ["a?.b ?? c", "complete"], ["for await (const x of y) {}", "complete"],
  ])("finds %j %s", (code, status) => {
    expect(isComplete(ts, code)).toMatchObject({ status });
  });
});

describe("tables", () => {
  it("are arrays of flat objects, and nothing else", () => {
    expect([[{ a: 1 }], [{ a: 1 }, { b: null }], [], [1], [{ a: [] }], [{ a: {} }], [{}], [new Date()], { a: 1 }].map(isTable)).toEqual([
      true, true, false, false, false, false, false, false, false,
    ]);
  });

  it("show six digits of a fraction, and all of a whole number", () => {
    const { "text/plain": plain } = tableBundle([{ share: 1 / 3, count: 123456789 }, { share: 2.5e-7 / 3, count: 1 }]);
    expect(plain!.split("\n").slice(2)).toEqual(["  0.333333  123456789", "8.33333e-8          1"]);
  });

  it("align numbers to the right, and escape what they show", () => {
    const { "text/plain": plain, "text/html": html } = tableBundle([{ n: 5, s: "<b>" }, { n: 10, s: "x" }]);
    expect(plain).toBe(" n  s\n──  ───\n 5  <b>\n10  x");
    expect(html).toContain('<td style="text-align: right">5</td><td style="text-align: left">&lt;b&gt;</td>');
  });
});

describe("bundles", () => {
  it("cut long texts with a count", () => {
    const { "text/plain": text } = bundleOf(Array.from({ length: 99 }, () => "x".repeat(5000))) as Record<string, string>;
    expect(text!.length).toBeLessThan(101_000);
    expect(text).toMatch(/… and \d+ more characters$/);
  });

  it("take figures for figures", () => {
    expect(Object.keys(bundleOf({ data: [{ y: [1] }], layout: {} }))).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(Object.keys(bundleOf({ data: "x", layout: {} }))).toEqual(["text/plain"]);
  });

  it("encode bytes", () => {
    expect(bundleOf({ [Symbol.for("Jupyter.display")]: () => ({ "image/png": new Uint8Array([1, 2, 3]) }) })).toMatchObject({ "image/png": "AQID" });
  });

  it("must be objects", () => {
    expect(() => bundleOf({ [Symbol.for("Jupyter.display")]: () => "x" })).toThrow("must return an object of MIME types, got 'x'");
  });
});

describe("the display", () => {
  const figure = { "application/vnd.plotly.v1+json": { data: [], layout: {} }, "text/plain": "f" };
  const display = (draw: Drawer["draw"], patienceMs = 100): { outbox: Outbox; show: Display; run: Run } => {
    const outbox = new Outbox();
    const drawer = { draw, close: () => {} };
    return { outbox, show: new Display(outbox, () => Promise.resolve(drawer), { patienceMs, loadingMs: patienceMs }), run: new Run(request("execute_request", {}), "Cell [1]") };
  };
  const done = async (run: Run): Promise<void> => void (await Promise.all(run.unfinished));

  it("adds the picture when it is drawn", async () => {
    const { outbox, show, run } = display(() => Promise.resolve("<svg/>"));
    show.show(run, figure);
    await done(run);
    expect(outbox.types).toEqual(["display_data", "update_display_data"]);
    expect(outbox.contents[1]).toMatchObject({ data: { "image/svg+xml": "<svg/>" }, transient: outbox.contents[0]!["transient"] });
  });

  it.each<[string, Drawer["draw"]]>([
    ["fails", () => Promise.reject(new Error("no"))],
    ["throws", () => { throw new Error("no"); }],
    ["never ends", () => new Promise(() => {})],
  ])("goes on without a picture whose drawing %s", async (_, draw) => {
    const { outbox, show, run } = display(draw);
    show.show(run, figure);
    await done(run);
    expect(outbox.types).toEqual(["display_data"]);
  });

  it("adds a picture also when its cell was answered long before", async () => {
    const { outbox, show, run } = display(() => new Promise((resolve) => setTimeout(resolve, 150, "<svg/>")), 20);
    show.show(run, figure);
    await done(run);
    expect(outbox.types).toEqual(["display_data"]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(outbox.types).toEqual(["display_data", "update_display_data"]);
  });

  it("does not show an older picture over a newer figure", async () => {
    const drawn: ((svg: string) => void)[] = [];
    const { outbox, show, run } = display(() => new Promise((resolve) => drawn.push(resolve)), 5000);
    show.show(run, figure, { id: "p" });
    show.show(run, figure, { id: "p", update: true });
    await new Promise((resolve) => setTimeout(resolve));
    drawn[1]!("<svg>new</svg>");
    drawn[0]!("<svg>old</svg>");
    await done(run);
    const pictures = outbox.contents.map(({ data }) => (data as Record<string, string>)["image/svg+xml"]).filter(Boolean);
    expect(pictures).toEqual(["<svg>new</svg>"]);
  });

  it("draws nothing for what already has a picture", () => {
    const { outbox, show, run } = display(() => Promise.reject(new Error("not asked for")));
    show.show(run, { ...figure, "image/svg+xml": "<svg/>" });
    expect([outbox.types, run.unfinished.size]).toEqual([["display_data"], 0]);
  });
});

describe("comms", () => {
  it("close at once what nobody is registered for", () => {
    const outbox = new Outbox();
    new Comms(outbox).receive(request("comm_open", { comm_id: "c", target_name: "nobody" }));
    expect(outbox.types).toEqual(["comm_close"]);
  });

  it("forget what the front end has closed", () => {
    const comms = new Comms(new Outbox());
    let closed = 0;
    comms.open("t", {}, { id: "c" }).onClose = () => closed++;
    comms.receive(request("comm_close", { comm_id: "c" }));
    comms.receive(request("comm_msg", { comm_id: "c", data: {} }));
    expect([closed, comms.list(undefined)]).toEqual([1, {}]);
  });
});

describe("printed text", () => {
  it("is joined while cell and stream stay the same, and never lost", () => {
    const published: [object, string, string][] = [];
    const batch = new TextBatch((parent, name, text) => published.push([parent, name, text]), { delayMs: 1e6, limit: 10 });
    const [one, two] = [{ msg_id: "1" }, { msg_id: "2" }];
    batch.add(one, "stdout", "a");
    batch.add(one, "stdout", "b");
    batch.add(one, "stderr", "c");
    batch.add(two, "stderr", "d");
    batch.add(two, "stderr", "0123456789");
    batch.add(two, "stdout", "e");
    batch.flush();
    expect(published).toEqual([
      [one, "stdout", "ab"], [one, "stderr", "c"], [two, "stderr", "d0123456789"], [two, "stdout", "e"],
    ]);
  });
});

describe("flags", () => {
  it("say whether there was a new interrupt", () => {
    const flags = new Flags();
    const other = new Flags(flags.buffer);
    expect(flags.hear()).toBe(false);
    other.ask();
    expect([flags.hear(), flags.hear()]).toEqual([true, false]);
  });

  it("guard sections in sections, and expose the learner's code inside", () => {
    const flags = new Flags();
    const seen: boolean[] = [];
    flags.guard(() => {
      flags.guard(() => seen.push(flags.isGuarded));
      flags.expose(() => seen.push(flags.isGuarded));
      seen.push(flags.isGuarded);
    });
    expect([...seen, flags.isGuarded]).toEqual([true, false, true, false]);
  });
});

describe("runs", () => {
  const run = (): Run => new Run(request("execute_request", {}), "Cell [1]");

  it("that are stopped throw where they would go on; later ones go on", async () => {
    const first = run();
    enter(first);
    let calls = 0;
    const callback = bind(() => ++calls);
    const sequence = iterate([1, 2, 3]);
    callback();
    Run.stopAll();
    expect(callback).toThrow(Interrupted);
    expect(() => resume(first)).toThrow(Interrupted);
    await expect(sequence[Symbol.asyncIterator]().next()).rejects.toThrow(Interrupted);
    expect(() => resume(run())).not.toThrow();
    expect(calls).toBe(1);
  });
});

describe("the seams of tslab", () => {
  it("are those of the version that the kernel was made for", () => {
    const pinned = JSON.parse(readFileSync(path.join(project, "package.json"), "utf8")) as { dependencies: Record<string, string> };
    const { version } = JSON.parse(readFileSync(path.join(project, "node_modules/tslab/package.json"), "utf8")) as { version: string };
    expect([pinned.dependencies["tslab"], version, ts.version]).toEqual(["1.0.22", "1.0.22", "5.0.4"]);
  });

  it.each([
    ["converter.js", "exports.createConverter = createConverter"],
    ["converter.js", "ts.createWatchCompilerHost("],
    ["converter.js", 'fileName: "custom.js"'],
    ["converter.js", "getAllDependencies(sourceFile)"],
    ["jupyter.js", "exports.lastWriteDisplayData = null"],
    ["public.js", "jupyter.lastWriteDisplayData("],
  ])("stand in %s: %s", (file, text) => {
    expect(readFileSync(path.join(project, "node_modules/tslab/dist", file), "utf8").includes(text)).toBe(true);
  });

  it.each(["bindSourceFile", "createWatchCompilerHost", "transpileModule"])("include the compiler's %s", (name) => {
    expect((ts as unknown as Record<string, unknown>)[name]).toEqual(expect.any(Function));
  });
});
