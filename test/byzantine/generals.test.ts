import { describe, expect, it } from "vitest";
import {
  interactiveConsistency, keyRing, lying, majorityOrder, oralGeneral, oralMessages, placesOf, signingGeneral, strategiesOf, traitorousGeneral,
  type GeneralOptions, type Order, type SignedOrder,
} from "../../lib/byzantine.js";
import { stream } from "../../lib/core/random.js";
import { type AnyRole, ids, type NodeId } from "../../lib/core/role.js";
import { messageTotal } from "../../lib/measure.js";
import { simulate } from "../../lib/sim.js";

const names = (n: number) => ids(...Array.from({ length: n }, (_, i) => (i === 0 ? "c" : `l${i}`)));
const orders = ["attack", "retreat"] as const;

function battle(generals: readonly NodeId[], traitors: readonly NodeId[], order: Order, role: (name: NodeId) => AnyRole) {
  return simulate({
    nodes: Object.fromEntries(generals.map((name) => [name, role(name)])),
    network: { latency: [1, 19] },
    requests: [{ at: 0, node: "c", request: { kind: "command", order } }] as never,
    properties: [interactiveConsistency({ commander: generals[0]!, traitors })],
  });
}

/** All that one traitor can do, whoever he is: how many ways there are, and in how many the loyal fall out. */
function everyTraitor(n: number, options: { choose?: (orders: readonly Order[]) => Order } = {}) {
  const generals = names(n);
  const given: GeneralOptions = { generals, m: 1 };
  let [ways, bad] = [0, 0];
  for (const traitor of generals) {
    for (const strategy of strategiesOf(placesOf(given, [traitor]).length)) {
      for (const order of orders) {
        const run = battle(generals, [traitor], order, (name) =>
          name === traitor ? traitorousGeneral(given, [traitor], strategy) : oralGeneral(given, options.choose),
        );
        ways += 1;
        if (run.violation) bad += 1;
      }
    }
  }
  return { ways, bad };
}

describe("oral messages", () => {
  it("fail with three generals, one of them a traitor", () => {
    expect(everyTraitor(3)).toEqual({ ways: 16, bad: 2 });
  });

  it("stand every traitor among four", () => {
    expect(everyTraitor(4)).toEqual({ ways: 40, bad: 0 });
  });

  it("do not, where the first word counts instead of the majority", () => {
    expect(everyTraitor(4, { choose: ([first]) => first! }).bad).toBeGreaterThan(0);
  });

  it("with m = 2 stand two traitors among seven, and not always among six", () => {
    const found = [6, 7].map((n) => {
      const generals = names(n);
      const given = { generals, m: 2 };
      return Array.from({ length: 120 }, (_, seed) => {
        const chance = stream(seed, "traitors");
        const traitors = chance.shuffle(generals).slice(0, 2);
        const places = placesOf(given, traitors);
        const strategy = places.map(({ to }) => (chance.chance(0.9) === generals.indexOf(to) % 2 > 0 ? "attack" : "retreat") as Order);
        const role = (name: NodeId) => (traitors.includes(name) ? traitorousGeneral(given, traitors, strategy) : oralGeneral(given));
        return battle(generals, traitors, chance.pick(orders), role).violation !== null;
      }).filter(Boolean).length;
    });
    expect(found[0]).toBeGreaterThan(0);
    expect(found[1]).toBe(0);
  });

  it("take (n-1) + (n-1)(n-2) + … messages", () => {
    for (const [n, m] of [[4, 1], [5, 1], [7, 2]] as const) {
      const run = battle(names(n), [], "attack", () => oralGeneral({ generals: names(n), m }));
      expect(messageTotal(run.trace).sent).toBe(oralMessages(n, m));
      expect(run.violation).toBeNull();
    }
    expect(oralMessages(7, 2)).toBe(6 + 30 + 120);
  });

  it("choose the majority, and retreat where there is none", () => {
    expect(majorityOrder(["attack", "attack", "retreat"])).toBe("attack");
    expect(majorityOrder(["attack", "retreat"])).toBe("retreat");
  });

  it("take notice of nobody who speaks for another, or twice", () => {
    const generals = names(4);
    const honest = oralGeneral({ generals, m: 1 });
    const imposter = lying(honest, {
      send: (message) => [message, { ...message, order: "retreat" as const }, { ...message, path: [generals[0]!], order: "retreat" as const }],
    });
    const run = battle(generals, [generals[1]!], "attack", (name) => (name === generals[1] ? imposter : honest));
    expect(run.violation).toBeNull();
    expect(run.decisions.filter(({ outcome }) => outcome === "attack")).not.toHaveLength(0);
  });
});

describe("signed messages", () => {
  const given = { generals: names(3), m: 1 };

  it("stand a commander who gives two orders, among three generals", () => {
    for (const bits of [0, 1, 2, 3]) {
      // He signs what he says himself; what he says to whom is his choice.
      const traitor = signingGeneral(given);
      const twoFaced: AnyRole = {
        ...traitor,
        request: {
          command(self: never, _: never, call: never, out: never) {
            given.generals.slice(1).forEach((to, i) => {
              const one = { send: (name: NodeId, message: SignedOrder) => name === to && (out as any).send(name, message), decide() {} };
              traitor.request.command(self, { kind: "command", order: (bits >> i) & 1 ? "attack" : "retreat" }, call, one as never);
            });
          },
        },
      };
      const run = battle(given.generals, [given.generals[0]!], "attack", (name) => (name === "c" ? twoFaced : signingGeneral(given)));
      expect(run.violation).toBeNull();
      expect(run.decisions).toHaveLength(2);
    }
  });

  it("stand a lieutenant who changes the order, or keeps it to himself", () => {
    const keys = keyRing();
    const change = (message: SignedOrder): SignedOrder => ({ ...message, order: "retreat" });
    const resign = (message: SignedOrder): SignedOrder => ({
      ...message, order: "retreat", marks: [...message.marks.slice(0, -1), keys.pen("l1" as NodeId).sign({ order: "retreat", path: ids("c", "l1") })],
    });
    for (const send of [change, resign, () => null]) {
      const run = battle(given.generals, ids("l1"), "attack", (name) => (name === "l1" ? lying(signingGeneral(given), { send }) : signingGeneral(given)));
      expect(run.violation).toBeNull();
      expect(run.decisions.find(({ node }) => node === "l2")?.outcome).toBe("attack");
    }
  });
});

it("what makes no sense is refused", () => {
  expect(() => oralGeneral({ generals: names(3), m: 4 })).toThrow("m must be a whole number from 0 to 3, got 4");
  expect(() => oralGeneral({ generals: names(3), m: 1, commander: "x" as NodeId })).toThrow(/commander must be one of/);
  expect(() => strategiesOf(21)).toThrow(/places must be a whole number from 0 to 20/);
});
