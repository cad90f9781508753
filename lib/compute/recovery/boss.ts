import type { NodeId, Out, Role } from "../../core/role.js";

/** Make this partition of this round. */
export interface Make {
  readonly kind: "make";
  readonly round: number;
  readonly partition: number;
  /** How many bytes of input come from other machines' memories, and how many from files. */
  readonly fetched: number;
  readonly read: number;
  /** Whether the result is written to files, and to whose memory a copy goes. */
  readonly writes: boolean;
  readonly copyTo: NodeId | null;
}

export interface Made {
  readonly kind: "made";
  readonly life: number;
  readonly round: number;
  readonly partition: number;
}

/** A machine is there, for the `life`th time. */
export interface Beat {
  readonly kind: "beat";
  readonly life: number;
}

/** What the boss knows of a machine. */
interface Seen {
  life: number;
  at: number;
  isDead: boolean;
  /** What it is making. */
  task: Make | null;
}

/** What the boss knows. */
export interface Boss {
  /** The round that is being made, from 1. */
  round: number;
  readonly machines: Record<string, Seen>;
  /** In whose memories a partition of a round is; by "round/partition". */
  readonly held: Map<string, NodeId[]>;
  /** What is in files. */
  readonly written: Set<string>;
  /** What has ever been made, to tell what is made again. */
  readonly everMade: Set<string>;
  done: number;
  again: number;
  bytesWritten: number;
  bytesSent: number;
  doneAt: number | null;
}

export type BossSignature = {
  state: Boss;
  receives: Made | Beat;
  sends: Make;
  timers: { readonly kind: "watch" };
  decides: { readonly kind: "round"; readonly round: number };
};

interface BossOptions {
  readonly machines: readonly NodeId[];
  readonly rounds: number;
  readonly partitions: number;
  readonly bytes: number;
  readonly isWide: boolean;
  readonly inMemory: boolean;
  readonly copies: number;
  readonly writeEvery: number;
  readonly locality: boolean;
  readonly silenceMs: number;
}

const nameOf = (round: number, partition: number): string => `${round}/${partition}`;

/**
 * Gives out the tasks of a job of rounds, and works out what must be made again when a machine is gone: the partitions of the present
 * round, and behind each the chain of those that it needs and that are nowhere any more (Zaharia et al. 2012, section 5.1).
 */
