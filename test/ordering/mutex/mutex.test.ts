import { describe, expect, it } from "vitest";
import { explore, searchSeeds } from "../../../lib/check.js";
import { type AnyRole, ids, stream } from "../../../lib/core.js";
import { contenderDeferring, inOrderOfRequests, lamportMutex, links, oneInside, ricartAgrawala, type ContenderOptions } from "../../../lib/broadcast.js";
import { messageTotal } from "../../../lib/measure.js";
import { only, simulate, type Nodes, type SimulateOptions } from "../../../lib/sim.js";

type Make = (options: ContenderOptions) => AnyRole;

const names = ids("p1", "p2", "p3", "p4", "p5");
const ordered: Make = (options) => links(lamportMutex(options));
const polite: Make = ricartAgrawala;
/** Consents whatever it wants itself; or waits for nobody who asks at the same time. */
const meek: Make = (options) => contenderDeferring((own) => own.kind === "inside", options);
const tied: Make = (options) => contenderDeferring((own, asked) => own.kind === "inside" || (own.kind === "waiting" && own.stamp.time < asked.time), options);

const cluster = (make: Make, n: number) => Object.fromEntries(names.slice(0, n).map((node) => [node, make({ nodes: names.slice(0, n) })]));
const enter = { kind: "enter" } as const;

const everyWorld = (make: Make, n: number, askers: readonly string[]) =>
  explore({
    nodes: cluster(make, n), requests: askers.map((node) => ({ node, request: enter })) as never, properties: [oneInside, inOrderOfRequests],
    timers: Infinity, eventually: { "everybody was inside": ({ decisions }) => decisions.length === askers.length || decisions.length === 0 },
  });

describe("mutual exclusion by timestamps", () => {
  it.each([["Lamport's", ordered, 2, 90], ["Ricart and Agrawala's", polite, 2, 35], ["Ricart and Agrawala's", polite, 3, 177]] as const)("%s holds in every world in which two ask (%#)", (_, make, n, worlds) => {
    expect(everyWorld(make, n, ["p1", "p2"])).toMatchObject({ kind: "holds", worlds });
  });

  it("is broken where Lamport's contender gets messages out of order", () => {
    expect(everyWorld(lamportMutex, 2, ["p1", "p2"])).toMatchObject({ kind: "violated", property: "mutual exclusion" });
  });

  it.each([["who always consents", meek], ["who consents where times are equal", tied]] as const)("is broken by a contender %s", (_, make) => {
    expect(everyWorld(make, 2, ["p1", "p2"])).toMatchObject({ kind: "violated", property: "mutual exclusion" });
  });

  it.each([["Lamport's", ordered, 3], ["Ricart and Agrawala's", polite, 2]] as const)("%s takes so many messages to each other node for an entry", (_, make, each) => {
    for (const n of [1, 2, 3, 5]) {
      const { trace } = simulate({ nodes: cluster(make, n), requests: [{ at: 0, node: "p1", request: enter }] } as SimulateOptions<Nodes>);
      expect(messageTotal(trace).sent).toBe(each * (n - 1));
    }
  });

  it.each([["Lamport's", ordered], ["Ricart and Agrawala's", polite]] as const)("%s lets everybody in, one after the other, whatever the network does but lose", (_, make) => {
    const verdict = searchSeeds({
      seeds: 60,
      run: (seed) => {
        const chance = stream(seed, "asks");
        return {
          nodes: cluster(make, 5), network: { latency: [1, 50] }, properties: [oneInside, inOrderOfRequests],
          requests: Array.from({ length: 12 }, () => ({ at: chance.within([0, 200]), node: chance.pick(names), request: enter })),
        };
      },
      atEnd: ({ trace }) => (only(trace, "reply").length === 12 ? null : "somebody never got in"),
      sometimes: { "several waited": ({ trace }) => only(trace, "request").length === 12 },
    });
    expect(verdict.kind).toBe("passed");
  });
});
