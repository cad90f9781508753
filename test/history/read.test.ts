import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  casRegister,
  keyValueMap,
  linearizable,
  lock,
  byKey,
  queue,
  readJepsen,
  readPorcupine,
  register,
} from "../../lib/history.js";
import { readEdn } from "../../lib/history/edn.js";

describe("readEdn", () => {
  it.each<readonly [string, unknown]>([
    ["nil true false", [null, true, false]],
    ["1 -2 +3 4N 1.5 1e3 2M 90071992547409930", [1, -2, 3, 4, 1.5, 1000, 2, 90071992547409930n]],
    ['"a\\n\\"b\\u0041" \\newline \\a \\u0042', ['a\n"bA', "\n", "a", "B"]],
    [":key :ns/key symbol", [":key", ":ns/key", "symbol"]],
    ["[1 (2 3) #{4}]", [[1, [2, 3], new Set([4])]]],
    ['{:a 1, :b {"c" 2}} {}', [{ a: 1, b: new Map([["c", 2]]) }, {}]],
    [
      '#inst "2020" #jepsen.history.Op{:f :read} ^{:doc 1} 7 #_ 8 #_[9 9] 10 ; a remark\n11',
      ["2020", { f: ":read" }, 7, 10, 11],
    ],
    ["  ,, ", []],
  ])("reads %s", (text, values) => {
    expect(readEdn(text).map(({ value }) => value)).toEqual(values);
  });

  it("knows the lines", () => {
    expect(readEdn('1\n"a\nb" 2\n\n[3\n]\n4').map(({ line }) => line)).toEqual([1, 2, 3, 5, 7]);
  });

  it.each([
    ["\n[1 2", 'line 2: "[" is never closed'],
    ['\n\n"abc', "line 3: the text in quotes is never closed"],
    ["1 }", 'line 1: "}" closes nothing'],
    ["{:a 1 :b}", 'line 1: a map has a key without a value: ":b"'],
    ['"\\q"', 'line 1: "\\q" is no letter'],
    ["1\n2x", 'line 2: "2x" is no number'],
    ["# 1", "line 1: a hash that tags nothing"],
    ["[1 #_", "line 1: the text ends where a form should begin"],
  ])("names what is no EDN: %s", (text, message) => {
    expect(() => readEdn(text)).toThrow(new SyntaxError(message));
  });
});

const cas = `
{:type :invoke, :f :write, :value 1, :process 0, :time 1000000, :index 0}
{:type :invoke, :f :read, :value nil, :process 1, :time 2000000, :index 1}
{:type :info, :f :start-partition, :value nil, :process :nemesis, :time 2500000, :index 2}
{:type :ok, :f :write, :value 1, :process 0, :time 3000000, :index 3}
{:type :ok, :f :read, :value 1, :process 1, :time 4000000, :index 4}
{:type :invoke, :f :cas, :value [1 2], :process 0, :time 5000000, :index 5}
{:type :ok, :f :cas, :value [1 2], :process 0, :time 6000000, :index 6}
{:type :invoke, :f :cas, :value [1 3], :process 0, :time 7000000, :index 7}
{:type :fail, :f :cas, :value [1 3], :process 0, :time 8000000, :index 8}
{:type :invoke, :f :write, :value 4, :process 1, :time 9000000, :index 9}
{:type :info, :f :write, :value 4, :process 1, :error :timeout, :time 10000000, :index 10}
{:type :invoke, :f :read, :value nil, :process 2, :time 11000000, :index 11}
`;

