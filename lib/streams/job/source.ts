import { clone } from "../../core/clone.js";
import { fingerprint } from "../../core/hash.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { StreamEvent } from "../events.js";
import { END } from "../watermarks.js";
import type { Credit, Data, Deploy, Deployed, Hello, Stored, Trigger } from "./messages.js";
import type { TaskOptions } from "./options.js";
import { type Channels, taskRules } from "./task.js";

/** Where a source is in its log. */
export interface Source extends Channels {
  /** How many events of the log have been read, the latest event time among them, and whether the end has been told. */
  position: number;
  latest: number;
  isAtEnd: boolean;
  /** How often it came to read and its outputs had no room. */
  waits: number;
}

export type SourceSignature = {
  state: Source;
  receives: Deploy | Credit | Trigger;
  sends: Hello | Deployed | Data | Stored;
  timers: { readonly kind: "hello" } | { readonly kind: "resend" } | { readonly kind: "read" };
};

export interface SourceOptions extends TaskOptions {
  /** What it reads. The log survives everything, and can be read again from any place: without that there is no exactly once. */
  readonly log: readonly StreamEvent<any>[];
  /** An event every so many ms. */
  readonly every: number;
  /** How far behind the latest event its watermark is, in ms of event time. */
  readonly bound: number;
  /** The windows to which it sends each event, by its key. */
  readonly outputs: readonly NodeId[];
}

/**
 * A source (数据源): reads a log that can be read again, sends each event to the task that has its key, and to all tasks watermarks and
 * barriers. Its state is its place in the log.
 */
export function source(options: SourceOptions): Role<SourceSignature> {
  const { log, every, bound, outputs } = options;
  const rules = taskRules<Source>(options, [], outputs, {
    workMs: 0,
    freeze: ({ position, latest, isAtEnd }) => ({ position, latest, isAtEnd }),
    thaw(self, own) {
      Object.assign(self, own === null ? { position: 0, latest: -END, isAtEnd: false } : clone(own as object));
    },
    handle: () => undefined,
  });

  function toAll(self: Source, at: number, out: Out<SourceSignature>): void {
    for (const to of outputs) rules.emit(self, to, { kind: "watermark", at }, out);
  }

  return {
    name: "source",
    durable: ["incarnation"],
    init: (id) => ({ ...rules.init(id), position: 0, latest: -END, isAtEnd: false, waits: 0 }),
    start: rules.start,
    request: {},
    receive: {
      deploy(self, message, from, out) {
        const before = self.epoch;
        rules.deploy(self, message, from, out);
        if (self.epoch > before) out.setTimer({ kind: "read" }, every);
      },
      credit: rules.credit,
      trigger(self, { epoch, checkpoint }, _, out) {
        if (epoch === self.epoch) rules.checkpoint(self, checkpoint, self.isAtEnd, out);
      },
    },
    timeout: {
      hello: rules.hello,
      resend: rules.resend,
      read(self, _, out) {
        if (self.isAtEnd) return;
        out.setTimer({ kind: "read" }, every);
        if (!rules.hasRoom(self)) {
          self.waits += 1; // back-pressure: the log can wait
          return;
        }
        const event = log[self.position];
        if (event === undefined) {
          self.isAtEnd = true;
          return toAll(self, END, out);
        }
        self.position += 1;
        rules.emit(self, taskOf(event.key, outputs), { kind: "event", event }, out);
        if (event.at <= self.latest) return;
        self.latest = event.at;
        toAll(self, event.at - bound, out);
      },
    },
  };
}

/** The task that has a key: the same for all sources. */
export function taskOf(key: string, tasks: readonly NodeId[]): NodeId {
  return tasks[parseInt(fingerprint(key).slice(0, 8), 16) % tasks.length]!;
}
