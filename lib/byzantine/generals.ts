import { finite, integer, nodeNames, oneOf, options } from "../core/parameters.js";
import type { Property } from "../core/property.js";
import type { NodeId, Role } from "../core/role.js";
import { keyRing, type KeyRing, type Signed } from "./keys.js";
import { type Lies, lying } from "./lying.js";

/** What a commander may order. Retreat is what a general does who has no order. */
export type Order = "attack" | "retreat";

/** "By way of these generals I have this order", in an oral message: only the last of them is known to have said it. */
export interface OralOrder {
  readonly kind: "order";
  /** The commander first, the sender last. */
  readonly path: readonly NodeId[];
  readonly order: Order;
}

/** One general's mark under an order, and under the way that it has come. */
export type Countersign = Signed<{ readonly order: Order; readonly path: readonly NodeId[] }>;

/** An order and the marks of all through whose hands it has gone, the commander's first. */
export interface SignedOrder {
  readonly kind: "signedOrder";
  readonly order: Order;
  readonly marks: readonly Countersign[];
}

export interface GeneralOptions {
  /** All generals, the commander among them. */
  readonly generals: readonly NodeId[];
  /** Who gives the order. By default the first. */
  readonly commander?: NodeId;
  /** How many traitors the algorithm is to stand: m. */
  readonly m: number;
  /** How long a round is, in ms: no shorter than a message takes. Default 20. */
  readonly roundMs?: number;
}

/** What a commander is asked to do. */
export interface Command {
  readonly kind: "command";
  readonly order: Order;
}

/** What an oral general knows: the order that came by each path, by the path's names. */
export interface OralGeneral {
  readonly id: NodeId;
  readonly heard: Map<string, Order>;
}

export type OralSignature = {
  state: OralGeneral;
  receives: OralOrder;
  requests: Command;
  timers: { readonly kind: "end" };
  sends: OralOrder;
  decides: Order;
};

/** How a lieutenant makes one order of those that it was told. The paper's: the majority, or retreat where there is none. */
export type Choose = (orders: readonly Order[]) => Order;

/** The majority of the orders; retreat if there is none. */
export const majorityOrder: Choose = (orders) =>
  orders.filter((order) => order === "attack").length * 2 > orders.length ? "attack" : "retreat";

/**
 * A general (将军) of the algorithm OM(m), "Oral Message": Lamport, Shostak and Pease, "The Byzantine Generals Problem",
 * 1982, section 3. Everybody passes on to everybody what he was told, m times over, and takes the majority at each level.
 * It stands m traitors if there are more than 3m generals.
 *
 * The system is synchronous, as the paper asks: what has not come after m + 1 rounds was never sent. So this is not for
 * the explorer, which knows no time.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function oralGeneral(given: GeneralOptions, choose: Choose = majorityOrder): Role<OralSignature> {
  const { generals, commander, m, roundMs } = checked(given);

  /** The order to use of what came by this path: step 3 of OM, from the inside out. */
  function outcome(self: OralGeneral, path: readonly NodeId[]): Order {
    const own = self.heard.get(path.join()) ?? "retreat";
    if (path.length > m) return own;
    const others = generals.filter((general) => general !== self.id && !path.includes(general));
    return choose([own, ...others.map((general) => outcome(self, [...path, general]))]);
  }

  return {
    name: "general",
    durable: [],
    init: (id) => ({ id, heard: new Map() }),
    start(self, out) {
      if (self.id !== commander) out.setTimer({ kind: "end" }, (m + 1) * roundMs);
    },
    request: {
      // "The commander sends his value to every lieutenant." He obeys his own order.
      command(self, { order }, _, out) {
        for (const general of generals) if (general !== self.id) out.send(general, { kind: "order", path: [self.id], order });
        out.decide(order);
      },
    },
    receive: {
      // "Lieutenant i acts as the commander in Algorithm OM(m - 1) to send the value v_i to each of the other lieutenants."
      order(self, { path, order }, from, out) {
        const key = path.join();
        // "The receiver of a message knows who sent it" (A2); and a second word by the same way counts for nothing.
        if (path[0] !== commander || path.at(-1) !== from || path.includes(self.id) || path.length > m + 1 || self.heard.has(key)) return;
        if (new Set(path).size < path.length) return;
        self.heard.set(key, order);
        if (path.length > m) return;
        const on = [...path, self.id];
        for (const general of generals) if (!on.includes(general)) out.send(general, { kind: "order", path: on, order });
      },
    },
    timeout: {
      end: (self, _, out) => out.decide(outcome(self, [commander])),
    },
  };
}

/** What a signing general knows: the orders that came with good marks, in the order of their coming, and the round. */
export interface SigningGeneral {
  readonly id: NodeId;
  readonly orders: Order[];
  round: number;
}

export type SigningSignature = {
  state: SigningGeneral;
  receives: SignedOrder;
  requests: Command;
  timers: { readonly kind: "round" };
  sends: SignedOrder;
  decides: Order;
};

