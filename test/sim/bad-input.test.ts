import { describe, expect, it } from "vitest";
import { simulate, Simulation } from "../../lib/sim.js";
import { keeper, listener, player, server, talker } from "./roles.js";

const nodes = { a: talker(["b"], { count: 3 }), b: listener, s: server };

/** What must never stand in a message to a user. */
const UGLY = /undefined|\[object Object\]|^\s+at |node_modules|\/work\/|Cannot read/m;

/** Options that are wrong in one place, and what is said about it. */
const cases: readonly [name: string, options: object, message: string | RegExp][] = [
  ["no nodes", { nodes: {} }, "nodes must name at least one node, got {}"],
  ["nodes that are none", { nodes: null }, "nodes must be an object, got null"],
  ["a node that is no role", { nodes: { a: "acceptor" } }, 'nodes.a must be a role, got "acceptor"'],
  ["a role that was not made yet", { nodes: { a: () => listener } }, "nodes.a must be a role, got the function a"],
  ["a misspelt option", { netwrok: {} }, /^simulation has no option "netwrok"; it knows "seed", "nodes", "network"/],
  ["a seed of null", { seed: null }, "seed must be a finite number or a text, got null"],
  ["a seed of NaN", { seed: NaN }, "seed must be a finite number or a text, got NaN"],
  ["a seed that is an object", { seed: {} }, "seed must be a finite number or a text, got {}"],

  ["a negative loss", { network: { loss: -0.1 } }, "network.loss must be a probability in [0, 1], got -0.1"],
  ["a loss above 1", { network: { loss: 1.1 } }, "network.loss must be a probability in [0, 1], got 1.1"],
  ["a loss of NaN", { network: { loss: NaN } }, "network.loss must be a probability in [0, 1], got NaN"],
  ["a loss as text", { network: { loss: "0.1" } }, 'network.loss must be a number, got "0.1"'],
  ["a duplication above 1", { network: { duplication: 2 } }, "network.duplication must be a probability in [0, 1], got 2"],
  ["a latency that is negative", { network: { latency: -1 } }, "network.latency must be a finite number of at least 0, got -1"],
  ["a latency without end", { network: { latency: Infinity } }, "network.latency must be a finite number of at least 0, got Infinity"],
  ["a latency with min > max", { network: { latency: [5, 1] } }, "network.latency must be a pair [min, max] with min <= max, got [5,1]"],
  ["a latency with a negative min", { network: { latency: [-5, 1] } }, "network.latency[0] must be a finite number of at least 0, got -5"],
  ["a latency of three", { network: { latency: [1, 2, 3] } }, "network.latency must be a pair [min, max], got [1,2,3]"],
  ["a latency of null", { network: { latency: null } }, "network.latency must be a number of ms, a pair [min, max] or a distribution, got null"],
  ["a distribution that nobody knows", { network: { latency: { kind: "pareto" } } }, /^network.latency.kind must be one of "constant", .*, got "pareto"$/],
  ["a distribution with a misspelt field", { network: { latency: { kind: "exponential", median: 3 } } }, 'network.latency has no option "median"; it knows "kind", "mean", "min"'],
  ["an exponential mean below the minimum", { network: { latency: { kind: "exponential", mean: 3, min: 5 } } }, "network.latency.mean must be a finite number of at least 5, got 3"],
  ["no samples", { network: { latency: { kind: "empirical", samples: [] } } }, "network.latency.samples must be a list of at least one number of ms, got []"],
  ["a sample that is none", { network: { latency: { kind: "empirical", samples: [1, "2"] } } }, 'network.latency.samples[1] must be a number, got "2"'],
  ["a bandwidth of 0", { network: { bandwidth: 0 } }, /^network.bandwidth must be a finite number/],
  ["fifo as text", { network: { fifo: "yes" } }, 'network.fifo must be true or false, got "yes"'],
  ["a misspelt option of a kind", { network: { kinds: { note: { lost: 1 } } } }, /^network.kinds.note has no option "lost"/],
  ["a bad option of a link", { network: { links: { "a>b": { loss: 3 } } } }, 'network.links["a>b"].loss must be a probability in [0, 1], got 3'],
  ["a link to nobody", { network: { links: { "a>z": {} } } }, 'network.links["a>z"]: no node "z" in this cluster: a, b, s'],
  ["a link without a direction", { network: { links: { "a-b": {} } } }, 'network.links["a-b"] must be named "from>to" or "a<>b", got "a-b"'],

  ["a flush that takes negative time", { disk: { flush: -1 } }, "disk.flush must be a finite number of at least 0, got -1"],
  ["a misspelt option of the disk", { disk: { fsync: 1 } }, 'disk has no option "fsync"; it knows "flush"'],
  ["processing in the past", { processing: -1 }, "processing must be a finite number of at least 0, got -1"],
  ["processing of nobody", { processing: { nodes: { z: 1 } } }, 'processing.nodes has no option "z"; it knows "a", "b", "s"'],

  ["a time limit of NaN", { limits: { time: NaN } }, "limits.time must be a finite number of at least 0, got NaN"],
  ["a negative time limit", { limits: { time: -3 } }, "limits.time must be a finite number of at least 0, got -3"],
  ["half a step", { limits: { events: 2.5 } }, "limits.events must be a whole number of at least 1, got 2.5"],
  ["no steps", { limits: { events: 0 } }, "limits.events must be a whole number of at least 1, got 0"],
  ["steps without end", { limits: { events: Infinity } }, "limits.events must be a whole number of at least 1, got Infinity"],
  ["steps as text", { limits: { events: "5" } }, 'limits.events must be a number, got "5"'],
  ["an end that is none", { until: "soon" }, 'until must be a time in ms or a function of an event, got "soon"'],
  ["a negative end", { until: -1 }, "until must be a finite number of at least 0, got -1"],
  ["a property that is none", { properties: [() => null] }, /^properties\[0\] must be a property with a check, got the function/],
  ["freeze as text", { freeze: "yes" }, 'freeze must be true or false, got "yes"'],

  ["a request to nobody", { requests: [{ at: 0, node: "z", request: { kind: "ask" } }] }, 'no node "z" in this cluster: a, b, s'],
  ["a request that the node does not take", { requests: [{ at: 0, node: "s", request: { kind: "tell" } }] }, 'requests[0].request: s (server) takes requests of kind ask, got {"kind":"tell"}'],
  ["a request named as a method of objects", { requests: [{ at: 0, node: "s", request: { kind: "constructor" } }] }, /takes requests of kind ask/],
  ["a request to one who takes none", { requests: [{ at: 0, node: "b", request: { kind: "ask" } }] }, "requests[0].request: b (listener) takes no requests"],
  ["a request before the beginning", { requests: [{ at: -1, node: "s", request: { kind: "ask" } }] }, "requests[0].at must be a finite number of at least 0, got -1"],

  ["a fault that nobody knows", { faults: [{ at: 1, kind: "explode", node: "a" }] }, /^faults\[0\].kind must be one of "crash", .*, got "explode"$/],
  ["a crash of nobody", { faults: [{ at: 1, kind: "crash", node: "a9" }] }, 'faults[0].node: no node "a9" in this cluster: a, b, s'],
  ["a crash without a node", { faults: [{ at: 1, kind: "crash" }] }, "faults[0].node must be the name of a node, got nothing"],
  ["a fault without a time", { faults: [{ kind: "crash", node: "a" }] }, "faults[0].at must be a number, got nothing"],
  ["a misspelt field of a fault", { faults: [{ at: 1, kind: "crash", nod: "a" }] }, /^faults\[0\] has no option "nod"/],
  ["a partition that names nobody", { faults: [{ at: 1, kind: "partition", groups: [["a"], ["q"]] }] }, 'faults[0].groups[1]: no node "q" in this cluster: a, b, s'],
  ["a partition of one group", { faults: [{ at: 1, kind: "partition", groups: [["a"]] }] }, 'faults[0].groups must be at least two lists of names, got [["a"]]'],
  ["healing what is not cut", { faults: [{ at: 1, kind: "heal" }] }, "faults[0]: nothing to heal: no link is cut"],
  ["healing twice", { faults: [{ at: 1, kind: "isolate", node: "a" }, { at: 2, kind: "heal" }, { at: 3, kind: "heal" }] }, "faults[2]: nothing to heal: no link is cut"],
  ["healing another name", { faults: [{ at: 1, kind: "isolate", node: "a", name: "x" }, { at: 2, kind: "heal", name: "y" }] }, 'faults[1]: nothing to heal: there is no cut named "y"; the named cuts are x'],
  ["a crash of one that is down", { faults: [{ at: 9, kind: "crash", node: "a" }, { at: 5, kind: "crash", node: "a" }] }, "faults[0]: a is down already (since 5 ms): it cannot crash again before a restart"],
  ["a restart of one that is up", { faults: [{ at: 1, kind: "restart", node: "a" }] }, "faults[0]: a is running: only a node that has crashed can restart"],
  ["a restart of one that is up again", { faults: [{ at: 1, kind: "crash", node: "a", forMs: 5 }, { at: 7, kind: "restart", node: "a" }] }, "faults[1]: a is running: only a node that has crashed can restart"],
  ["a stall without an end", { faults: [{ at: 1, kind: "stall", node: "a" }] }, "faults[0].forMs must be a number, got nothing"],
  ["a clock that stands still", { faults: [{ at: 1, kind: "skew", node: "a", rate: 0 }] }, "faults[0].rate must be a finite number from 0.001 to 1000, got 0"],
  ["faults that are no list", { faults: { at: 1, kind: "heal" } }, /^faults must be a list of faults/],

  ["a nemesis without an end", { nemesis: { crashes: 1 } }, "nemesis.until must be a number, got nothing"],
  ["a nemesis that ends before it begins", { nemesis: { from: 10, until: 5 } }, "nemesis.until must be a finite number of at least 10, got 5"],
  ["a negative rate", { nemesis: { until: 5, crashes: -1 } }, "nemesis.crashes must be a finite number from 0 to 100000, got -1"],
  ["a kind of fault without a rate", { nemesis: { until: 5, earthquakes: 1 } }, /^nemesis has no option "earthquakes"; it knows .*"crashes"/],
  ["a fault that ends before it begins", { nemesis: { until: 5, crashes: { perSecond: 1, lasts: [9, 3] } } }, "nemesis.crashes.lasts must be a pair [min, max] with min <= max, got [9,3]"],
  ["a nemesis of nobody", { nemesis: { until: 5, nodes: ["z"] } }, 'nemesis.nodes: no node "z" in this cluster: a, b, s'],

  ["a client without operations", { clients: { c: {} } }, "clients.c.operations must be a list of requests or a function, got nothing"],
  ["a client of nobody", { clients: { c: { operations: [], to: "z" } } }, 'clients.c.to: no node "z" in this cluster: a, b, s'],
  ["a client who asks what nobody knows", { clients: { c: { operations: [{ kind: "tell" }], to: ["b", "s"] } } }, 'clients.c.operations[0]: none of b, s takes such a request: {"kind":"tell"}'],
  ["a client with the name of a node", { clients: { s: { operations: [] } } }, "clients.s has the name of a node"],
  ["a client with a misspelt option", { clients: { c: { operations: [], timeout: 5 } } }, /^clients.c has no option "timeout"; it knows .*"timeoutMs"/],
  ["half a retry", { clients: { c: { operations: [], retries: 0.5 } } }, "clients.c.retries must be a whole number of at least 0, got 0.5"],
  ["a load that is none", { clients: { c: { operations: [], load: { kind: "heavy" } } } }, 'clients.c.load.kind must be one of "closed", "open", got "heavy"'],
  ["a load of nothing", { clients: { c: { operations: [], load: { kind: "open", perSecond: 0 } } } }, /^clients.c.load.perSecond must be a finite number/],
];

