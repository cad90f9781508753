import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { brokenDatabases } from "../../lib/isolation.js";
import { playEnds } from "./ends.js";
import { addressOf, knobsOf, play, protocols, runOf, setupOf } from "../../lib/playground.js";

const names = protocols.map(({ name }) => name);

/** What can fail in the runs of a protocol. */
function failuresOf(name: string): readonly string[] {
  const knob = knobsOf(protocols.find((protocol) => protocol.name === name)!).find((one) => one.name === "fault");
  return knob?.kind === "choice" ? knob.choices.map(({ value }) => value).filter((value) => value !== "none") : [];
}

describe.each(names)("%s", (name) => {
  it("runs as it stands first, breaks no rule, and shows all there is to see", () => {
    const { outputs, violation, address, sentences } = play(name);
    expect(violation).toBeNull();
    expect(address).toBe(name);
    expect(outputs.map((one) => one.name).sort()).toEqual(["latencies", "load", "messages", "numbers", "run"]);
    for (const { bundle } of outputs) expect(String(bundle["text/plain"])).not.toBe("");
    expect(sentences[0]).toMatch(/\d/);
  });

  it("gives the same run again, whatever fails", { timeout: 60_000 }, () => {
    const knobs = knobsOf(setupOf(name).protocol).map((knob) => knob.name);
    for (const fault of ["none", ...failuresOf(name)]) {
      // Whoever leads is struck once at the time that the protocol names; the others are struck early, in a short run.
      const when = ["crash", "random", "none"].includes(fault) ? "" : "&victim=first&at=20&for=100&until=300";
      const address = `${name}?seed=3${knobs.includes("fault") ? `&fault=${fault}` : ""}${when}${knobs.includes("loss") ? "&loss=5" : ""}`;
      const [one, other] = [runOf(setupOf(address)), runOf(setupOf(address))];
      expect(one.hash, address).toBe(other.hash);
      const struck = one.trace.filter(({ kind }) => ["crash", "pause", "partition", "cut", "isolate"].includes(kind));
      const { protocol, settings } = setupOf(address);
      const crashes = protocol.cluster(settings).faults?.some(({ kind }) => kind === "crash") === true;
      expect(struck.length > 0, address).toBe(fault !== "none" || crashes);
    }
  });
});

it("runs with every knob at either end, also those that all have in common", { timeout: 60_000 }, () => playEnds(names[0]!));

it("stands one liar among four replicas, whatever it does, and whoever else is cut off for a while", () => {
  for (const lie of ["equivocating", "silent-primary", "silent", "repeating", "inventing", "hiding", "pretending"]) {
    for (const fault of ["none", "isolate"]) {
      const run = runOf(setupOf(`pbft?liars=1&lie=${lie}&fault=${fault}&victim=last&each=2&clients=1`));
      expect(run.violation, lie).toBeNull();
      expect(run.trace.filter(({ kind }) => kind === "reply"), lie).toHaveLength(2);
    }
  }
});

it("leads to chapters that are there", () => {
  const chapters = new Set(protocols.map(({ chapter }) => chapter));
  expect([...chapters].filter((chapter) => !existsSync(new URL(`../../notebooks/${chapter}.ipynb`, import.meta.url)))).toEqual([]);
});

describe("an address", () => {
  it("says only what does not stand as at first", () => {
    expect(addressOf(setupOf("raft?seed=1&servers=3&loss=0"))).toBe("raft?servers=3");
    expect(addressOf(setupOf("two-phase-commit?vote=read-only"))).toBe("two-phase-commit?vote=read-only");
  });

  it("is the same after a way there and back", () => {
    for (const { name } of protocols) expect(addressOf(setupOf(addressOf(setupOf(`${name}?quickest=3&seed=9`))))).toBe(`${name}?quickest=3&seed=9`);
  });

  it.each([
    ["zab", 'protocol must be one of "paxos"'],
    ["raft?leaders=2", 'raft has no option "leaders"'],
    ["raft?servers=0", "servers must be a whole number from 1 to 9, got 0"],
    ["raft?servers=many", 'servers must be a number from 1 to 9, got "many"'],
    ["raft?fault=fire", 'fault must be one of "none"'],
    ["raft?quickest=20", "slowest must be at least quickest, 20 ms, got 15"],
    ["paxos?servers=2&proposers=3", "proposers must be at most the 2 servers, got 3"],
  ])("%s is refused", (address, message) => {
    expect(() => play(address)).toThrow(message);
  });
});

