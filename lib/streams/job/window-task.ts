import { clone } from "../../core/clone.js";
import type { NodeId, Role } from "../../core/role.js";
import type { StreamEvent } from "../events.js";
import { END } from "../watermarks.js";
import { windowed, type WindowedOptions, type WindowState } from "../windowed.js";
import type { Credit, Data, Deploy, Deployed, Hello, Stored } from "./messages.js";
import type { TaskOptions } from "./options.js";
import { type Channels, taskRules } from "./task.js";

/** What a window task knows: its windows, how far each input is, and what came too late. */
export interface WindowTask extends Channels {
  windows: WindowState;
  watermarks: Record<string, number>;
  tooLate: StreamEvent<any>[];
}

export type WindowTaskSignature = {
  state: WindowTask;
  receives: Deploy | Data | Credit;
  sends: Hello | Deployed | Data | Credit | Stored;
  timers: { readonly kind: "hello" } | { readonly kind: "resend" } | { readonly kind: "work" };
};

export interface WindowTaskOptions extends TaskOptions, WindowedOptions {
  readonly inputs: readonly NodeId[];
  readonly output: NodeId;
  /** How long each event takes, in ms. */
  readonly workMs: number;
}

/**
 * A task that keeps the windows of some keys. Its watermark is the least of its inputs' (Akidau et al. 2015, section 1.3), so it never
 * runs ahead of the slowest.
 */
export function windowTask(options: WindowTaskOptions): Role<WindowTaskSignature> {
  const { inputs, output, workMs, windows, aggregate, lateness = 0, accumulation = "accumulating" } = options;
  const operator = windowed({ windows, aggregate, lateness, accumulation });
  const begin = (): Pick<WindowTask, "windows" | "watermarks" | "tooLate"> => ({
    windows: operator.init(),
    watermarks: Object.fromEntries(inputs.map((input) => [input, -END])),
    tooLate: [],
  });
  const rules = taskRules<WindowTask>(options, inputs, [output], {
    workMs,
    freeze: ({ windows, watermarks, tooLate }) => clone({ windows, watermarks, tooLate }),
    thaw: (self, own) => Object.assign(self, own === null ? begin() : clone(own as object)),
    handle(self, item, from, emit) {
      if (item.kind === "event") {
        const { panes, isTooLate } = operator.event(self.windows, item.event);
        if (isTooLate) self.tooLate.push(item.event);
        for (const pane of panes) emit(output, { kind: "pane", pane });
      } else if (item.kind === "watermark") {
        self.watermarks[from] = Math.max(self.watermarks[from]!, item.at);
        const least = Math.min(...inputs.map((input) => self.watermarks[input]!));
        for (const pane of operator.advance(self.windows, least)) emit(output, { kind: "pane", pane });
      }
    },
  });
  return {
    name: "window",
    durable: ["incarnation"],
    init: (id) => ({ ...rules.init(id), ...begin() }),
    start: rules.start,
    request: {},
    receive: { deploy: rules.deploy, data: rules.data, credit: rules.credit },
    timeout: { hello: rules.hello, resend: rules.resend, work: rules.work },
  };
}
