import { describe, expect, it } from "vitest";
import { client, digestOf, hotStuff, hotStuffMessages, keyRing, lying, onlyAsked, puppet, sameOrder, type HotStuffOptions } from "../../../lib/byzantine.js";
import type { HotStuffMessage } from "../../../lib/byzantine/hotstuff/messages.js";
import { searchSeeds, swarm } from "../../../lib/check.js";
import { type AnyRole, ids, type NodeId } from "../../../lib/core/role.js";
import { messageCounts } from "../../../lib/measure.js";
import { type KeyValueCommand, keyValueStore } from "../../../lib/raft.js";
import { simulate } from "../../../lib/sim.js";
import { append, judge, replicas } from "../pbft/run.js";

const optionsOf = (more: Partial<HotStuffOptions<any, KeyValueCommand, any>> = {}): HotStuffOptions<any, KeyValueCommand, any> => ({
  replicas, machine: keyValueStore, ...more,
});

function run(others: Record<string, AnyRole> = {}, more: Record<string, unknown> & { readonly liars?: readonly NodeId[]; readonly quorum?: number } = {}) {
  const { liars = [], quorum, ...rest } = more;
  const role = hotStuff(optionsOf(quorum === undefined ? {} : { quorum }));
  return simulate({
    nodes: { r0: role, r1: role, r2: role, r3: role, c: client({ replicas, contact: "all" }), ...others },
    network: { latency: 10 }, requests: [{ at: 0, node: "c", request: append("a") }],
    properties: [sameOrder({ liars }), onlyAsked({ liars })], limits: { time: 60_000 }, ...rest,
  } as never);
}

/** The leader of view 1 proposes another block to two of the others. */
function equivocator(quorum: number): AnyRole {
  return lying(hotStuff(optionsOf({ quorum })), {
    send: (message, to) => {
      const said = message as HotStuffMessage;
      return said.kind === "propose" && (to === "r2" || to === "r3") ? ({ ...said, block: { ...said.block, requests: [] } } as never) : message;
    },
  });
}

describe("basic HotStuff", () => {
  it("takes eight steps of n - 1 messages, to or from the leader", () => {
    for (const n of [4, 7, 13]) {
      const names = ids(...Array.from({ length: n }, (_, i) => `r${i}`));
      const role = hotStuff({ replicas: names, machine: keyValueStore });
      const { trace } = simulate({
        nodes: { ...Object.fromEntries(names.map((name) => [name, role])), c: client({ replicas: names, contact: "all" }) } as Record<string, AnyRole>,
        network: { latency: 10 }, requests: [{ at: 0, node: "c", request: append("a") }] as never,
      });
      const of = (kinds: readonly string[]) => messageCounts(trace).filter(({ message }) => kinds.includes(message)).reduce((sum, { sent }) => sum + sent, 0);
      // At the start every replica has told the first leader that it is there.
      expect(of(["nextView"])).toBe(2 * (n - 1));
      expect(of(["propose", "vote", "preCommit", "commit", "decide"])).toBe(7 * (n - 1));
      expect(hotStuffMessages(n)).toBe(8 * (n - 1));
    }
  });

  it("goes on with the next leader where one has crashed, and answers right", () => {
    for (const at of [0, 25, 45, 65, 85]) {
      const one = run({}, { faults: [{ at, kind: "crash", node: "r1" }], requests: ["a", "b", "c"].map((value, i) => ({ at: 10 + 60 * i, node: "c", request: append(value) })) });
      expect(one.violation).toBeNull();
      expect(judge(one).problem).toBeNull();
    }
  });

  it("stands a leader who tells two stories", () => {
    const sound = run({ r1: equivocator(3) }, { liars: ids("r1") });
    expect(sound.violation).toBeNull();
    expect(judge(sound).problem).toBeNull();
  });

  it.each([[2, "same order"], [3, null]])("with certificates of %i votes a leader who certifies two stories breaks: %s", (quorum, property) => {
    // Among the votes that a puppet puts together is its own, and one that its receiver really sends.
    const keys = keyRing();
    const request = { kind: "request", operation: append("a").operation, timestamp: 1, client: "c" as NodeId, readOnly: false } as const;
    const stories = [
      { block: { parent: null, height: 1, requests: [keys.pen("c" as NodeId).sign(request)] }, to: ids("r0"), voters: ids("r1", "r0") },
      { block: { parent: null, height: 1, requests: [] }, to: ids("r2", "r3"), voters: ids("r1", "r2") },
    ];
    const phases = [["preCommit", "prepare"], ["commit", "preCommit"], ["decide", "commit"]] as const;
    const says = stories.flatMap(({ block, to, voters }) => {
      const certificates = phases.map(([kind, phase], i) => {
        const vote = { kind: "vote" as const, phase, view: 1, block: digestOf(block) };
        const shares = voters.map((voter) => keys.pen(voter).sign(vote));
        return { at: 30 * (i + 1), message: { kind, view: 1, justify: keys.combine(vote, { k: 2, members: replicas, shares }) } };
      });
      return [{ at: 0, message: { kind: "propose", view: 1, block, justify: null } }, ...certificates].flatMap(({ at, message }) =>
        to.map((node) => ({ at, node: "r1", request: { kind: "say", to: node, message } })),
      );
    });
    const one = run({ r1: puppet() }, { liars: ids("r1"), quorum, requests: [{ at: 0, node: "c", request: append("a") }, ...says], until: 1_000 });
    expect(one.violation?.property ?? null).toBe(property);
  });

  it("keeps one order and answers right, whatever the network does and whoever crashes", () => {
    const verdict = searchSeeds({
      seeds: 40,
      run(seed) {
        const mix = swarm(seed, { loss: [0, 0.03], duplication: [0, 0.2], crash: { oneOf: replicas }, cut: { oneOf: replicas }, maxBatch: { oneOf: [4] } });
        const role = hotStuff(optionsOf({ maxBatch: mix.maxBatch ?? 1 }));
        const c = client({ replicas, contact: "all" });
        const faults = [
          ...(mix.crash ? [{ at: 200, kind: "crash" as const, node: mix.crash }] : []),
          ...(mix.cut ? [{ at: 300, kind: "isolate" as const, node: mix.cut, forMs: 2_000 }] : []),
        ];
        return {
          nodes: { r0: role, r1: role, r2: role, r3: role, c1: c, c2: c } as Record<string, AnyRole>,
          network: { latency: [2, 20] as const, loss: mix.loss ?? 0, duplication: mix.duplication ?? 0 },
          requests: Array.from({ length: 12 }, (_, i) => ({ at: 60 * i, node: i % 2 > 0 ? "c1" : "c2", request: append(String(i)) })),
          faults, properties: [sameOrder(), onlyAsked()], limits: { time: 120_000, events: 200_000 },
        };
      },
      atEnd: (run) => judge(run).problem,
      sometimes: { "a leader is passed over": ({ trace }) => trace.some(({ kind }) => kind === "timer") },
    });
    if (verdict.kind !== "passed") throw new Error(verdict.report);
  }, 60_000);

  it("checks its options", () => {
    expect(() => hotStuff(optionsOf({ quorum: 5 }))).toThrow("quorum must be a whole number from 1 to 4, got 5");
    expect(() => hotStuff(optionsOf({ maxBatch: 0 }))).toThrow(/maxBatch must be a whole number/);
  });
});
