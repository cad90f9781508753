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
      expect(struck.length > 0, address).toBe(fault !== "none");
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

describe("a knob that leaves something out shows what it was for", () => {
  it.each<[knob: string, sound: string, property: string]>([
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
  ])("%s", (broken, sound, property) => {
    expect(runOf(setupOf(broken)).violation?.property, broken).toBe(property);
    expect(runOf(setupOf(sound)).violation).toBeNull();
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