describe("readJepsen", () => {
  it("reads a history of a compare-and-set register", () => {
    const history = readJepsen(cas);
    expect(history).toEqual([
      { client: "0", request: { kind: "write", value: 1 }, result: 1, invokedAt: 1, returnedAt: 3 },
      { client: "1", request: { kind: "read" }, result: 1, invokedAt: 2, returnedAt: 4 },
      { client: "0", request: { kind: "cas", from: 1, to: 2 }, result: true, invokedAt: 5, returnedAt: 6 },
      { client: "1", request: { kind: "write", value: 4 }, result: undefined, invokedAt: 9, returnedAt: null },
      { client: "2", request: { kind: "read" }, result: undefined, invokedAt: 11, returnedAt: null },
    ]);
    expect(linearizable(history, casRegister()).kind).toBe("holds");
  });

  it("reads the same from a vector, and with failures as answers", () => {
    expect(readJepsen(`[${cas}]`)).toEqual(readJepsen(cas));
    expect(readJepsen("[\n{:process 0 :type :invoke :f :read}]")[0]!.invokedAt).toBe(2);
    expect(readJepsen(cas, { failed: "answer" })[3]).toEqual({
      client: "0",
      request: { kind: "cas", from: 1, to: 3 },
      result: false,
      invokedAt: 7,
      returnedAt: 8,
    });
  });

  it("reads independent keys, where every value is a pair", () => {
    const text = `
      {:process 0 :type :invoke :f :write :value ["x" 1]}
      {:process 0 :type :ok     :f :write :value ["x" 1]}
      {:process 0 :type :invoke :f :cas   :value ["y" [1 2]]}
      {:process 0 :type :fail   :f :cas   :value ["y" [1 2]]}
      {:process 0 :type :invoke :f :read  :value ["x" nil]}
      {:process 0 :type :ok     :f :read  :value ["x" 2]}`;
    const history = readJepsen(text, { failed: "answer" });
    expect(history.map(({ request, result }) => [request, result])).toEqual([
      [{ kind: "write", key: "x", value: 1 }, 1],
      [{ kind: "cas", key: "y", from: 1, to: 2 }, false],
      [{ kind: "read", key: "x" }, 2],
    ]);
    expect(linearizable(history, byKey(casRegister()))).toMatchObject({ kind: "violated", key: "x" });
    expect(() => readJepsen(text, { keyed: false })).not.toThrow();
    expect(() => readJepsen(cas, { keyed: true })).toThrow(
      "line 2: the value must be a pair of a key and a value, got 1",
    );
  });

  it("reads queues and locks", () => {
    const text = `
      {:process 0 :type :invoke :f :enqueue :value 7} {:process 0 :type :ok :f :enqueue :value 7}
      {:process 0 :type :invoke :f :dequeue :value nil} {:process 0 :type :ok :f :dequeue :value 7}`;
    expect(linearizable(readJepsen(text), queue()).kind).toBe("holds");
    expect(linearizable(readJepsen(text.replace(":dequeue :value 7", ":dequeue :value 8")), queue()).kind).toBe(
      "violated",
    );
    const held = `
      {:process 0 :type :invoke :f :acquire} {:process 0 :type :ok :f :acquire}
      {:process 1 :type :invoke :f :acquire} {:process 1 :type :ok :f :acquire}`;
    expect(linearizable(readJepsen(held), lock()).kind).toBe("violated");
  });

  it.each<readonly [string, string, object, string]>([
    [
      "a return without a call",
      "\n{:process 3 :type :ok :f :read :value 1}",
      {},
      "line 2: a return without a call: process 3 has no operation under way that ends with :ok",
    ],
    [
      "a process that calls while it waits",
      "{:process 3 :type :invoke :f :read}\n{:process 3 :type :invoke :f :write :value 1}",
      {},
      "line 2: process 3 calls :write while its :read of line 1 has no answer",
    ],
    [
      "a clock that goes backward",
      "{:process 3 :type :invoke :f :read :time 2000000}\n{:process 3 :type :ok :f :read :time 1000000}",
      {},
      'line 2: the clock goes backward, from 2 ms to 1 ms; with clock: "lines" the order of the lines counts',
    ],
    [
      "an end of another operation",
      "{:process 3 :type :invoke :f :read}\n{:process 3 :type :ok :f :write}",
      {},
      "line 2: process 3 ends :write, but called :read in line 1",
    ],
    [
      "an unknown type",
      "{:process 3 :type :start :f :read}",
      {},
      'line 1: :type must be one of :invoke, :ok, :fail, :info, got ":start"',
    ],
    ["no process", "{:type :ok :f :read}", {}, "line 1: :process must be a number, got nothing"],
    ["no function", "{:process 1 :type :ok :f 3}", {}, "line 1: :f must be a keyword, got 3"],
    [
      "a time that is none",
      '{:process 1 :type :ok :f :read :time "now"}',
      {},
      'line 1: :time must be a number of ns, got "now"',
    ],
    [
      "no time where one is asked for",
      "{:process 1 :type :invoke :f :read}",
      { clock: "time" },
      'line 1: there is no :time; with clock: "lines" none is needed',
    ],
    [
      "a compare-and-set of nothing",
      "{:process 1 :type :invoke :f :cas :value 3}",
      {},
      "line 1: the value of :cas must be a pair, got 3",
    ],
    [
      "what is no operation",
      "{:process 1 :type :invoke :f :read} 42",
      {},
      "line 1: an operation must be a map with :process, :type and :f, got 42",
    ],
    ["broken EDN", "{:process 1", {}, 'line 1: "{" is never closed'],
    ["a misspelt option", "", { key: true }, 'options of readJepsen has no option "key"'],
    ["an option of no meaning", "", { failed: "yes" }, 'failed must be one of "no effect", "answer", got "yes"'],
  ])("names %s", (_, text, options, message) => {
    expect(() => readJepsen(text, options)).toThrow(message);
  });

  it("names what is no text", () => {
    expect(() => readJepsen(7 as never)).toThrow("text must be the content of a history file, got 7");
  });
});

