import { outWith } from "../../core/out.js";
import type { NodeId, Role } from "../../core/role.js";
import { around } from "../around.js";
import { checkpoint, giveState, state } from "./checkpoints.js";
import { setPatience, setStatus } from "./local.js";
import { commit, executeAll, goOn, prepare, prePrepare, propose, request } from "./phases.js";
import type { Rules } from "./rules.js";
import { type ReplicaOptions, type Settings, settingsOf } from "./settings.js";
import type { Message } from "./messages.js";
import type { Executed, Replica, ReplicaOut, ReplicaSignature } from "./state.js";
import { committed, help, tellStatus } from "./status.js";
import { newView, patienceIsOver, viewChange } from "./view-change.js";

/**
 * A replica (副本) of PBFT, "Practical Byzantine Fault Tolerance" (Castro and Liskov, OSDI 1999): a replicated state machine
 * that stays right while up to f of 3f + 1 replicas do whatever they like, and live once messages arrive in time.
 *
 * 1. The primary (主节点) of the view gives each request a number: pre-prepare. A backup that accepts it says so to all:
 *    prepare. With 2f prepares the request is prepared: nobody else can have that number in this view.
 * 2. A replica that has it prepared says so to all: commit. With 2f + 1 commits it is committed: that number is kept in
 *    every later view, too. It is executed in the order of the numbers, and the client is answered.
 * 3. A backup that waits too long asks for the next view. Its primary begins it with what 2f + 1 replicas prove to have
 *    prepared.
 *
 * Where we differ from the paper: a pre-prepare carries its requests, also within certificates, so that nobody has to fetch
 * them; commits are signed, so that a quorum of them convinces whoever has missed it; and the network is one that tells who
 * has sent a message. It decides what it executes.
 *
 * @throws RangeError or TypeError for an option that is unknown or out of its range
 */
export function replica<S, C, R>(given: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  return replicaWith({}, given);
}

/** A replica that goes by other rules than those of PBFT. Only to show what they are for. */
export function replicaWith<S, C, R>(changed: Partial<Rules>, given: ReplicaOptions<S, C, R>): Role<ReplicaSignature<S, C, R>> {
  const settings = settingsOf(given, changed);
  const role = rulesOf(settings);
  return (settings.durable ? onDisk(settings, role) : role) as Role<any>;
}

/** The replica with all that it knows on disk before anything that it says leaves. Its timers begin anew after a crash. */
function onDisk(settings: Settings, role: Role<ReplicaSignature>): Role<ReplicaSignature> {
  const written = around(role, (_, out, run) => {
    const said: ((out: ReplicaOut) => void)[] = [];
    run(
      outWith(out, {
        send: (to, message) => void said.push((released) => released.send(to, message as Message)),
        decide: (outcome) => void said.push((released) => released.decide(outcome as Executed)),
      }),
    );
    if (said.length > 0) out.persist();
    for (const release of said) release(out);
  });
  return {
    ...written,
    durable: Object.keys(role.init("" as NodeId)) as (keyof Replica & string)[],
    start(self, out) {
      self.patience = null;
      self.isAsking = false;
      setPatience(settings, self, out);
      setStatus(settings, self, out);
    },
  };
}

function rulesOf(settings: Settings): Role<ReplicaSignature> {
  return {
    name: "replica",
    durable: [],
    init: (id) => ({
      id, view: 0, isActive: true, sequence: 0, slots: new Map(), prepared: new Map(), committed: new Map(), early: [], waiting: new Map(),
      executed: 0, state: settings.machine.initial, replies: new Map(), tentative: null, reads: [], snapshots: new Map(), checkpoints: new Map(),
      stable: 0, stableProof: [], missing: null, viewChanges: new Map(), newView: null, misses: 0, patience: null, isAsking: false,
    }),
    request: {},
    receive: {
      request: (self, message, from, out) => request(settings, self, message, from, out),
      prePrepare: (self, message, from, out) => prePrepare(settings, self, message, from, out),
      prepare: (self, message, from, out) => prepare(settings, self, message, from, out),
      commit: (self, message, from, out) => commit(settings, self, message, from, out),
      committed: (self, message, _, out) => committed(settings, self, message, out),
      checkpoint: (self, message, _, out) => {
        checkpoint(settings, self, message, out);
        propose(settings, self, out);
      },
      viewChange: (self, message, from, out) => {
        viewChange(settings, self, message, from, out);
        goOn(settings, self, out);
      },
      newView: (self, message, _, out) => {
        newView(settings, self, message, out);
        goOn(settings, self, out);
      },
      status: (self, message, from, out) => help(settings, self, message, from, out),
      fetch: (self, message, from, out) => giveState(self, message, from, out),
      state: (self, message, _, out) => {
        state(settings, self, message);
        executeAll(settings, self, out);
      },
    },
    timeout: {
      patience: (self, _, out) => {
        patienceIsOver(settings, self, out);
        goOn(settings, self, out);
      },
      status: (self, _, out) => tellStatus(settings, self, out),
    },
  };
}
