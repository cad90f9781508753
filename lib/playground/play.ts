import { oneOf, options as checkOptions } from "../core/parameters.js";
import { operationLatencies } from "../measure/latency.js";
import { load } from "../measure/load.js";
import { messageCounts, messageTotal, nodeCounts } from "../measure/messages.js";
import { percentile } from "../measure/statistics.js";
import { groupedBars } from "../plot/bars.js";
import type { Bundle } from "../plot/display.js";
import { ecdf } from "../plot/distributions.js";
import { formatNumber } from "../plot/format.js";
import { player } from "../plot/player.js";
import { tableHtml, tableText } from "../plot/table.js";
import type { NodeId } from "../core/role.js";
import type { ScriptedFault } from "../sim/faults.js";
import { simulate, type Run } from "../sim/simulate.js";
import { readKnob, type Knob, type Settings } from "./knob.js";
import { decisions, surroundings, type Cluster, type Protocol, type Waits } from "./protocol.js";
import { asynchronous } from "./protocols/asynchronous.js";
import { byzantine } from "./protocols/byzantine.js";
import { clocks } from "./protocols/clocks.js";
import { commit } from "./protocols/commit.js";
import { compute } from "./protocols/compute.js";
import { consensus } from "./protocols/consensus.js";
import { generals } from "./protocols/generals.js";
import { heartbeats } from "./protocols/heartbeats.js";
import { isolation } from "./protocols/isolation.js";
import { ordering } from "./protocols/ordering.js";
import { rdd } from "./protocols/rdd.js";
import { replication } from "./protocols/replication.js";
import { detectors, spreading } from "./protocols/spreading.js";
import { service } from "./protocols/service.js";
import { storage } from "./protocols/storage.js";
import { streams } from "./protocols/streams.js";
import { synchronous } from "./protocols/synchronous.js";
import { transactions } from "./protocols/transactions.js";

/** The protocols by what they are for, in the order of the chapters. */
export const areas: readonly { readonly title: string; readonly protocols: readonly Protocol[] }[] = [
  { title: "Agreement", protocols: [...consensus, ...asynchronous, ...synchronous] },
  { title: "Order, and who is there", protocols: [...clocks, ...ordering, ...heartbeats, ...detectors] },
  { title: "Copies", protocols: [...replication, ...spreading] },
  { title: "Commitment", protocols: [...commit, ...transactions] },
  { title: "Isolation", protocols: isolation },
  { title: "Keys on a ring", protocols: storage },
  { title: "Computing", protocols: [...compute, ...rdd, ...streams] },
  { title: "Among liars", protocols: [...generals, ...byzantine] },
  { title: "Under load", protocols: service },
];

/** All protocols that can be played with. */
export const protocols: readonly Protocol[] = areas.flatMap((area) => area.protocols);

/** All knobs of a protocol: its own, then those that all have in common. */
export function knobsOf(protocol: Protocol): readonly Knob[] {
  return [...protocol.knobs, ...surroundings(protocol)];
}

/** A protocol with all knobs set. */
export interface Setup {
  readonly protocol: Protocol;
  readonly settings: Settings;
}

/**
 * A setup from its address, such as "raft?servers=3&seed=7": the name of a protocol, and the knobs that do not stand where they
 * stand first.
 *
 * @throws RangeError or TypeError for a protocol or a knob that is not there, or a value out of its range
 */