/**
 * A general of the algorithm SM(m), "Signed Message" (the same paper, section 4). An order carries the marks of all who
 * passed it on, so nobody can change it, and a commander who gave two orders is found out by his own mark under both. It
 * stands m traitors among any number of generals.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function signingGeneral(given: GeneralOptions & { readonly keys?: KeyRing }): Role<SigningSignature> {
  const { keys = keyRing(), ...rest } = given;
  const { generals, commander, m, roundMs } = checked(rest);

  /** Whether the marks are those of different generals, the commander first and the sender last, each under its way. */
  function isGood({ order, marks }: SignedOrder, from: NodeId): boolean {
    const path = marks.map(({ signer }) => signer);
    if (path[0] !== commander || path.at(-1) !== from || new Set(path).size < path.length) return false;
    return marks.every((mark, i) => mark.order === order && mark.path.join() === path.slice(0, i + 1).join() && keys.verify(mark));
  }

  function countersign(self: SigningGeneral, order: Order, marks: readonly Countersign[]): SignedOrder {
    const path = [...marks.map(({ signer }) => signer), self.id];
    return { kind: "signedOrder", order, marks: [...marks, keys.pen(self.id).sign({ order, path })] };
  }

  return {
    name: "general",
    durable: [],
    init: (id) => ({ id, orders: [], round: 1 }),
    start(self, out) {
      if (self.id !== commander) out.setTimer({ kind: "round" }, roundMs);
    },
    request: {
      command(self, { order }, _, out) {
        for (const general of generals) if (general !== self.id) out.send(general, countersign(self, order, []));
        out.decide(order);
      },
    },
    receive: {
      signedOrder(self, message, from, out) {
        const { order, marks } = message;
        // An order with k marks is due by the end of round k: a traitor who kept one back would split the loyal at the end.
        if (marks.length < self.round || marks.length > m + 1 || !isGood(message, from) || self.orders.includes(order)) return;
        self.orders.push(order);
        if (marks.length > m) return;
        const on = countersign(self, order, marks);
        for (const general of generals) if (general !== self.id && !marks.some(({ signer }) => signer === general)) out.send(general, on);
      },
    },
    timeout: {
      round(self, _, out) {
        self.round += 1;
        if (self.round <= m + 1) return out.setTimer({ kind: "round" }, roundMs);
        // "choice(V) = v if V consists of the single element v"; else retreat, which is what the paper suggests.
        out.decide(self.orders.length === 1 ? self.orders[0]! : "retreat");
      },
    },
  };
}

/**
 * Interactive consistency (交互一致性): IC1, "all loyal lieutenants obey the same order"; IC2, "if the commanding general
 * is loyal, then every loyal lieutenant obeys the order he sends". (Section 1.)
 */
export function interactiveConsistency({ commander, traitors }: { readonly commander: NodeId; readonly traitors: readonly NodeId[] }): Property<Order | null> {
  return {
    name: "interactive consistency",
    memory: null,
    observe: (order, happened) =>
      happened.kind === "request" && happened.request.kind === "command" ? (happened.request as Command).order : order,
    check({ decisions }, order) {
      const loyal = decisions.filter(({ node }) => !traitors.includes(node));
      const [first] = loyal;
      const other = loyal.find(({ outcome }) => outcome !== first!.outcome);
      if (other) return `${first!.node} decides to ${String(first!.outcome)}, and ${other.node} to ${String(other.outcome)}; both are loyal`;
      const stray = traitors.includes(commander) ? undefined : loyal.find(({ outcome }) => outcome !== order);
      return stray ? `the loyal commander ordered to ${order}, and ${stray.node} decides to ${String(stray.outcome)}` : null;
    },
  };
}

/** A place where a traitor has a choice: what to say to whom about the order that came by this path. */
export interface Place {
  readonly path: readonly NodeId[];
  readonly to: NodeId;
}

/** All places where these traitors speak in OM(m), in the order of path and receiver. */
export function placesOf(given: GeneralOptions, traitors: readonly NodeId[]): readonly Place[] {
  const { generals, commander, m } = checked(given);
  const places: Place[] = [];
  const visit = (path: readonly NodeId[]): void => {
    if (traitors.includes(path.at(-1)!)) for (const to of generals) if (!path.includes(to)) places.push({ path, to });
    if (path.length <= m) for (const next of generals) if (!path.includes(next)) visit([...path, next]);
  };
  visit([commander]);
  return places;
}

/**
 * A general that says at each of its places what the strategy tells: one order for each place, in their order. So all
 * lists of orders are all that a traitor can do; to say nothing is to say retreat.
 */
export function traitorousGeneral(given: GeneralOptions, traitors: readonly NodeId[], strategy: readonly Order[]): Role<OralSignature> {
  const script = new Map(placesOf(given, traitors).map(({ path, to }, i) => [`${path.join()}>${to}`, strategy[i] ?? "retreat"]));
  const lies: Lies<OralSignature> = {
    send: (message, to) => ({ ...message, order: script.get(`${message.path.join()}>${to}`) ?? message.order }),
  };
  return lying(oralGeneral(given), lies);
}

/** All lists of so many orders. @throws RangeError for more than 2^20 of them */
export function strategiesOf(places: number): Order[][] {
  integer("places", places, { max: 20 });
  return Array.from({ length: 2 ** places }, (_, bits) =>
    Array.from({ length: places }, (_, i): Order => ((bits >>> i) & 1 ? "attack" : "retreat")),
  );
}

/** How many messages OM(m) takes among n generals: (n-1) + (n-1)(n-2) + … , m + 1 terms. */
export function oralMessages(n: number, m: number): number {
  integer("n", n, { min: 1, max: 1000 });
  integer("m", m, { max: n });
  let all = 0;
  for (let level = 1, product = 1; level <= m + 1; level++) all += product *= n - level;
  return all;
}

function checked(given: GeneralOptions): Required<GeneralOptions> {
  const { generals, m, commander = given.generals[0]!, roundMs = 20 } = options("general", given, ["generals", "commander", "m", "roundMs"]);
  nodeNames("generals", generals, { min: 2 });
  oneOf("commander", commander, generals);
  integer("m", m, { max: generals.length });
  finite("roundMs", roundMs);
  return { generals, commander, m, roundMs };
}