/** A setting in which a rule is broken, one with another knob in which none is, and the property that tells them apart. */
const pairs: readonly (readonly [broken: string, sound: string, property: string])[] = [
  ["streams?bound=5", "streams", "exactly once"],
  ["streams?fault=crash&victim=first&at=260&broken=no-alignment", "streams?fault=crash&victim=first&at=260", "exactly once"],
  ["streams?fault=crash&victim=first&at=240&broken=appending-sink", "streams?fault=crash&victim=first&at=240", "exactly once"],
  ["streams?fault=crash&at=240&broken=hasty-sink", "streams?fault=crash&at=240", "exactly once"],
  ["streams?fault=crash&victim=first&at=425&alignment=unaligned&broken=impatient-coordinator", "streams?fault=crash&victim=first&at=425&alignment=unaligned", "exactly once"],
  ["streams?fault=crash&victim=first&at=240&broken=onward-source", "streams?fault=crash&victim=first&at=240", "exactly once"],
  ["rdd?program=counts&fault=crash&victim=second&broken=empty-handed", "rdd?program=counts&fault=crash&victim=second", "right results"],
  ["isolation?must=serializable", "isolation?must=serializable&level=snapshot", "isolated as PL-3"],
  ["isolation?script=write-skew&level=snapshot&must=serializable", "isolation?script=write-skew&level=serializable-snapshot&must=serializable", "isolated as PL-3"],
  ["broadcast?must=total", "broadcast?must=total&level=sequencer", "total order"],
  ["broadcast?level=echoing", "broadcast", "integrity"],
  ["broadcast?level=hasty-times", "broadcast?level=agreed-times", "total order"],
  ["broadcast?level=clocks-over-plain-links", "broadcast?level=lamports-clocks&links=again&loss=30", "total order"],
  ["broadcast?level=narrow-causal&seed=4", "broadcast?level=causal&seed=4", "causal order"],
  ["broadcast?level=fifo&must=causal&seed=13", "broadcast?level=causal&seed=13", "causal order"],
  ["mutual-exclusion?algorithm=always-consenting", "mutual-exclusion", "mutual exclusion"],
  ["mutual-exclusion?algorithm=lamport-over-plain-links", "mutual-exclusion?algorithm=lamport", "mutual exclusion"],
  ["gossip?compare=200&removal=bare", "gossip?compare=200&removal=certificate", "what is removed stays removed"],
  ["crdt?type=adding-counter", "crdt?type=g-counter", "counts what it has seen"],
  ["crdt?type=largest-counter", "crdt?type=g-counter&fault=crash&loss=20", "counts what it has seen"],
  ["crdt?type=net-counter&seed=2", "crdt?type=pn-counter&seed=2", "counts what it has seen"],
  ["crdt?type=tieless-register", "crdt?type=lww-register", "strong convergence"],
  ["crdt?type=skipless-text", "crdt?type=text", "strong convergence"],
  ["crdt?type=union-set&replicas=2&updates=6&seed=29", "crdt?replicas=2&updates=6&seed=29", "strong convergence"],
  ["ben-or?broken=loose&seed=2", "ben-or?seed=2", "agreement"],
  ["ben-or?broken=hasty&seed=22", "ben-or?seed=22", "agreement"],
  ["ben-or?broken=deaf&seed=2", "ben-or?seed=2", "agreement"],
  ["chandra-toueg?broken=hasty&patience=5&growth=5&seed=6", "chandra-toueg?patience=5&growth=5&seed=6", "agreement"],
  ["chandra-toueg?broken=minority&processes=4&patience=20&growth=10&slowest=150&seed=6", "chandra-toueg?processes=4&patience=20&growth=10&slowest=150&seed=6", "agreement"],
  ["saga?broken=quitting", "saga", "all of the saga, or nothing that was not undone"],
  ["saga?broken=forward", "saga?fault=crash", "all of the saga, or nothing that was not undone"],
  ["database?must=serializable", "database?must=serializable&level=two-phase-locking", "isolated as PL-3"],
  ["register?servers=3&writeBack=never&clients=5&think=5&reads=70&quickest=1&slowest=300&until=1500&seed=12", "register?servers=3&clients=5&think=5&reads=70&quickest=1&slowest=300&until=1500&seed=12", "linearizable answers"],
  ["flood-set?rounds=1", "flood-set", "agreement"],
  ["flood-set?crashes=2", "flood-set?crashes=2&rounds=3", "agreement"],
  ["generals?generals=3", "generals?generals=3&messages=signed", "interactive consistency"],
  ["generals?generals=6&traitors=2&who=commander", "generals?generals=7&m=2&traitors=2&who=commander", "interactive consistency"],
  ["generals?messages=signed&traitors=2&who=commander&treason=late", "generals?messages=signed&m=2&traitors=2&who=commander&treason=late", "interactive consistency"],
  ["generals?slowest=60", "generals?slowest=60&round=60", "interactive consistency"],
  ["clocks?clock=physical&must=condition&skew=60", "clocks?clock=hybrid&must=condition&skew=60", "clock condition"],
  ["clocks?must=concurrency", "clocks?clock=vector&must=concurrency", "stamps tell concurrency"],
  ["clocks?clock=deaf", "clocks", "clock condition"],
  ["clocks?clock=late&gap=2&seed=3", "clocks?gap=2&seed=3", "clock condition"],
  ["clocks?clock=overwriting", "clocks?clock=vector", "stamps tell concurrency"],
  ["clocks?clock=uncounted", "clocks?clock=vector", "stamps tell concurrency"],
  ["clocks?clock=restarting", "clocks?clock=hybrid", "clock condition"],
  ["clocks?clock=runaway&skew=0", "clocks?clock=hybrid&skew=0", "near physical time"],
  ["heartbeats?loss=30&fault=none&silence=150&must=accurate", "heartbeats?fault=none&silence=150&must=accurate", "nobody who is up is suspected"],
  ["heartbeats?rule=accrual&threshold=1&must=accurate&fault=none", "heartbeats?rule=accrual&threshold=12&must=accurate&fault=none", "nobody who is up is suspected"],
];