describe("readPorcupine", () => {
  it("reads lines of Jepsen's log, where a failed compare-and-set is an answer", () => {
    const history = readPorcupine(
      [
        "INFO  jepsen.util - 0\t:invoke\t:write\t3",
        "some other line",
        "INFO  jepsen.util - :nemesis\t:info\t:start\tnil",
        "INFO  jepsen.util - 1\t:invoke\t:cas\t[3 4]",
        "INFO  jepsen.util - 0\t:ok\t:write\t3",
        "INFO  jepsen.util - 1\t:fail\t:cas\t[3 4]",
        "INFO  jepsen.util - 2\t:invoke\t:read\tnil",
        "INFO  jepsen.util - 2\t:fail\t:read\t:timed-out",
        "INFO  jepsen.util - 3\t:invoke\t:write\t5",
        "INFO  jepsen.util - 3\t:info\t:write\tno answer (after 5 s): {oops",
      ].join("\n"),
    );
    expect(history).toEqual([
      { client: "0", request: { kind: "write", value: 3 }, result: 3, invokedAt: 1, returnedAt: 5 },
      { client: "1", request: { kind: "cas", from: 3, to: 4 }, result: false, invokedAt: 4, returnedAt: 6 },
      { client: "3", request: { kind: "write", value: 5 }, result: undefined, invokedAt: 9, returnedAt: null },
    ]);
    expect(linearizable(history, casRegister()).kind).toBe("holds");
  });

  it("reads one map a line, as the logs of key-value stores are", () => {
    const history = readPorcupine(
      [
        '{:process 0, :type :invoke, :f :append, :key "x", :value "a"}',
        '{:process 1, :type :invoke, :f :get, :key "x", :value nil}',
        '{:process 0, :type :ok, :f :append, :key "x", :value "a"}',
        '{:process 1, :type :ok, :f :get, :key "x", :value ""}',
        '{:process 1, :type :invoke, :f :get, :key "x", :value nil}',
        '{:process 1, :type :ok, :f :get, :key "x", :value "a"}',
      ].join("\n"),
    );
    expect(history[1]).toEqual({
      client: "1",
      request: { kind: "get", key: "x" },
      result: "",
      invokedAt: 2,
      returnedAt: 4,
    });
    expect(linearizable(history, keyValueMap({ initial: "" })).kind).toBe("holds");
    expect(
      linearizable(
        history.map((one) => (one.result === "" ? { ...one, result: "b" } : one)),
        keyValueMap({ initial: "" }),
      ).kind,
    ).toBe("violated");
  });

  it("names the line of what is wrong", () => {
    expect(() => readPorcupine("\nINFO  jepsen.util - 0\t:ok\t:read\t3")).toThrow("line 2: a return without a call");
    expect(() => readPorcupine('\n\n{:process 0, :type :invoke, :f :get, :key "x"')).toThrow(
      'line 3: "{" is never closed',
    );
    expect(linearizable(readPorcupine(""), register()).kind).toBe("holds");
  });
});

describe("the readers, beside a writer", () => {
  const value = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));

  /** A value in Clojure's notation. */
  function edn(of: unknown): string {
    if (of === null || of === undefined) return "nil";
    if (Array.isArray(of)) return `[${of.map(edn).join(" ")}]`;
    return typeof of === "string" ? JSON.stringify(of) : String(of);
  }

  it("give back what was written, values of all kinds and keys", () => {
    const operation = fc.record({ write: fc.boolean(), value, isOpen: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 8 }), fc.boolean(), (operations, hasKeys) => {
        const lines = operations.flatMap(({ write, value: of, isOpen }, process) => {
          const line = (type: string, what: unknown): string =>
            `{:process ${process}, :type :${type}, :f :${write ? "write" : "read"}, ${hasKeys ? `:key "k${process}", ` : ""}:value ${edn(what)}}`;
          return [line("invoke", write ? of : null), line(isOpen ? "info" : "ok", of)];
        });
        const expected = operations.map(({ write, value: of, isOpen }, process) => ({
          client: String(process),
          request: {
            kind: write ? "write" : "read",
            ...(hasKeys ? { key: `k${process}` } : {}),
            ...(write && of !== null ? { value: of } : {}),
          },
          result: isOpen ? undefined : of,
          invokedAt: 2 * process + 1,
          returnedAt: isOpen ? null : 2 * process + 2,
        }));
        expect(readJepsen(lines.join("\n"))).toEqual(expected);
        expect(readPorcupine(lines.join("\n"))).toEqual(expected);
      }),
    );
  });
});