describe("options that make no sense are refused before anything runs:", () => {
  it.each(cases)("%s", (_, options, message) => {
    let error: unknown = null;
    try {
      simulate({ nodes, ...options } as never);
    } catch (caught) {
      error = caught;
    }
    expect(error === null ? "accepted" : (error as Error).constructor === RangeError || (error as Error).constructor === TypeError).toBe(true);
    const text = (error as Error).message;
    if (typeof message === "string") expect(text).toContain(message);
    else expect(text).toMatch(message);
    expect(text).not.toMatch(UGLY);
  });
});

describe("options at the edge of sense work:", () => {
  it("one node, alone", () => {
    expect(simulate({ nodes: { k: keeper() }, requests: [{ at: 0, node: "k", request: { kind: "keep", n: 1 } }] }).decisions).toEqual([{ node: "k", outcome: 1, at: 0 }]);
  });

  it("no seed is seed 1", () => {
    expect(simulate({ nodes }).hash).toBe(simulate({ nodes, seed: 1 }).hash);
  });

  it("a link may lose everything", () => {
    const { ended } = simulate({ nodes: { p: player("q", true), q: player("p", false) }, network: { loss: 1 } });
    expect(ended.reason).toMatch(/no progress: every message is lost/);
  });

  it("names of nodes may be names of methods, and emoji, and look like numbers", () => {
    const odd = { constructor: server, toString: server, "😀": server, "1": server };
    for (const name of ["constructor", "toString", "😀", "1"] as const) {
      const { history } = simulate({ nodes: odd, requests: [{ at: 0, node: name, request: { kind: "ask", n: 5 } }] });
      expect(history).toMatchObject([{ node: name, result: 5 }]);
    }
  });

  it("a thousand nodes are made in a moment", () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`n${i}`, listener]));
    const start = performance.now();
    new Simulation({ nodes: many }).run();
    expect(performance.now() - start).toBeLessThan(500);
  });
});