/** Settings of the knob for what is broken: with nothing broken, and all else as it is, no rule is. */
const brokenRules: readonly (readonly [address: string, property: string])[] = [
  ["paxos?broken=gullible", "promises kept"],
  ["paxos?broken=forgetful&fault=crash&at=25", "promises kept"],
  ["paxos?servers=3&proposers=3&gap=20&fault=isolate&victim=first&at=5&broken=minority", "agreement"],
  ["paxos?fault=isolate&broken=stubborn", "what is chosen stays chosen"],
  ["paxos?servers=3&proposers=3&gap=20&broken=greatest", "what is chosen stays chosen"],
  ["paxos?proposers=3&loss=20&duplication=60&fault=partition&broken=doubling", "agreement"],
  ["multi-paxos?fault=pause&at=300&for=300&broken=gullible", "ballots only rise"],
  ["multi-paxos?fault=crash&victim=last&broken=forgetful", "ballots only rise"],
  ["multi-paxos?fault=pause&broken=stubborn", "one command per slot"],
  ["multi-paxos?broken=hasty", "no slot skipped"],
  ["multi-paxos?fault=crash&broken=repeating", "exactly once"],
  ["multi-paxos?reads=50&think=20&slowest=200&until=1500&broken=local", "linearizable answers"],
  ["raft?fault=crash&victim=last&at=40&for=100&broken=generous", "one vote per term"],
  ["raft?fault=crash&broken=forgetful", "one vote per term"],
  ["raft?fault=isolate&victim=first&broken=gullible", "leader completeness"],
  ["raft?fault=crash&broken=logless", "committed entries stay"],
  ["raft?servers=2&think=20&slowest=200&loss=20&broken=truncating&seed=109", "commit never goes back"],
  ["raft?servers=3&clients=4&think=5&until=700&broken=rewriting", "leader append-only"],
  ["raft?clients=4&think=5&until=500&broken=wavering", "commit never goes back"],
  ["raft?clients=4&think=20&reads=50&fault=partition&at=821&broken=trusting&seed=114", "fresh reads"],
  ["register?clients=3&think=10&slowest=200&loss=20&broken=lonely&seed=140", "linearizable answers"],
  ["register?clients=5&think=50&loss=20&broken=blind&seed=83", "linearizable answers"],
  ["register?servers=3&clients=3&think=20&reads=30&slowest=200&broken=nameless&seed=146", "one value per stamp"],
  ["register?servers=3&clients=5&think=20&reads=30&loss=20&fault=crash&victim=leading&at=860&for=481&broken=forgetful&seed=126", "linearizable answers"],
  ["register?broken=overwriting", "linearizable answers"],
  ["chain?replicas=2&clients=5&think=50&answers=any&fault=isolate&at=362&for=313&broken=unchecked&seed=84", "linearizable answers"],
  ["chain?clients=5&think=10&slowest=60&answers=any&broken=committed", "linearizable answers"],
  ["chain?replicas=2&clients=5&think=50&reads=30&slowest=60&answers=any&loss=10&fault=pause&victim=last&at=897&for=585&broken=newcomers&seed=55", "no acknowledged write is lost"],
  ["dynamo?fault=crash&broken=forgetful", "an acknowledged write is on W disks"],
  ["dynamo?broken=hasty", "an acknowledged write is on W disks"],
  ["dynamo?broken=miscomparing", "an acknowledged write is on W disks"],
  ["dynamo?broken=lonely", "an acknowledged write is on W disks"],
  ["two-phase-commit?broken=optimistic", "AC2: commit needs every vote"],
  ["two-phase-commit?vote=no&broken=deaf", "AC1: all decide the same"],
  ["two-phase-commit?form=presumed-abort&loss=30&fault=crash&at=25&broken=forgetful&seed=5", "AC1: all decide the same"],
  ["two-phase-commit?participants=1&flush=40&loss=10&fault=crash&at=65&for=89&broken=telling&seed=44", "AC1: all decide the same"],
  ["two-phase-commit?fault=isolate&at=25&broken=hasty-forgetter", "AC1: all decide the same"],
  ["two-phase-commit?participants=4&form=presumed-abort&slowest=60&fault=random&broken=forgetful-participant&seed=2", "AC1: all decide the same"],
  ["two-phase-commit?transactions=4&flush=20&fault=crash&victim=last&at=60&for=100&broken=promising&seed=2", "AC1: all decide the same"],
  ["two-phase-commit?fault=pause&broken=impatient", "AC1: all decide the same"],
  ["two-phase-commit?fault=pause&broken=faithless", "AC1: all decide the same"],
  ["three-phase-commit?loss=10&flush=6&fault=crash&victim=first&at=69&for=543&broken=naive&seed=150", "AC1: all decide the same"],
  ["three-phase-commit?flush=0&loss=20&fault=stop&victim=first&at=26&broken=hasty&seed=150", "AC1: all decide the same"],
  ["three-phase-commit?flush=8&slowest=60&loss=20&broken=selfish&seed=158", "AC1: all decide the same"],
  ["three-phase-commit?fault=crash&victim=last&at=25&broken=independent", "AC1: all decide the same"],
  ["quorum-commit?fault=partition&at=25&broken=minority&seed=2", "AC1: all decide the same"],
  ["quorum-commit?slowest=60&fault=partition&at=60&for=100&broken=fickle&seed=8", "AC1: all decide the same"],
  ["quorum-commit?participants=2&slowest=60&fault=random&at=26&for=274&broken=forgetful&seed=38", "AC1: all decide the same"],
  ["four-phase-commit?participants=1&flush=3&loss=20&fault=stop&victim=first&at=55&broken=hasty&seed=16", "AC1: all decide the same"],
  ["four-phase-commit?fault=crash&at=60&for=100&broken=returning", "AC1: all decide the same"],
  ["paxos-commit?fault=crash&victim=last&at=5&broken=presumptuous", "AC2: commit needs every vote"],
  ["paxos-commit?fault=partition&at=25&broken=hasty", "AC1: all decide the same"],
  ["paxos-commit?fault=pause&broken=stubborn", "AC1: all decide the same"],
  ["paxos-commit?fault=pause&broken=usurping", "AC1: all decide the same"],
  ["paxos-commit?fault=crash&victim=last&broken=impatient", "AC1: all decide the same"],
  ["paxos-commit?fault=random&broken=forgetful-acceptor", "AC1: all decide the same"],
  ["transactions?broken=hasty", "serializable transactions"],
  ["transactions?clients=6&think=5&hot=2&looks=50&until=1000&broken=lockless&seed=3", "serializable transactions"],
  ["transactions?fault=crash&victim=last&broken=early", "serializable transactions"],
  ["transactions?fault=crash&broken=forgetful", "what is committed stays"],
  ["mapreduce?broken=hasty", "outputs are sequential"],
  ["mapreduce?fault=crash&at=40&for=100&broken=empty-handed", "outputs are sequential"],
  ["mapreduce?broken=open-writing", "outputs are sequential"],
  ["mapreduce?broken=salted", "outputs are sequential"],
  ["mapreduce?broken=double-counting", "done is done"],
  ["pbft?liars=1&broken=short-quorums", "same order"],
  ["pbft?liars=1&broken=no-prepares", "one prepared per view"],
  ["pbft?liars=1&patience=100&slowest=60&fault=pause&victim=last&at=95&for=750&broken=few-view-changes&seed=97", "same order"],
  ["hotstuff?fault=random&broken=halves&seed=2", "same order"],
  ["retries?budget=10&broken=overdrawn", "budget kept"],
  ["retries?queue=10&broken=boundless", "queue bounded"],
  ["retries?until=800&broken=sleepy", "work conserving"],
  ["retries?until=3000&broken=credulous", "answered once"],
];

