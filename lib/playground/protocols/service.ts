import type { NodeId, Tagged } from "../../core/role.js";
import { operationLatencies } from "../../measure/latency.js";
import { formatNumber } from "../../plot/format.js";
import { boundlessServer, credulousCaller, overdrawnCaller, sleepyServer } from "../../service/broken.js";
import { caller, type Caller, type CallerOptions } from "../../service/caller.js";
import { goodShare } from "../../service/outcomes.js";
import { answeredOnce, budgetKept, queueBounded, workConserving } from "../../service/properties.js";
import { server, type Server, type ServerOptions } from "../../service/server.js";
import { exponentialWork } from "../../service/work.js";
import { choice, number } from "../knob.js";
import { all, brokenKnob, brokenParts, numbered, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";

const brokenService: BrokenRules<{ readonly calls?: typeof caller; readonly serves?: (options: ServerOptions) => ReturnType<typeof server> }> = {
  overdrawn: { label: "a retry pays for the next one", calls: overdrawnCaller },
  boundless: { label: "a server does not look at the bound of its queue", serves: boundlessServer },
  sleepy: { label: "a server that is done does not look whether somebody waits", serves: sleepyServer },
  credulous: { label: "an answer counts also where the call was given up", calls: credulousCaller },
};

const waitsBetween: Readonly<Record<string, CallerOptions["backoff"]>> = {
  none: { firstMs: 0 },
  fixed: { firstMs: 100 },
  exponential: { firstMs: 100, factor: 2, mostMs: 2_000, jitter: true },
};

const retries: Protocol = {
  name: "retries",
  title: "Retries and overload",
  about: "Clients call servers through a caller that waits so long and then tries again. For a while the servers are slow: does the overload end with its cause?",
  chapter: "5.5-challenges",
  until: 5_000,
  fails: { at: 1_200, for: 300 },
  assumes: { fails: ["crash", "stop", "pause", "isolate"] },
  knobs: [
    number("servers", "servers", { min: 1, max: 5, value: 1 }),
    number("work", "work for a call, on average", { unit: "ms", min: 1, max: 100, value: 20 }),
    number("load", "first attempts, as a share of what the servers can do", { unit: "%", min: 5, max: 150, value: 50 }),
    number("patience", "wait for an answer", { unit: "ms", min: 10, max: 2_000, value: 300 }),
    number("attempts", "attempts for a call, at most", { min: 1, max: 8, value: 4 }),
    choice("backoff", "before the next attempt the caller waits", { none: "not at all", fixed: "100 ms", exponential: "up to 100 ms, 200, 400 and so on, at random" }),
    number("budget", "budget: retries for 100 calls, 100 for no limit", { min: 0, max: 100, value: 100 }),
    choice("breaker", "after five failures in a row a server is", { no: "asked again all the same", yes: "left alone for half a second (a circuit breaker)" }),
    number("queue", "queue of a server, 0 for no bound", { min: 0, max: 100, value: 0 }),
    choice("deadlines", "what would be done too late is", { no: "done", yes: "dropped" }),
    number("slowAt", "the servers become slow", { unit: "ms", min: 0, max: 10_000, value: 1_000 }),
    number("slowFor", "for how long they are slow", { unit: "ms", min: 0, max: 5_000, value: 700 }),
    number("slower", "and how many times slower", { min: 1, max: 20, value: 5 }),
    brokenKnob(brokenService),
  ],
  cluster(settings) {
    const names = numbered("s", Number(settings["servers"]));
    const [work, load, patience, attempts, budgeted, queue, slowAt, slowFor, slower] = [
      "work", "load", "patience", "attempts", "budget", "queue", "slowAt", "slowFor", "slower",
    ].map((name) => Number(settings[name])) as [number, number, number, number, number, number, number, number, number];
    const isDropping = settings["deadlines"] === "yes";
    const budget = budgeted === 100 ? null : { share: budgeted / 100, burst: 10 };
    const { calls = caller, serves = server } = brokenParts(brokenService, settings);
    const perSecond = (names.length * 1_000 * load) / 100 / work;
    const isSlow = slowFor > 0 && slower > 1;
    const drawn = exponentialWork(work);
    return {
      nodes: {
        front: calls({
          to: names, patience, attempts, backoff: waitsBetween[String(settings["backoff"])]!, deadlines: isDropping,
          ...(budget === null ? {} : { budget }), ...(settings["breaker"] === "yes" ? { breaker: { failures: 5, openMs: 500 } } : {}),
        }),
        ...all(names, serves({ dropsDead: isDropping, ...(queue === 0 ? {} : { capacity: queue }) })),
      } as Cluster["nodes"],
      clients: {
        // Somebody calls at random moments, whatever the answers do; for how long to wait is the caller's matter.
        c: { operations: (chance: Parameters<typeof drawn>[0]) => ({ kind: "call", work: drawn(chance) }) as Tagged, to: "front", load: { kind: "open", perSecond }, timeoutMs: 1e9 },
      } as unknown as NonNullable<Cluster["clients"]>,
      requests: isSlow
        ? names.flatMap((node) => [{ at: slowAt, speed: 1 / slower }, { at: slowAt + slowFor, speed: 1 }].map(({ at, speed }) => ({ at, node, request: { kind: "speed", speed } as Tagged })))
        : [],
      properties: [workConserving(1), answeredOnce(), ...(budget === null ? [] : [budgetKept(budget)]), ...(queue === 0 ? [] : [queueBounded(queue)])],
      servers: names,
      fields: ["queue", "served", "refused", "dropped", "calls", "retries", "tokens"],
      waits: (trace) => ({
        what: "call", label: "from a call to its end, good or bad", rows: operationLatencies(trace).filter(({ client }) => client === "c"),
      }),
      tells({ history, simulation, ended }) {
        const asked = history.filter(({ client }) => client === "c");
        const end = slowAt + slowFor;
        // Who called in the last moments has not had the time to be answered.
        const last = Math.max(0, ended.at - attempts * patience);
        const share = (from: number, until: number): string => `${formatNumber(100 * goodShare(asked, { from, until }))} %`;
        const front = simulation.state("front" as NodeId) as Caller | null;
        const tried = front === null || front.calls === 0 ? [] : [`For each call ${formatNumber((front.calls + front.retries) / front.calls)} attempts were made on average.`];
        const waiting = names.reduce((sum, name) => sum + ((simulation.state(name) as Server | null)?.queue.length ?? 0), 0);
        const wait = `In the end ${waiting} ${waiting === 1 ? "waits" : "wait"} at the servers`;
        if (!isSlow || end >= last || slowAt === 0) return [...(last > 0 ? [`Of the calls, ${share(0, last)} were answered well.`] : []), ...tried, `${wait}.`];
        const late = end + 0.75 * (last - end);
        const [before, after] = [goodShare(asked, { until: slowAt }), goodShare(asked, { from: late, until: last })];
        return [
          `Of the calls before the slowness ${share(0, slowAt)} were answered well, of those in it ${share(slowAt, end)}, and of those in the last quarter of the time after it ${share(late, last)}.`,
          ...tried,
          `${wait}${before - after > 0.3 ? ": the cause has gone, and the overload has stayed" : ""}.`,
        ];
      },
    };
  },
};

/** Services, and what becomes of them when there is more to do than they can. */
export const service: readonly Protocol[] = [retries];
