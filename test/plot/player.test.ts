import { describe, expect, it } from "vitest";
import type { NodeId } from "../../lib/core/role.js";
import { acceptor, proposer } from "../../lib/paxos.js";
import { player, runMime, type PackedRun, type PlayerRecord } from "../../lib/plot.js";
import { answer, forkName } from "../../lib/plot/player/live.js";
import { ids, only, simulate, type TraceEvent } from "../../lib/sim.js";

const rival = proposer({ acceptors: ids("a1", "a2", "a3") });
const run = simulate({
  nodes: { p1: rival, a1: acceptor(), a2: acceptor(), a3: acceptor() },
  network: { latency: [4, 12], duplication: 0.2 },
  requests: [{ at: 0, node: "p1", request: { kind: "propose", value: "x" } }],
  changes: true,
  until: 200,
});
const title = "A proposer asks three acceptors";
const kindOf = ({ texts }: PackedRun, event: readonly number[]): string => texts[event[0]!]!;

describe("a player", () => {
  it("shows itself as a run, a picture and a text, each for who can show no better", () => {
    const bundle = player(run, { title, note: "No message is lost." }).bundle();
    expect(Object.keys(bundle)).toEqual([runMime, "image/svg+xml", "text/plain"]);
    expect(bundle["image/svg+xml"]).toContain(`<title>${title}</title>`);
    expect(bundle["text/plain"]).toMatch(new RegExp(`^${title}\nNo message is lost\\.\n`));
    expect(bundle["text/plain"]).toContain("→ a1 prepare ballot=(1, p1) #1");
    expect(JSON.parse(JSON.stringify(bundle[runMime]))).toEqual(bundle[runMime]);
  });

  it("packs each event with its node, its words and its message, the same each time", () => {
    const { record } = player(run, { title });
    const packed = record.run;
    expect(packed.events).toHaveLength(run.trace.length);
    expect(packed.places).toEqual(["p1", "a1", "a2", "a3"]);
    packed.events.forEach((event, i) => {
      const { kind, step } = run.trace[i]!;
      expect([kindOf(packed, event), event[2]]).toEqual([kind, step]);
    });
    const send = packed.events.find((event) => kindOf(packed, event) === "send")!;
    expect([packed.places[send[3]!], packed.texts[send[4]!], packed.places[send[5]!], send[6]]).toEqual(["p1", "prepare (1, p1)", "a1", 1]);
    const change = packed.events.find((event) => kindOf(packed, event) === "change" && event[2]! > 0)!;
    expect([packed.places[change[3]!], packed.texts[change[4]!]]).toEqual(["p1", "round"]);
    expect(player(run, { title }).record).toEqual(record);
  });

  it("shows of the states what it is asked for, also in forks", () => {
    const { record } = player(run, { title, fields: ["ballot", "round"] });
    const changed = (packed: PackedRun): string[] =>
      packed.events.flatMap((event) => (kindOf(packed, event) === "change" ? event.slice(4).filter((_, i) => i % 2 === 0) : [])).map((at) => packed.texts[at]!);
    expect(new Set(changed(record.run))).toEqual(new Set(["ballot", "round"]));
    expect(changed(player(run, { title }).record.run).length).toBeGreaterThan(changed(record.run).length);
    player(run, { title, fields: ["ballot", "round"] });
    const fork = answer({ run: record.id, limit: 1000, change: { step: 3, crash: "a1" } });
    expect("run" in fork && new Set(changed(fork.run))).toEqual(new Set(["ballot", "round"]));
    expect(() => player(run, { title, fields: ["balot"] })).toThrow('fields must be fields that the run tells changes of, got "balot"');
    expect(() => player(run, { title, fields: [] })).toThrow("fields must be a list of names of at least one field, got []");
  });

  it("stays small: less than 100 bytes for an event", () => {
    const { record } = player(run, { title });
    expect(JSON.stringify(record.run.events).length / run.trace.length).toBeLessThan(60);
    expect(JSON.stringify(record).length / run.trace.length).toBeLessThan(100);
  });

  it("pairs a client's calls with their ways through the network", () => {
    const at = (step: number) => ({ at: step, step });
    const [call, node, client] = ["c#1" as never, "n" as NodeId, "c" as NodeId];
    const request = { kind: "put", key: "k1" };
    const trace: TraceEvent[] = [
      { kind: "invoke", ...at(1), client, call, node, request, attempt: 1 },
      { kind: "call-lost", ...at(2), client, call, node, leg: "request", reason: "lost" },
      { kind: "invoke", ...at(3), client, call, node, request, attempt: 2 },
      { kind: "request", ...at(4), node, call, request },
      { kind: "reply", ...at(4), node, call, result: "ok" },
      { kind: "return", ...at(5), client, call, result: "ok" },
    ];
    const { run: packed } = player(trace, { title }).record;
    expect(packed.places).toEqual(["c", "n"]);
    expect(packed.clients).toBe(1);
    expect(packed.events.map((event) => event[6])).toEqual([-2, -2, -3, -3, -4, -4]);
    expect(packed.texts[packed.events[0]![8]!]).toBe("k1");
    expect(packed.inSteps).toBe(true);
  });

  it("keeps the first events of a run that is too long, and says how many there were", () => {
    const { run: packed } = player(run, { title, limit: 10 }).record;
    expect([packed.events.length, packed.total]).toEqual([10, run.trace.length]);
  });

  it("stands two futures side by side", () => {
    const fork = run.fork({ step: 2, crash: "a2" });
    const shown = player(run, { title, beside: fork, names: ["quiet", "a2 crashes"] });
    expect([shown.record.run.name, shown.record.beside?.name]).toEqual(["quiet", "a2 crashes"]);
    expect(shown.text).toContain("\na2 crashes:\n");
    expect(shown.text).toMatch(/a2 +crashes/);
  });
});

