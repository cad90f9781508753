// How fast quorums are counted, through the package as notebooks import it, beside the shortest way to write it.
// Times are of the processor; the ratios are what to carry forward. Aim: ten million calls a second.
import { ids } from "distlab/core";
import { committedIndex, configurationOf, enterJoint, isQuorum, quorumsMeet, voteResult } from "distlab/raft";

const servers = ids("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9");
const [three, five, nine] = [3, 5, 9].map((n) => configurationOf(servers.slice(0, n)));
const changed = enterJoint(five, [{ kind: "remove", node: servers[0] }, { kind: "add-voter", node: servers[5] }]);
if (changed.kind === "refused") throw new Error(changed.reason);
const joint = changed.configuration;

// Indexes that change from call to call, so that no call can be left out.
const acks = Array.from({ length: 64 }, (_, i) => new Map(servers.map((node, k) => [node, (i * 37 + k * 101) % 97])));
const votes = Array.from({ length: 64 }, (_, i) => new Map(servers.flatMap((node, k) => ((i + k) % 4 === 0 ? [] : [[node, (i * k) % 3 > 0]]))));
const holders = Array.from({ length: 64 }, (_, i) => new Set(servers.filter((_, k) => ((i >> (k % 6)) & 1) === 1)));

/** The shortest way to write it: sort a list of all indexes. */
function sortedIndex({ voters }, matchIndex) {
  return voters.map((node) => matchIndex.get(node) ?? 0).sort((a, b) => b - a)[voters.length >> 1];
}

function measured(name, calls, call, base) {
  for (let i = 0; i < 200_000; i++) call(i & 63);
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) call(i & 63);
  const { user, system } = process.cpuUsage(before);
  const rate = calls / ((user + system) / 1e6);
  const ratio = base === undefined ? "" : `${(rate / base).toFixed(2).padStart(7)} of the sorted list`;
  console.log(`${name.padEnd(52)} ${(rate / 1e6).toFixed(1).padStart(7)} million/s ${ratio}`);
  return rate;
}

let sum = 0;
const CALLS = 5_000_000;
const sorted = measured("committed index by a sorted list, 5 voters", CALLS / 5, (i) => void (sum += sortedIndex(five, acks[i])));
measured("committedIndex, 3 voters", CALLS, (i) => void (sum += committedIndex(three, acks[i])), sorted);
measured("committedIndex, 5 voters", CALLS, (i) => void (sum += committedIndex(five, acks[i])), sorted);
measured("committedIndex, 9 voters", CALLS, (i) => void (sum += committedIndex(nine, acks[i])), sorted);
measured("committedIndex, joint, 5 and 5 voters", CALLS, (i) => void (sum += committedIndex(joint, acks[i])), sorted);
measured("voteResult, 5 voters", CALLS, (i) => void (sum += voteResult(five, votes[i]).length), sorted);
measured("voteResult, joint, 5 and 5 voters", CALLS, (i) => void (sum += voteResult(joint, votes[i]).length), sorted);
measured("isQuorum, 5 voters", CALLS, (i) => void (sum += Number(isQuorum(five, holders[i]))), sorted);
measured("quorumsMeet, 5 voters and 9", CALLS / 100, () => void (sum += Number(quorumsMeet(five, nine))));
measured("quorumsMeet, 5 voters and joint", CALLS / 100, () => void (sum += Number(quorumsMeet(five, joint))));
if (!Number.isFinite(sum)) throw new Error("an index is missing");