describe("a knob that leaves something out shows what it was for", () => {
  it.each(pairs)("%s", (broken, sound, property) => {
    expect(runOf(setupOf(broken)).violation?.property, broken).toBe(property);
    expect(runOf(setupOf(sound)).violation).toBeNull();
  });

  it.each(brokenRules)("%s", (address, property) => {
    const { protocol, settings } = setupOf(address);
    expect(runOf({ protocol, settings }).violation?.property).toBe(property);
    expect(runOf({ protocol, settings: { ...settings, broken: "none" } }).violation).toBeNull();
  });

  it("is convicted for every rule that can be broken", () => {
    const convicted = new Set([...pairs, ...brokenRules].map(([address]) => `${setupOf(address).protocol.name} ${setupOf(address).settings["broken"]}`));
    const all = protocols.flatMap(({ name, knobs }) => {
      const knob = knobs.find((one) => one.name === "broken");
      return knob?.kind === "choice" ? knob.choices.filter(({ value }) => value !== "none").map(({ value }) => `${name} ${value}`) : [];
    });
    // This one breaks no promise: it works too much.
    expect(all.filter((one) => !convicted.has(one))).toEqual(["rdd all-again"]);
    expect(all.length).toBeGreaterThan(80);
  });

  it("of the data of an RDD, more is computed again where nobody knows what is left", () => {
    const launched = (address: string) => Number(/(\d+) tasks were launched/.exec(play(address).sentences.join(" "))![1]);
    const address = "rdd?program=counts&keep=nowhere&fault=stop&victim=second&at=420&until=5000";
    expect(launched(`${address}&broken=all-again`)).toBeGreaterThan(launched(address));
  });
});

it("lets every script of the anomalies run at every level, broken or not, and sees no promise broken by a sound one", () => {
  const [script, level] = setupOf("isolation").protocol.knobs;
  if (script?.kind !== "choice" || level?.kind !== "choice") throw new Error("the first two knobs are choices");
  const broken = new Set<string>();
  for (const { value: each } of script.choices) {
    for (const { value } of level.choices) {
      if (runOf(setupOf(`isolation?script=${each}&level=${value}`)).violation !== null) broken.add(value);
    }
  }
  const known = new Set(brokenDatabases.map(({ name }) => name.replaceAll(", ", "-").replaceAll(" ", "-")));
  expect([...broken].filter((one) => !known.has(one))).toEqual([]);
  expect(broken.size).toBeGreaterThanOrEqual(6);
});

it("tells which rule is broken, where one is", () => {
  const broken = ["three-phase-commit", "four-phase-commit"].flatMap((name) =>
    Array.from({ length: 60 }, (_, seed) => `${name}?fault=partition&at=${10 + seed}&for=1500&seed=${seed}`).filter((address) => play(address).violation !== null),
  );
  expect(broken.length).toBeGreaterThan(0);
  expect(play(broken[0]!).violation).toMatch(/^AC1/);
});