describe("a player that is asked for forks", () => {
  const { id } = player(run, { title }).record as PlayerRecord & { id: string };
  const ask = (change: object, of = id) => answer({ run: of, change, limit: 1000 });

  it("knows its run by what happened in it, so that stored outputs do not change", () => {
    expect(id).toBe(run.hash);
    expect(player(run.trace, { title }).record.id).toBeNull();
  });

  it("answers with the fork, which can be forked again", () => {
    const { id: message, step } = only(run.trace, "send")[1]!;
    const first = ask({ step, drop: message }) as { run: PackedRun; id: string };
    expect(first.run.name).toBe(`#${message} is lost after step ${step}`);
    expect(first.run.events.filter((event) => kindOf(first.run, event) === "drop").map((event) => event[6])).toContain(message);
    const second = ask({ step, seed: 9 }, first.id) as { run: PackedRun };
    expect(second.run.name).toBe(`seed 9 after step ${step}`);
    expect(forkName({ step: 3, crash: "a1" })).toBe("a1 crashes after step 3");
    expect(forkName({ step: 3, first: 8 })).toBe("#8 arrives next after step 3");
  });

  it("says why there is none", () => {
    expect(ask({ step: 1, drop: 999 })).toEqual({ problem: "drop must be the number of a message that is under way after step 1, got 999" });
    expect(ask({ step: 1 }, "another run")).toEqual({ problem: "the kernel does not know this run any more: run the cell again" });
  });
});

describe("what is no run", () => {
  const event = run.trace[5]!;
  const broken = (wrong: unknown) => () => player([...run.trace.slice(0, 3), wrong] as TraceEvent[], { title });

  it("is refused with the event that is wrong", () => {
    expect(() => player("a file" as never, { title })).toThrow('run must be a run or the list of its events, got "a file"');
    expect(() => player(null as never, { title })).toThrow("run must be a run or the list of its events, got null");
    expect(broken(null)).toThrow("run: event 4 of 4 is no event: null");
    expect(broken({ ...event, kind: "explode" })).toThrow("run: event 4 of 4 is of no known kind");
    expect(broken({ kind: "deliver", at: 1, step: 1 })).toThrow("run: event 4 of 4 has no id");
    expect(broken({ kind: "restart", at: "soon", step: 1, node: "a1" })).toThrow("run: event 4 of 4 has no at");
    expect(broken({ kind: "restart", at: -1, step: 1, node: "a1" })).toThrow("run: event 4 of 4 goes back in time, from 0 to -1");
    expect(broken({ kind: "restart", at: NaN, step: 1, node: "a1" })).toThrow("goes back in time");
  });

  it("is refused beside a run, too, and so are options that do not fit", () => {
    expect(() => player(run, { title, beside: {} as never })).toThrow("beside must be a run or the list of its events, got {}");
    expect(() => player(run, { title: " " })).toThrow("title must say something");
    expect(() => player(run, { title, at: 1e6 })).toThrow(/^at must be a whole number from 0 to \d+, got 1000000$/);
    expect(() => player(run, { title, limit: 0 })).toThrow("limit must be a whole number from 1 to 200000, got 0");
    expect(() => player(run, { title, speed: 2 } as never)).toThrow('player has no option "speed"');
    expect(() => player(run, { title, names: ["one"] as never })).toThrow("names must be a pair of names");
  });

  it("may be empty", () => {
    expect(player([], { title }).record.run.events).toEqual([]);
  });
});
