// How fast Raft runs, through the package as notebooks import it: commands that five servers commit, and elections. (The
// arithmetic of quorums has a benchmark of its own: `npm run bench -- quorum`.) Times depend on the machine; the ratios in
// one run say what Raft adds to the simulator that carries its messages, and what each switch costs.
//
//   npm run bench -- raft
//
// CPU time is that of all threads of the process, the collector's among them: on a machine that does other things, too, it
// says more than the clock does.
import { ids } from "distlab/core";
import { server } from "distlab/raft";
import { Simulation } from "distlab/sim";

const COMMANDS = Number(process.env["COMMANDS"] ?? 200_000);
const ELECTIONS = 1_000;
const servers = ids("s1", "s2", "s3", "s4", "s5");
const counter = { initial: 0, apply: (/** @type {number} */ n) => ({ state: n + 1, result: n + 1 }) };

/** @template T @param {() => T} work */
function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { result, seconds, cpu: (user + system) / 1e6 };
}

/** @param {string} name @param {number} amount @param {{ seconds: number, cpu: number }} took @param {number} [base] */
function line(name, amount, { seconds, cpu }, base) {
  const rate = amount / cpu;
  const ratio = base === undefined ? "" : `  ${(rate / base).toFixed(2)} of the first`;
  const perSecond = (/** @type {number} */ s) => Math.round(amount / s).toLocaleString("en").padStart(11);
  console.log(`${name.padEnd(62)} ${perSecond(seconds)}/s by the clock ${perSecond(cpu)}/s of CPU${ratio}`);
  return rate;
}

/** What carries Raft's messages, with nothing of Raft: a leader asks four others and answers when two have answered. */
function asker() {
  return {
    name: "asker",
    durable: [],
    init: () => ({ waiting: new Map() }),
    timeout: {},
    request: {
      command(self, _, call, out) {
        self.waiting.set(call, 0);
        for (const node of servers) if (node !== "s1") out.send(node, { kind: "append", call });
      },
    },
    receive: {
      append: (_, { call }, from, out) => out.send(from, { kind: "appended", call }),
      appended(self, { call }, _, out) {
        const answers = self.waiting.get(call);
        if (answers === undefined) return;
        if (answers === 0) self.waiting.set(call, 1);
        else {
          self.waiting.delete(call);
          out.reply(call, null);
        }
      },
    },
  };
}

/** So many commands of one client that has a hundred of them under way. */
function commit(role, count, network = { latency: 1 }) {
  const simulation = new Simulation({
    seed: 1,
    nodes: Object.fromEntries(servers.map((id, i) => [id, Array.isArray(role) ? role[i] : role])),
    network,
    limits: { events: 1e9 },
    clients: { c: { operations: () => ({ kind: "command", command: 1 }), count, load: { kind: "closed", outstanding: 100 }, from: 1_000 } },
  });
  simulation.run({ until: 1_000 });
  const took = timed(() => {
    while (simulation.history.length < count) simulation.run({ until: simulation.now + 100 });
    simulation.run({ until: simulation.now + 5 });
  });
  const answered = simulation.history.filter(({ returnedAt }) => returnedAt !== null).length;
  if (answered !== count) throw new Error(`only ${answered} of ${count} commands were answered`);
  return took;
}

const raft = (options = {}) => {
  const quick = server({ servers, machine: counter, ...options, electionTimeout: [150, 160] });
  const other = server({ servers, machine: counter, ...options, electionTimeout: [600, 900] });
  return [quick, other, other, other, other];
};
const ways = [
  ["bare messages: a leader, four answers", asker()],
  ["Raft, five servers, every switch as it is by default", raft()],
  ["  without sessions", raft({ sessions: false })],
  ["  with a snapshot every 1,000 entries", raft({ snapshotEvery: 1_000 })],
  ["  with PreVote and CheckQuorum", raft({ preVote: true, checkQuorum: true })],
  ["  with one message at a time under way to each follower", raft({ window: 1 })],
  ["  with batches of 1 ms", raft({ batchDelay: 1 })],
];
for (const [, role] of ways) commit(role, COMMANDS / 10);
console.log(`${COMMANDS.toLocaleString("en")} commands, without a trace`);
let first;
for (const [name, role] of ways) {
  const rate = line(name, COMMANDS, commit(role, COMMANDS), first);
  first ??= rate;
}

console.log(`\n${ELECTIONS.toLocaleString("en")} elections, from boot to the first leader`);
const isLed = (/** @type {any} */ event) => event.kind === "send" && event.message.kind === "appendEntries";
for (const [name, options] of [["five servers", {}], ["  with PreVote", { preVote: true }]]) {
  const role = server({ servers, ...options });
  const nodes = Object.fromEntries(servers.map((id) => [id, role]));
  const elect = (/** @type {number} */ seed) => new Simulation({ seed, nodes, network: { latency: [1, 10] } }).run({ until: isLed });
  for (let seed = 0; seed < ELECTIONS / 5; seed++) elect(-seed - 1);
  line(name, ELECTIONS, timed(() => {
    for (let seed = 0; seed < ELECTIONS; seed++) elect(seed);
  }));
}

// The setting of section 9.4 of the dissertation: one way 30 to 40 ms, time-outs of 300 to 600 ms, fresh timers, no disk.
const RUNS = 10_000;
console.log(`\n${RUNS.toLocaleString("en")} elections over a wide-area network; the dissertation has means of 475 and 650 ms, and 99.9 % within 1.5 and 3 s`);
const patient = server({ servers, electionTimeout: [300, 600] });
for (const down of [1, 2]) {
  const faults = servers.slice(5 - down).map((node) => ({ at: 0, kind: "crash", node }));
  const nodes = Object.fromEntries(servers.map((id) => [id, patient]));
  /** @type {number[]} */
  const times = [];
  const took = timed(() => {
    for (let seed = 0; seed < RUNS; seed++) times.push(new Simulation({ seed, nodes, network: { latency: [30, 40] }, faults }).run({ until: isLed }).at);
  });
  line(`${down} of five down`, RUNS, took);
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / RUNS;
  console.log(`  ${took.seconds.toFixed(1)} s; mean ${mean.toFixed(0)} ms, 99.9 % within ${times[Math.floor(RUNS * 0.999)].toFixed(0)} ms`);
}
