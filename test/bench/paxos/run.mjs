// How fast Paxos is explored and simulated, through the package as notebooks import it. Times depend on the
// machine; the ratios say what a property, a trace or a shared node costs.
import { explore } from "distlab/check";
import { ids } from "distlab/core";
import { acceptor, agreement, brokenWorlds, paxosProperties, proposer, server } from "distlab/paxos";
import { Simulation } from "distlab/sim";

const propose = (value) => ({ kind: "propose", value });

function rivals(n) {
  const acceptors = ids("a1", "a2", "a3").slice(0, n);
  const rival = proposer({ acceptors });
  return {
    nodes: { p1: rival, p2: rival, ...Object.fromEntries(acceptors.map((id) => [id, acceptor()])) },
    requests: [{ node: "p1", request: propose("x") }, { node: "p2", request: propose("y") }],
  };
}

function timed(work) {
  const start = performance.now();
  const result = work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

function line(name, amount, unit, seconds, base) {
  const rate = amount / seconds;
  const ratio = base === undefined ? "" : `  ${(rate / base).toFixed(2)} of the first`;
  console.log(`${name.padEnd(58)} ${String(amount).padStart(8)} ${unit} ${seconds.toFixed(2).padStart(7)} s ${Math.round(rate).toLocaleString("en").padStart(10)}/s${ratio}`);
  return rate;
}

// What runs first would pay for the compilation of what runs later.
explore({ ...rivals(2), properties: [agreement] });
const all = { properties: paxosProperties({ acceptors: ids("a1", "a2", "a3") }) };
let first;
for (const [name, options] of [
  ["two proposers, three acceptors: agreement", { ...rivals(3), properties: [agreement] }],
  ["  all properties", { ...rivals(3), ...all }],
  ["  agreement, and one acceptor crashes", { ...rivals(3), properties: [agreement], crashes: { a1: 1 } }],
  ["two proposers, two acceptors: a retry and a crash", { ...rivals(2), properties: [agreement], timers: 1, crashes: 1 }],
]) {
  const { result, seconds } = timed(() => explore(options));
  const rate = line(name, result.worlds, "worlds", seconds, first);
  first ??= rate;
}

const broken = brokenWorlds.map(({ name, world }) => ({ name, ...timed(() => explore(world)) }));
for (const { name, result, seconds } of broken) {
  console.log(`  ${name.padEnd(26)} ${result.kind} after ${String(result.schedule.length).padStart(2)} steps, ${String(result.worlds).padStart(6)} worlds, ${(seconds * 1000).toFixed(0).padStart(4)} ms`);
}
line("every broken rule found", broken.length, "rules ", broken.reduce((sum, { seconds }) => sum + seconds, 0));

const RUNS = 3000;
const servers = ids("s1", "s2", "s3");
const server3 = server({ servers });
const asked = (a, b) => [{ at: 0, node: a, request: propose("x") }, { at: 1, node: b, request: propose("y") }];
const separate = { nodes: rivals(3).nodes, requests: asked("p1", "p2"), network: { loss: 0.1 } };
const together = { nodes: { s1: server3, s2: server3, s3: server3 }, requests: asked("s1", "s2"), network: { loss: 0.1 } };
for (let seed = 0; seed < RUNS; seed++) for (const options of [separate, together]) new Simulation({ ...options, seed }).run();
first = undefined;
for (const [name, options, listens] of [
  ["two rivals, three acceptors, 10 % loss", separate, false],
  ["  with a listener", separate, true],
  ["  with all properties", { ...separate, ...all }, false],
  ["three servers that play all the parts, 10 % loss", together, false],
]) {
  const { seconds } = timed(() => {
    for (let seed = 0; seed < RUNS; seed++) {
      const simulation = new Simulation({ ...options, seed });
      if (listens) simulation.listen(() => {});
      simulation.run();
    }
  });
  const rate = line(name, RUNS, "runs  ", seconds, first);
  first ??= rate;
}