export function boss(options: BossOptions): Role<BossSignature> {
  const { machines, rounds, partitions, bytes, isWide, inMemory, copies, writeEvery, locality, silenceMs } = options;
  const all = Array.from({ length: partitions }, (_, i) => i);

  const isThere = (self: Boss, round: number, partition: number): boolean =>
    round === 0 || self.written.has(nameOf(round, partition)) || self.held.has(nameOf(round, partition));

  const inputsOf = (partition: number): readonly number[] => (isWide ? all : [partition]);

  /** The tasks that can run now and that the present round needs, the oldest first. */
  function ready(self: Boss): readonly (readonly [round: number, partition: number])[] {
    const found: (readonly [number, number])[] = [];
    let wanted = new Set(all.filter((partition) => !isThere(self, self.round, partition)));
    for (let round = self.round; wanted.size > 0; round--) {
      const missing = new Set<number>();
      for (const partition of wanted) {
        const lacking = inputsOf(partition).filter((input) => !isThere(self, round - 1, input));
        if (lacking.length === 0) found.push([round, partition]);
        for (const input of lacking) missing.add(input);
        if (isWide && lacking.length > 0) break; // the others lack the same
      }
      wanted = missing;
    }
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }

  function isIdle(seen: Seen): boolean {
    return !seen.isDead && seen.life > 0 && seen.task === null;
  }

  function assign(self: Boss, out: Out<BossSignature>): void {
    if (self.doneAt !== null) return;
    const idle = machines.filter((name) => isIdle(self.machines[name]!));
    if (idle.length === 0) return;
    const underWay = new Set(machines.flatMap((name) => self.machines[name]!.task ?? []).map(({ round, partition }) => nameOf(round, partition)));
    const tasks = ready(self).filter(([round, partition]) => !underWay.has(nameOf(round, partition)));
    // First those that find a machine with their input; then the others take what is idle.
    const rest: (readonly [number, number])[] = [];
    for (const task of tasks) {
      const near = locality ? idle.find((name) => !isWide && self.held.get(nameOf(task[0] - 1, task[1]))?.includes(name)) : undefined;
      if (near === undefined) rest.push(task);
      else give(self, task, idle.splice(idle.indexOf(near), 1)[0]!, out);
    }
    for (const task of rest) {
      // Without locality, tasks go round among the machines whatever these hold.
      const [name] = locality ? idle.splice(0, 1) : idle.splice((task[0] * 7 + task[1] * 3) % Math.max(1, idle.length), 1);
      if (name === undefined) return;
      give(self, task, name, out);
    }
  }

  function give(self: Boss, [round, partition]: readonly [number, number], to: NodeId, out: Out<BossSignature>): void {
    let [fetched, read] = [0, 0];
    for (const input of inputsOf(partition)) {
      const holders = self.held.get(nameOf(round - 1, input));
      if (holders === undefined) read += 1;
      else if (!holders.includes(to)) fetched += 1;
    }
    // Of P partitions, each of P tasks reads its share: one partition's worth in all.
    const share = isWide ? bytes / partitions : bytes;
    [fetched, read] = [Math.round(fetched * share), Math.round(read * share)];
    const others = machines.filter((name) => name !== to && !self.machines[name]!.isDead);
    const copyTo = copies > 1 && others.length > 0 ? others[(round + partition) % others.length]! : null;
    const make: Make = { kind: "make", round, partition, fetched, read, writes: writeEvery > 0 && round % writeEvery === 0, copyTo };
    self.machines[to]!.task = make;
    out.send(to, make);
  }

  /** A machine is gone, and with it all that was only there. */
  function lose(self: Boss, name: NodeId): void {
    self.machines[name]!.task = null;
    for (const [item, holders] of self.held) {
      if (!holders.includes(name)) continue;
      const rest = holders.filter((holder) => holder !== name);
      if (rest.length > 0) self.held.set(item, rest);
      else self.held.delete(item);
    }
  }

  return {
    name: "boss",
    durable: [],
    init: () => ({
      round: 1,
      machines: Object.fromEntries(machines.map((name) => [name, { life: 0, at: 0, isDead: false, task: null }])),
      held: new Map(), written: new Set(), everMade: new Set(), done: 0, again: 0, bytesWritten: 0, bytesSent: 0, doneAt: null,
    }),
    start: (_, out) => out.setTimer({ kind: "watch" }, silenceMs / 3),
    request: {},

    receive: {
      beat(self, { life }, from, out) {
        const seen = self.machines[from]!;
        seen.at = out.clock();
        if (life <= seen.life && !seen.isDead) return;
        if (life > seen.life) lose(self, from); // it has been away, however short
        seen.life = Math.max(life, seen.life);
        seen.isDead = false;
        assign(self, out);
      },

      made(self, { life, round, partition }, from, out) {
        const seen = self.machines[from]!;
        const task = seen.task;
        if (life !== seen.life || task === null || task.round !== round || task.partition !== partition) return;
        seen.task = null;
        const name = nameOf(round, partition);
        self.done += 1;
        if (self.everMade.has(name)) self.again += 1;
        self.everMade.add(name);
        self.bytesSent += task.fetched + (task.copyTo === null ? 0 : bytes);
        if (task.writes) {
          self.written.add(name);
          self.bytesWritten += 2 * bytes;
        }
        if (inMemory) {
          const copy = task.copyTo !== null && !self.machines[task.copyTo]!.isDead ? [task.copyTo] : [];
          self.held.set(name, [from, ...copy]);
        }
        finishRound(self, out);
        assign(self, out);
      },
    },

    timeout: {
      watch(self, _, out) {
        if (self.doneAt !== null) return;
        out.setTimer({ kind: "watch" }, silenceMs / 3);
        for (const name of machines) {
          const seen = self.machines[name]!;
          if (seen.isDead || out.clock() - seen.at <= silenceMs) continue;
          seen.isDead = true;
          lose(self, name);
        }
        assign(self, out);
      },
    },
  };

  /** When a round is whole, the one before it is not needed any more. */
  function finishRound(self: Boss, out: Out<BossSignature>): void {
    if (!all.every((partition) => isThere(self, self.round, partition))) return;
    for (const item of [...self.held.keys()]) if (Number(item.split("/")[0]) < self.round) self.held.delete(item);
    out.decide({ kind: "round", round: self.round });
    if (self.round === rounds) self.doneAt = out.clock();
    else self.round += 1;
  }
}
