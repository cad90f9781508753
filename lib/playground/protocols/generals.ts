import {
  interactiveConsistency, oralGeneral, oralMessages, placesOf, signingGeneral, traitorousGeneral, type GeneralOptions, type Order, type SignedOrder,
} from "../../byzantine/generals.js";
import { keyRing } from "../../byzantine/keys.js";
import { lying } from "../../byzantine/lying.js";
import type { AnyRole, NodeId, Tagged } from "../../core/role.js";
import { choice, number } from "../knob.js";
import { all, decisions, numbered, type Cluster, type Protocol } from "../protocol.js";

const other = (order: Order): Order => (order === "attack" ? "retreat" : "attack");

/** Where a traitor speaks: who it is and to whom, both counted from the commander, 0, and whether that one is a traitor, too. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly isAmongTraitors: boolean;
}

/** What traitors do: to whom they say nothing, and to whom the opposite of the order. */
const treasons: Readonly<Record<string, { readonly label: string; readonly isSilent: (place: Place) => boolean; readonly isContrary: (place: Place) => boolean }>> = {
  split: { label: "tell every second general the opposite", isSilent: () => false, isContrary: ({ to }) => to % 2 === 1 },
  contrary: { label: "tell everybody the opposite", isSilent: () => false, isContrary: () => true },
  partial: { label: "tell every second general nothing", isSilent: ({ to }) => to % 2 === 1, isContrary: () => false },
  late: {
    label: "keep the opposite back, and tell one lieutenant late",
    isSilent: ({ from, to }) => from > 0 && to !== 1,
    isContrary: ({ from, isAmongTraitors }) => from > 0 || isAmongTraitors,
  },
  silent: { label: "say nothing", isSilent: () => true, isContrary: () => false },
};

interface Treason {
  readonly given: GeneralOptions;
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  readonly treason: (typeof treasons)[string];
}

function placeOf({ given, traitors }: Treason, from: NodeId, to: NodeId): Place {
  return { from: given.generals.indexOf(from), to: given.generals.indexOf(to), isAmongTraitors: traitors.includes(to) };
}

/** A traitor where orders go by word of mouth: it passes on what it likes. */
function oralTraitor(at: Treason): AnyRole {
  const { given, traitors, order, treason } = at;
  const strategy = placesOf(given, traitors).map(({ path, to }) => (treason.isContrary(placeOf(at, path.at(-1)!, to)) ? other(order) : order));
  return lying(traitorousGeneral(given, traitors, strategy), { send: (message, to, { id }) => (treason.isSilent(placeOf(at, id, to)) ? null : message) });
}

/** A traitor among those who sign. It has no mark but its own: as the commander it can sign anything, as another it cannot change what came. */
function signingTraitor(at: Treason): AnyRole {
  const { given, order, treason } = at;
  const keys = keyRing();
  return lying(signingGeneral({ ...given, keys }), {
    send(message: SignedOrder, to, { id }) {
      const place = placeOf(at, id, to);
      if (treason.isSilent(place)) return null;
      if (!treason.isContrary(place) || message.order !== order) return message;
      const path = message.marks.map(({ signer }) => signer);
      return { ...message, order: other(order), marks: [...message.marks.slice(0, -1), keys.pen(id).sign({ order: other(order), path })] };
    },
  });
}

const byzantineGenerals: Protocol = {
  name: "generals",
  title: "The Byzantine generals",
  about: "A commander gives an order, and all loyal generals are to obey the same one, although some are traitors: by word of mouth, or with signatures.",
  chapter: "5.4-security",
  until: 1_000,
  fails: { at: 5, for: 100 },
  assumes: { lossless: true, fails: ["stop"] },
  knobs: [
    number("generals", "generals, the commander among them", { min: 2, max: 8, value: 4 }),
    choice("messages", "orders go", { oral: "by word of mouth: OM(m)", signed: "in writing, and signed: SM(m)" }),
    number("m", "m, how often an order is passed on", { min: 0, max: 3, value: 1 }),
    number("traitors", "traitors", { min: 0, max: 4, value: 1 }),
    choice("who", "they are", { lieutenants: "the last lieutenants", commander: "the commander and the last lieutenants" }),
    choice("treason", "they", Object.fromEntries(Object.entries(treasons).map(([name, { label }]) => [name, label]))),
    choice("order", "the order", { attack: "attack", retreat: "retreat" }),
    number("round", "a round", { unit: "ms", min: 5, max: 200, value: 20 }),
  ],
  cluster(settings) {
    const count = Number(settings["generals"]);
    const names: readonly NodeId[] = ["c" as NodeId, ...numbered("l", count - 1)];
    const [commander] = names as [NodeId];
    const [m, some, roundMs] = [Number(settings["m"]), Number(settings["traitors"]), Number(settings["round"])];
    if (m > count) throw new RangeError(`m must be at most the ${count} generals, got ${m}`);
    if (some >= count) throw new RangeError(`traitors must be fewer than the ${count} generals, got ${some}`);
    const traitors = some === 0 ? [] : settings["who"] === "commander" ? [commander, ...names.slice(count - some + 1)] : names.slice(count - some);
    const order = settings["order"] as Order;
    const given: GeneralOptions = { generals: names, m, roundMs };
    const isOral = settings["messages"] === "oral";
    const treason: Treason = { given, traitors, order, treason: treasons[String(settings["treason"])]! };
    return {
      nodes: {
        ...all<AnyRole>(names, isOral ? oralGeneral(given) : signingGeneral(given)),
        ...all(traitors, isOral ? oralTraitor(treason) : signingTraitor(treason)),
      } as Cluster["nodes"],
      requests: [{ at: 0, node: commander, request: { kind: "command", order } as Tagged }],
      properties: [interactiveConsistency({ commander, traitors })],
      servers: names,
      leads: ({ id }) => id === commander,
      fields: isOral ? ["heard"] : ["round", "orders"],
      waits: decisions,
      tells(run) {
        const loyal = run.decisions.filter(({ node }) => !traitors.includes(node));
        const did = (["attack", "retreat"] as const).flatMap((order) => {
          const who = loyal.filter(({ outcome }) => outcome === order).map(({ node }) => node);
          return who.length === 0 ? [] : [`${who.join(", ")} ${who.length === 1 ? `${order}s` : order}`];
        });
        const stands = isOral ? (m >= some && count > 3 * some) : m >= some;
        const demand = isOral ? `m = ${some} and ${3 * some + 1} generals` : `m = ${some}`;
        return [
          loyal.length === 0 ? "No loyal general decides." : `Of the loyal generals ${did.join(", and ")}.`,
          some === 0 ? "There is no traitor." : `${traitors.join(", ")} ${some === 1 ? "is a traitor" : "are traitors"}: it takes ${demand} to stand that${stands ? "" : ", which is not so here"}.`,
          ...(isOral ? [`OM(${m}) among ${count} takes ${oralMessages(count, Math.min(m, count - 2))} messages, where nobody is silent.`] : []),
        ];
      },
    };
  },
};

/** Agreement in spite of traitors, where everybody knows how long everything takes. */
export const generals: readonly Protocol[] = [byzantineGenerals];