export function setupOf(address: string): Setup {
  const [name = "", query = ""] = address.split("?");
  const known = oneOf("protocol", name, protocols.map((one) => one.name));
  const protocol = protocols.find((one) => one.name === known)!;
  const knobs = knobsOf(protocol);
  const given: Record<string, string> = {};
  for (const pair of query === "" ? [] : query.split("&")) {
    const at = pair.indexOf("=");
    given[decoded(at < 0 ? pair : pair.slice(0, at))] = at < 0 ? "" : decoded(pair.slice(at + 1));
  }
  checkOptions(protocol.name, given, knobs.map((knob) => knob.name));
  const settings = Object.fromEntries(
    knobs.map((knob) => [knob.name, Object.hasOwn(given, knob.name) ? readKnob(knob, given[knob.name]!) : knob.value]),
  );
  if (Number(settings["quickest"]) > Number(settings["slowest"])) {
    throw new RangeError(`slowest must be at least quickest, ${settings["quickest"]} ms, got ${settings["slowest"]}`);
  }
  return { protocol, settings };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** The shortest address of a setup. */
export function addressOf({ protocol, settings }: Setup): string {
  const moved = knobsOf(protocol).filter(({ name, value }) => settings[name] !== value);
  const query = moved.map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(String(settings[name]))}`);
  return query.length === 0 ? protocol.name : `${protocol.name}?${query.join("&")}`;
}

/** What came of a run, ready to be shown. */
export interface Played {
  /** The address that gives the same run again. */
  readonly address: string;
  /** What happened, in a few sentences. */
  readonly sentences: readonly string[];
  /** Which rule was broken, and how; null where none was. */
  readonly violation: string | null;
  /** The player, messages by kind, latencies and load, each in all its forms by MIME type. */
  readonly outputs: readonly { readonly name: "run" | "messages" | "latencies" | "load" | "numbers"; readonly bundle: Bundle }[];
}

/** How many events of a run the player is given. */
const mostEvents = 5_000;

/**
 * Run the setup of an address: the same address gives the same run, in a page and in a notebook.
 *
 *     play("raft?fault=crash&seed=7")
 *
 * @throws as `setupOf` does, and RangeError where settings do not go together
 */
export function play(address: string): Played {
  const setup = setupOf(address);
  const run = runOf(setup);
  const { nodes, fields, waits, tells } = setup.protocol.cluster(setup.settings);
  const kinds = messageCounts(run.trace);
  const total = messageTotal(run.trace);
  const latencies = waits?.(run.trace) ?? latenciesOf(run);
  const places = load(run.trace, { nodes: Object.keys(nodes) });
  const most = [...kinds].sort((a, b) => b.sent - a.sent)[0];
  const busiest = [...places].sort((a, b) => b.received - a.received)[0];
  const sentences = [
    `${ended(run)} ${plural(total.sent, "message")} between nodes, ${total.delivered} delivered.`,
    ...(latencies.rows.length === 0 ? [`No ${latencies.what} came about.`] : []),
    ...(tells?.(run) ?? []),
  ];
  const outputs: Played["outputs"][number][] = [
    { name: "run", bundle: player(run, { title: `${setup.protocol.title}: step through the run`, limit: mostEvents, ...changing(run, fields) }).bundle() },
  ];
  if (most !== undefined && busiest !== undefined) {
    outputs.push(
      {
        name: "messages",
        bundle: groupedBars(kinds, {
          x: "message", y: ["delivered", "dropped"], stacked: true,
          title: most.sent === total.sent ? `${total.sent === 1 ? "The message is" : `All ${total.sent} messages are`} ${most.message}` : `Of ${plural(total.sent, "message")}, ${most.sent} are ${most.message}`,
          xLabel: "kind of message", yLabel: "copies of messages",
        }).bundle(),
      },
      {
        name: "load",
        bundle: groupedBars(places, {
          x: "node", y: ["received", "sent"],
          title: `${busiest.node} receives the most messages, ${busiest.received}`,
          xLabel: "node", yLabel: "messages",
        }).bundle(),
      },
    );
  }
  if (latencies.rows.length > 0) {
    const values = latencies.rows.map(({ ms }) => ms);
    outputs.push({
      name: "latencies",
      bundle: ecdf(latencies.rows, {
        value: "ms", xLabel: `${latencies.label} (virtual ms)`,
        title: latencyTitle(latencies.what, values),
      }).bundle(),
    });
  }
  const numbers = numbersOf(run, latencies, total);
  outputs.push({ name: "numbers", bundle: { "text/html": tableHtml(numbers), "text/plain": tableText(numbers) } });
  const { violation } = run;
  return {
    address: addressOf(setup),
    sentences,
    violation: violation === null ? null : `${violation.property}: ${violation.problem} (after ${formatNumber(violation.at)} ms)`,
    outputs,
  };
}

/** The run of a setup, whole, for whoever wants to look further into it. */
export function runOf({ protocol, settings }: Setup): Run<any> {
  const { nodes, clients, properties, disk, servers, leads, fifo = false, requests = [], faults: own = [] } = protocol.cluster(settings);
  const { faults = [], ...random } = troubleOf(settings, servers, leads);
  const until = Number(settings["until"]);
  return simulate<any, any>({
    seed: Number(settings["seed"]),
    network: {
      latency: [Number(settings["quickest"]), Number(settings["slowest"])],
      loss: Number(settings["loss"] ?? 0) / 100,
      duplication: Number(settings["duplication"] ?? 0) / 100,
      fifo,
    },
    ...random,
    faults: [...own, ...faults],
    nodes,
    ...(clients === undefined ? {} : { clients }),
    ...(properties === undefined ? {} : { properties }),
    ...(disk === undefined ? {} : { disk }),
    requests: requests as never,
    changes: true,
    until,
    limits: { time: until, events: 200_000 },
  });
}

/** Those of the fields that change in the run: the player knows no others. */
function changing({ trace }: Run<any>, fields: readonly string[] | undefined): { readonly fields?: readonly string[] } {
  const changed = fields?.filter((name) => trace.some((event) => event.kind === "change" && name in event.fields)) ?? [];
  return changed.length === 0 ? {} : { fields: changed };
}

/** What fails, as the knobs say. */
function troubleOf(settings: Settings, servers: readonly NodeId[], leads: Cluster["leads"]): Pick<Parameters<typeof simulate<any, any>>[0], "faults" | "nemesis"> {
  const [at, forMs] = [Number(settings["at"]), Number(settings["for"])];
  const [first, last] = [servers[0]!, servers.at(-1)!];
  const victims = { leading: leads ?? first, first, second: servers[1] ?? first, last };
  const node = victims[settings["victim"] as keyof typeof victims];
  const middle = Math.floor(servers.length / 2);
  switch (settings["fault"]) {
    case "crash":
    case "pause":
    case "isolate":
      return { faults: [{ at, kind: settings["fault"], node, forMs } as ScriptedFault] };
    case "stop":
      return { faults: [{ at, kind: "crash", node }] };
    case "partition":
      return { faults: [{ at, kind: "partition", groups: [servers.slice(0, middle), servers.slice(middle)], forMs }] };
    case "random":
      return { nemesis: { from: at, until: at + forMs, nodes: servers, crashes: 3, partitions: 2, isolations: 2, pauses: 2 } };
    default:
      return {};
  }
}

/** Operations where clients wait for them; else the decisions of nodes. */
function latenciesOf({ trace, history }: Run<any>): Waits {
  return history.length > 0
    ? { what: "operation", label: "from the first call to the answer", rows: operationLatencies(trace) }
    : decisions(trace);
}

function numbersOf(run: Run<any>, { what, rows }: Waits, total: ReturnType<typeof messageTotal>): readonly object[] {
  const sent = nodeCounts(run.trace).map((row) => row.sent);
  const asked = run.history.length;
  const lines = [
    { what: "messages sent", value: total.sent },
    { what: "messages that did not arrive", value: total.dropped },
    { what: "messages that the network doubled", value: total.duplicated },
    { what: "bytes sent, as JSON", value: total.bytes },
    ...(asked > 0 ? [{ what: "operations asked for", value: asked }] : []),
    { what: `${what}s`, value: rows.length },
    ...(rows.length > 0 ? [{ what: `median latency of ${what}s (ms)`, value: percentile(rows.map(({ ms }) => ms), 0.5) }] : []),
    ...(rows.length > 0 ? [{ what: `messages for each of the ${what}s`, value: total.sent / rows.length }] : []),
    ...(sent.length > 0 ? [{ what: "most messages sent by one node", value: Math.max(...sent) }] : []),
    { what: "virtual ms", value: run.ended.at },
  ];
  // As texts, so that a count does not get the decimals of a mean.
  return lines.map((line) => ({ what: line.what, value: formatNumber(line.value) }));
}

function latencyTitle(what: string, values: readonly number[]): string {
  const longest = formatNumber(Math.max(...values));
  if (values.length === 1) return `The ${what} took ${longest} ms`;
  if (Math.min(...values) === Math.max(...values)) return `All ${values.length} ${what}s took ${longest} ms`;
  return `Half of the ${values.length} ${what}s took at most ${formatNumber(percentile(values, 0.5))} ms, the longest ${longest} ms`;
}

function ended({ ended: { kind, at, reason } }: Run<any>): string {
  const time = `${formatNumber(at)} ms`;
  if (kind === "quiet") return `After ${time} nothing was left to do.`;
  if (kind === "event-limit") return `Cut short: ${reason}.`;
  return kind === "violation" ? `Stopped after ${time}, because a rule was broken.` : `It ran for ${time}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
